// The table of formats, for a terminal and for docs/formats.
#pragma once

#include <string>

namespace vitrion::formats {

/// A line per format: name, suffixes, reading and writing, what it holds.
[[nodiscard]] std::string plain_format_table();
/// The same as Markdown, each name a link to its page (`extxyz.md`, `deepmd-npy.md`).
[[nodiscard]] std::string markdown_format_table();

}  // namespace vitrion::formats
