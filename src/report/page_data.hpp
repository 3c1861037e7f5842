// What the page's script is given: the record and the tables that it names, as short JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/record.hpp"
#include "report/table.hpp"

namespace vitrion::report {

/// The same with every number rounded to `digits` significant ones: what no screen shows is not
/// carried. Whole numbers stay.
[[nodiscard]] nlohmann::json rounded(const nlohmann::json& value, int digits);

/// {path: {column: [..]}} of the tables of displacements that the record names.
[[nodiscard]] nlohmann::json msd_tables(const Record& record, const Tables& tables);

/// JSON as the content of a script element: a script's end inside of it would end the script.
[[nodiscard]] std::string script_text(const nlohmann::json& value);

}  // namespace vitrion::report
