// Ionic conductivity: Nernst-Einstein from D, collective from the charge displacement, and the
// Haven ratio.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/diffusion.hpp"
#include "analysis/estimate.hpp"
#include "analysis/trajectory.hpp"

namespace vitrion::analysis {

struct ConductivityOptions {
  std::string species = "Na";
  double charge = 1;       ///< e
  double temperature = 0;  ///< K
  /// mPa s, of a liquid; 0: none. Only a liquid's D depends on the cell's size by its flow.
  double viscosity = 0;
  DiffusionOptions diffusion;

  /// @throws InputError for a temperature or charge that makes no sense.
  void validate() const;
};

/// sigma = n q^2 D / (k T) in S/cm, for n = ions / volume. D in cm^2/s, volume in A^3, charge in e.
[[nodiscard]] double nernst_einstein(double D, double ions, double volume, double charge,
                                     double temperature);

/// What a periodic cube of side `length` (A) takes from the D of a liquid, in cm^2/s:
/// 2.837297 kT / (6 pi eta L) (Yeh and Hummer, 10.1021/jp0477147); viscosity in mPa s. Not for an
/// ion in a rigid framework, which drags no flow.
[[nodiscard]] double yeh_hummer(double temperature, double viscosity, double length);

/// One run's share.
struct ConductivityRun {
  Diffusion diffusion;
  double volume = 0;        ///< A^3, mean of this run
  double volume_error = 0;  ///< A^3
  Estimate sigma_NE;        ///< S/cm
  /// A^2, MSD of the framework's atoms at the end of D's window; absent if their paths were not
  /// kept. Over a bond length squared (4 A^2) the framework flows: the run is one of a liquid.
  std::optional<double> framework_msd;
  /// S/cm with the relative error of one collective path; absent if D is refused.
  std::optional<ReplicaValue> collective;
};

/// The trajectory must be in the framework's frame, where the mobile ions carry the whole current.
[[nodiscard]] ConductivityRun conductivity_of_run(const Trajectory& trajectory,
                                                  const ConductivityOptions& options);

struct Conductivity {
  std::string species;
  double charge = 0;
  double temperature = 0;
  Estimate D;                          ///< cm2/s
  Estimate D_paper;                    ///< cm2/s
  std::optional<Estimate> D_infinite;  ///< cm2/s, D + Yeh and Hummer's term, where asked for
  Estimate sigma_NE;                   ///< S/cm, of D
  Estimate sigma_paper;                ///< S/cm, of D_paper
  Estimate sigma_collective;           ///< S/cm
  Estimate haven;                      ///< sigma_NE / sigma_collective
  std::vector<ConductivityRun> runs;
};

/// Combines replicas. D is refused if that of any run is: the runs that do diffuse would speak for
/// those that do not.
[[nodiscard]] Conductivity combine(std::vector<ConductivityRun> runs,
                                   const ConductivityOptions& options);

}  // namespace vitrion::analysis
