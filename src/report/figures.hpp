// The figures of a record: what is drawn from which numbers, without computing any.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "report/figure.hpp"
#include "report/movie.hpp"
#include "report/record.hpp"
#include "report/snapshot.hpp"
#include "report/table.hpp"

namespace vitrion::report {

/// A relaxed glass, by the key of its composition.
using Snapshots = std::map<std::string, Snapshot>;

/// What figures are drawn from besides the record.
struct FigureInputs {
  Tables tables;
  Snapshots snapshots;
  std::vector<Movie> movies;
};

/// Each returns an empty figure if the record or its files have nothing for it. The first ten are
/// the paper's.
[[nodiscard]] Figure workflow_figure(const Record& record);
[[nodiscard]] Figure parity_figure(const Record& record, const Tables& tables);
[[nodiscard]] Figure glass_figure(const Record& record, const Snapshots& snapshots);
[[nodiscard]] Figure rdf_figure(const Record& record);
[[nodiscard]] Figure modulus_figure(const Record& record);
[[nodiscard]] Figure msd_main_figure(const Record& record, const Tables& tables);
[[nodiscard]] Figure sigma_figure(const Record& record);
[[nodiscard]] Figure phosphorus_paths_figure(const Record& record,
                                             const std::vector<Movie>& movies);
[[nodiscard]] Figure phosphorus_figure(const Record& record, const Tables& tables);
[[nodiscard]] Figure pore_figure(const Record& record, const Snapshots& snapshots);
[[nodiscard]] Figure pore_paths_figure(const Record& record, const std::vector<Movie>& movies);
[[nodiscard]] Figure volume_figure(const Record& record);
[[nodiscard]] Figure msd_cold_figure(const Record& record, const Tables& tables);
[[nodiscard]] Figure ion_paths_figure(const Record& record, const std::vector<Movie>& movies);
[[nodiscard]] Figure learning_figure(const Record& record, const Tables& tables);
[[nodiscard]] Figure timing_figure(const Record& record);
[[nodiscard]] Figure quench_figure(const Record& record, const Tables& tables);
[[nodiscard]] Figure units_figure(const Record& record);
[[nodiscard]] Figure arrhenius_figure(const Record& record);

/// All that are not empty.
[[nodiscard]] std::vector<Figure> figures(const Record& record, const FigureInputs& inputs);

/// The paper's figures that have nothing to show, and why: "figure 3c: no bulk modulus ...".
[[nodiscard]] std::vector<std::string> absent_figures(const std::vector<Figure>& drawn);

/// The figure's data: {name, caption, panels: [{title, x, y, series: [{label, x, y, low, high}]}]}.
[[nodiscard]] nlohmann::json to_json(const Figure& figure);

}  // namespace vitrion::report
