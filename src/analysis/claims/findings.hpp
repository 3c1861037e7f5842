// Findings: what a study found of each glass and run, as plain numbers; what the claims, the
// checks and the uncertainty page are computed from. Who fills it reads records and files.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "analysis/modulus.hpp"
#include "analysis/statistics.hpp"

namespace vitrion::analysis {

/// A function of time from the first frame of a run.
struct TimeSeries {
  std::vector<double> time;  ///< ps, rising
  std::vector<double> value;

  [[nodiscard]] bool empty() const { return time.empty(); }
  /// By straight lines between the points; nothing outside of them.
  [[nodiscard]] std::optional<double> at(double t) const;
};

/// One run: a glass at a temperature. What is absent was not measured, or refused.
struct RunFindings {
  double temperature = 0;  ///< K
  double duration = 0;     ///< ps
  double volume = 0;       ///< A^3, mean
  double ions = 0;
  std::optional<double> D;      ///< cm2/s
  std::optional<double> sigma;  ///< S/cm, Nernst-Einstein
  double relative_error = 0;    ///< of D within the run, one standard error
  std::string refused;          ///< why D is, if it is
  std::string guard;            ///< of the fit of D
  double cage_plateau = 0;      ///< A^2
  TimeSeries mobile_msd;        ///< A^2, from the first frame
  /// A^2, MSD of P over 45 % of the run (the paper's 10 to 19 of 20 ns), all origins.
  std::optional<double> phosphorus_msd;
  TimeSeries phosphorus_first;                    ///< A^2, MSD of P from the first frame
  std::optional<double> hops;                     ///< in the run
  std::optional<double> gate_radius;              ///< A, mean over all windows
  std::optional<double> gate_flexibility;         ///< A, s.d. of a window at rest, in time
  std::optional<double> framework_flow;           ///< A^2, its MSD over D's window
  std::optional<double> framework_msd;            ///< A^2, first to last frame, fractional
  std::optional<double> framework_msd_cartesian;  ///< A^2, the same by Cartesian steps
};

/// One glass: a replica of a composition.
struct GlassFindings {
  int replica = 0;
  std::optional<double> density;                   ///< g/cm3
  std::optional<double> volume_per_atom;           ///< A^3
  std::optional<double> bulk_modulus;              ///< GPa
  std::map<std::string, double> peaks;             ///< "Na-Na": A, its non-bonded peak
  std::map<std::string, int> atoms;                ///< of each species, in the relaxed structure
  std::optional<double> smallest_distance;         ///< A, there
  std::optional<bool> settled;                     ///< density and volume
  std::optional<bool> energy_settled;              ///< on the last segment
  std::optional<bool> melt_equilibrated;           ///< bonds broke and atoms mixed
  std::string melt;                                ///< the melt's verdict in words
  std::optional<CorrelatedMean> mean_temperature;  ///< K, at the end of its making
  std::optional<CorrelatedMean> mean_pressure;     ///< GPa, there
  std::vector<RunFindings> runs;

  /// The run at this temperature (within half a kelvin), or null.
  [[nodiscard]] const RunFindings* at(double temperature) const;
};

/// The census over all glasses of a composition.
struct UnitFindings {
  Estimate four_coordinated;        ///< share of the P with four anions and nothing else
  Estimate PS4;                     ///< share of the P
  Estimate free_sulfur;             ///< a frame
  Estimate bound_oxygen;            ///< share of the O on P; refused without O
  double sulfur = 0;                ///< atoms
  std::vector<double> oxygen_on_P;  ///< (5) units with k oxygens, all glasses together
  double oxygen_share = 0;          ///< of the anions of those units
  std::size_t frames = 0;
  std::size_t frames_broken = 0;  ///< in which the identity of bridges does not hold
};

/// Which temperature a pooled number is of, and the number.
struct AtTemperature {
  double temperature = 0;
  Estimate value;
};

/// All glasses of one composition, the porous one being one of its own.
struct CompositionFindings {
  std::string key;
  std::string name;
  double x = 0;
  bool porous = false;
  std::vector<GlassFindings> glasses;
  std::optional<UnitFindings> units;
  std::optional<Agreement> modulus_agreement;  ///< by strain and by fluctuation
  std::optional<double> target_temperature;    ///< K, of the relaxed glass
  std::vector<AtTemperature> shuttling;        ///< share of the hops that change the unit
  std::vector<AtTemperature> void_crossing;    ///< paths through the pore, all runs
};

/// A measurement or another calculation, from data/reference or the user's files.
struct ReferenceValue {
  std::string quantity;
  std::optional<double> x;
  std::optional<double> temperature;  ///< K
  double value = 0;
  bool upper_bound = false;
  std::string unit;
  std::optional<double> error;  ///< half of the interval
  std::string confidence;       ///< read | quoted | computed | digitised | unverified
  std::string source;
};

struct Findings {
  std::vector<CompositionFindings> compositions;  ///< by x, the porous ones last
  std::vector<ReferenceValue> reference;
  double size_scale = 1;  ///< of the study against its file
  double time_scale = 1;

  /// Dense compositions, by x.
  [[nodiscard]] std::vector<const CompositionFindings*> dense() const;
  /// The dense or porous composition nearest to x, if it is within 0.05; the sizes that a scaled
  /// study reaches do not hit every x.
  [[nodiscard]] const CompositionFindings* near(double x, bool porous = false) const;
  /// The first reference of this quantity and x that someone has looked up, or null.
  [[nodiscard]] const ReferenceValue* trusted_reference(const std::string& quantity,
                                                        double x) const;
};

}  // namespace vitrion::analysis
