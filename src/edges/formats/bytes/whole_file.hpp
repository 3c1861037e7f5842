// A small file as one string.
#pragma once

#include <string>

namespace vitrion::formats {

/// The bytes of a file. @throws InputError if it does not exist, is a folder or may not be read.
[[nodiscard]] std::string read_whole_file(const std::string& path);
/// The same, but empty where nothing is at `path`.
[[nodiscard]] std::string read_if_there(const std::string& path);
/// Writes under a temporary name, flushes, and renames: a reader sees all of it or nothing.
/// @throws Error if the disk does not take it.
void write_whole_file(const std::string& path, const std::string& text);

}  // namespace vitrion::formats
