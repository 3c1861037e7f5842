// Tables of a run folder: CSV files and learning curves, as the report and the claims read them.
#pragma once

#include <string>

#include "report/table.hpp"

namespace vitrion::app {

/// A CSV with a header line, or a table of blanks whose header starts with '#'. A number that does
/// not read is NaN and is not drawn. @throws InputError if the file cannot be read.
[[nodiscard]] report::Table read_table(const std::string& path);

}  // namespace vitrion::app
