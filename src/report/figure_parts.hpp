// What several figures share: colours of glasses and temperatures, points of estimates, curves of
// displacements.
#pragma once

#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "report/figure.hpp"
#include "report/record.hpp"
#include "report/table.hpp"

namespace vitrion::report {

/// Of all glasses, ascending.
[[nodiscard]] std::vector<double> temperatures_of(const Record& record);
/// The glass at this temperature, or nullptr.
[[nodiscard]] const IonDynamics* dynamics_at(const Glass& glass, double temperature);
/// One hue a dense glass in the record's order, one of its own for a porous one.
[[nodiscard]] const std::string& glass_colour(const Record& record, const Glass& glass);
/// The species that carries the current; "Na" where nothing was measured.
[[nodiscard]] std::string mobile_species(const Record& record);

/// The estimate at `key` of an analysis record; nothing if there is none.
[[nodiscard]] std::optional<analysis::Estimate> estimate_at(const nlohmann::json& record,
                                                            const char* key);
/// Adds a point with its interval to a series; a refused one is not added.
void add_point(Series& series, double x, const analysis::Estimate& estimate);

/// Points of the dense glasses, joined by a thin line, and those of the porous ones.
void add_glasses(Panel& panel, Series dense, Series porous);

/// An array of numbers of an analysis record; empty if there is none.
[[nodiscard]] std::vector<double> numbers(const nlohmann::json& record, const char* key);

/// The displacements of one species at one temperature: the replicas thin, their mean thick. `from
/// the first frame` where the table has it and `first` asks for it. Empty without tables.
[[nodiscard]] std::vector<Series> msd_series(const IonDynamics& dynamics, const Tables& tables,
                                             const std::string& species, bool first,
                                             const std::string& colour, const std::string& label);

/// Measured points of the literature that the record holds, as hollow squares; bounds as triangles.
[[nodiscard]] std::vector<Series> reference_series(const Record& record,
                                                   const std::string& quantity, double factor = 1);

}  // namespace vitrion::report
