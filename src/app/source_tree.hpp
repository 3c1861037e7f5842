// The source tree that this program was built from: its studies, its labels, its Python programs.
#pragma once

#include <filesystem>

namespace vitrion::app {

/// Absolute. The program is run where it was built; there is no installed layout.
[[nodiscard]] std::filesystem::path source_tree();

}  // namespace vitrion::app
