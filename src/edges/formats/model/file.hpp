// Model files: DeePMD-kit's backend-neutral .dp (HDF5) and .yaml, read and written.
#pragma once

#include <string>

#include "potential/model.hpp"

namespace vitrion::formats {

/// @throws InputError for a foreign or truncated file, naming what it is and how to convert it.
[[nodiscard]] potential::Model read_model(const std::string& path);
/// By suffix: .dp, .yaml or .yml. Written under a temporary name, then renamed.
void write_model(const std::string& path, const potential::Model& model);

}  // namespace vitrion::formats
