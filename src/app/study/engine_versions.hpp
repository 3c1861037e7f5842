// Programs and environments that a study may need: are they there, and which version?
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace vitrion::app {

/// The first line that a shell command prints on its standard output; nothing if it prints none.
[[nodiscard]] std::optional<std::string> first_line_of(const std::string& command);

/// "20.14.0"; nothing if it is not in PATH.
[[nodiscard]] std::optional<std::string> packmol_version();
[[nodiscard]] std::optional<std::string> gnuplot_version();
/// The LAMMPS that this program is linked with: "29 Sep 2021 - Update 2".
[[nodiscard]] std::string lammps_version();
/// A Python module in an interpreter: "22.8.0"; nothing if it cannot be imported.
[[nodiscard]] std::optional<std::string> module_version(const std::string& python,
                                                        const std::string& module);

}  // namespace vitrion::app
