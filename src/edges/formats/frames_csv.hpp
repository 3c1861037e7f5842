// frames.csv: the provenance of frames whose format has no field for it; a column per key, a row
// per frame.
#pragma once

#include <string>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::formats {

/// One Info per row. Comma-separated with quotes as in RFC 4180; an empty field is an absent key, a
/// quoted empty field ("") an empty value. @throws InputError with the line.
[[nodiscard]] std::vector<structures::Info> read_frames_csv(const std::string& path);
void write_frames_csv(const std::string& path, const std::vector<structures::Info>& rows);

}  // namespace vitrion::formats
