// Records: results as JSON documents, the same for `vitrion analyze --json`, the pipeline and the
// report. docs/report_record.md lists the keys.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/arrhenius.hpp"
#include "analysis/bond_angles.hpp"
#include "analysis/conductivity.hpp"
#include "analysis/density.hpp"
#include "analysis/distinct_motion.hpp"
#include "analysis/estimate_json.hpp"
#include "analysis/modulus.hpp"
#include "analysis/rdf.hpp"
#include "analysis/rings.hpp"
#include "analysis/self_motion.hpp"
#include "analysis/structure_factor.hpp"
#include "analysis/units.hpp"

namespace vitrion::analysis {

/// MSDs of one run at all lags that are kept: the figure's and the CSV's numbers.
struct MsdTable {
  std::vector<double> lag_ps;
  std::vector<std::string> species;
  std::vector<std::vector<double>> multi_origin;   ///< (species, lags) A^2
  std::vector<std::vector<double>> single_origin;  ///< (species, lags) A^2
  std::string drift_frame;
  double framework_msd = 0;            ///< A^2, first to last frame, by fractional coordinates
  double framework_msd_cartesian = 0;  ///< A^2, by Cartesian steps
};

/// Lags: all up to 50 frames, about 40 a decade, and 200 equal steps up to the last frame: a plot
/// on a logarithmic axis needs the one, a straight line fitted to a late part of the run the other.
[[nodiscard]] MsdTable msd_table(const Trajectory& trajectory, std::size_t threads);
/// Mean over runs with the same lags. @throws InputError if they differ.
[[nodiscard]] MsdTable mean_of(const std::vector<MsdTable>& runs);

[[nodiscard]] nlohmann::json to_json(const Rdf& rdf);
[[nodiscard]] nlohmann::json to_json(const UnitCensus& census);
[[nodiscard]] nlohmann::json to_json(const Density& density);
[[nodiscard]] nlohmann::json to_json(const StructureFactor& s);
[[nodiscard]] nlohmann::json to_json(const BondAngles& angles);
/// `quantity`: "nongaussian" or "scattering".
[[nodiscard]] nlohmann::json to_json(const MotionCurve& curve, const std::string& quantity);
[[nodiscard]] nlohmann::json to_json(const VanHove& v);
[[nodiscard]] nlohmann::json to_json(const DistinctVanHove& v);
[[nodiscard]] nlohmann::json to_json(const Rings& rings);
[[nodiscard]] nlohmann::json to_json(const StrainModulus& modulus);
[[nodiscard]] nlohmann::json to_json(const MsdTable& msd);
/// `files`: one name per run, in their order.
[[nodiscard]] nlohmann::json to_json(const Conductivity& conductivity,
                                     const std::vector<std::string>& files);
[[nodiscard]] nlohmann::json to_json(const Arrhenius& arrhenius);

/// The points of conductivity records, one a run where the run was not refused on its own.
/// @throws InputError if a record is of another quantity.
[[nodiscard]] std::vector<ArrheniusPoint> arrhenius_points(
    const std::vector<nlohmann::json>& conductivity);

/// CSV with a header line; numbers in their shortest form that reads back the same.
[[nodiscard]] std::string to_csv(const Rdf& rdf);
[[nodiscard]] std::string to_csv(const MsdTable& msd);

}  // namespace vitrion::analysis
