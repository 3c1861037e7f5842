// The figures of a record: what is drawn from which numbers, without computing any.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "report/figure.hpp"
#include "report/record.hpp"
#include "report/table.hpp"

namespace vitrion::report {

/// Each returns an empty figure if the record or its files have nothing for it.
[[nodiscard]] Figure parity_figure(const Record& record, const Tables& tables);
[[nodiscard]] Figure learning_figure(const Record& record, const Tables& tables);
[[nodiscard]] Figure timing_figure(const Record& record);
[[nodiscard]] Figure quench_figure(const Record& record, const Tables& tables);
[[nodiscard]] Figure rdf_figure(const Record& record);
[[nodiscard]] Figure units_figure(const Record& record);
[[nodiscard]] Figure msd_figure(const Record& record, const Tables& tables);
[[nodiscard]] Figure arrhenius_figure(const Record& record);

/// All that are not empty.
[[nodiscard]] std::vector<Figure> figures(const Record& record, const Tables& tables);

/// The figure's data: {name, caption, panels: [{title, x, y, series: [{label, x, y, low, high}]}]}.
[[nodiscard]] nlohmann::json to_json(const Figure& figure);

}  // namespace vitrion::report
