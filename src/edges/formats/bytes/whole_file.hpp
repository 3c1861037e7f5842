// A small file as one string.
#pragma once

#include <string>

namespace vitrion::formats {

/// The bytes of a file. @throws InputError if it does not exist, is a folder or may not be read.
[[nodiscard]] std::string read_whole_file(const std::string& path);

}  // namespace vitrion::formats
