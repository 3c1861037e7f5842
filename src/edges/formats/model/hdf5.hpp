// The .dp container: an HDF5 file whose root attribute `json` is the tree and whose datasets are
// the arrays.
#pragma once

#include <string>
#include <string_view>

#include "edges/formats/model/dictionary.hpp"

namespace vitrion::formats {

/// @throws InputError for bytes that are no HDF5 file, a cut one, or one without a model.
[[nodiscard]] ModelDictionary parse_dp(std::string_view bytes, const std::string& path);
/// The bytes of a .dp file; the same dictionary always gives the same bytes.
[[nodiscard]] std::string format_dp(const ModelDictionary& dictionary);

}  // namespace vitrion::formats
