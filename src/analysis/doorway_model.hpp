// Does the width of the doorways, or their flexibility, go with the diffusion of the ions?
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"

namespace vitrion::analysis {

/// One run: what its doorways are, and how fast its ions diffuse.
struct DoorwayPoint {
  std::string glass;       ///< runs of one glass share what the model does not know of it
  double temperature = 0;  ///< K
  double D = 0;            ///< cm2/s
  double radius = 0;       ///< A, <r_gate>
  double fluctuation = 0;  ///< A, sd_gate
};

struct DoorwayModelOptions {
  std::size_t bootstrap = 1000;  ///< draws
  std::uint64_t seed = 1;
};

/// A slope of the model.
struct DoorwayTerm {
  std::string name;       ///< "radius", "fluctuation", "inverse temperature"
  Estimate slope;         ///< of ln D, per A, per A, in K
  double partial_r2 = 0;  ///< share of what the other terms leave that this one explains
  double inflation = 0;   ///< of its variance, by its likeness to the other terms; 1: none
};

struct DoorwayModel {
  std::string refused;  ///< why there is no fit; empty if there is one
  double intercept = 0;
  std::vector<DoorwayTerm> terms;
  double r2 = 0;            ///< of the three terms together
  double glass_spread = 0;  ///< standard deviation of ln D from glass to glass at equal terms
  double residual = 0;      ///< standard deviation of ln D within a glass
  std::vector<DoorwayPoint> points;
  std::vector<double> fitted;  ///< (points) ln D, without the glasses' own
  std::size_t glasses = 0;
  std::string statement;  ///< the number of points, and what it means

  [[nodiscard]] bool is_refused() const { return !refused.empty(); }
};

/// ln D = a + b <r_gate> + c sd_gate + d/T + u(glass) + e with u and e normal, by restricted
/// maximum likelihood (Patterson and Thompson, 10.1093/biomet/58.3.545). Intervals: the wider of a
/// bootstrap over glasses and Student's t with the errors of the fit.
/// Refused with six points or fewer (four parameters and two), under three glasses, or terms that
/// the points do not tell apart. @throws InputError for a point that is not positive.
[[nodiscard]] DoorwayModel fit_doorway_model(std::span<const DoorwayPoint> points,
                                             const DoorwayModelOptions& options = {});

}  // namespace vitrion::analysis
