// Protocol: what a molecular-dynamics run is, segment by segment, and what is watched on the way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vitrion::md {

enum class Kind {
  minimise,  ///< removes contacts: no time passes
  hold,      ///< NVT at one temperature
  ramp,      ///< NVT, temperature linear in time
  npt        ///< isotropic NPT at one pressure, temperature kept or linear in time
};

[[nodiscard]] std::string name_of(Kind kind);

/// A deformation of the cell while a segment runs: `strain` is reached at its end. Lengths grow by
/// a constant true rate, so that a chain of chunks makes the same cell as one run.
struct Deformation {
  enum class Mode { none, isotropic, x, y, z, xy, xz, yz };
  Mode mode = Mode::none;
  double strain =
      0;  ///< relative change of the lengths, negative compresses; of a shear the angle's tangent

  bool operator==(const Deformation&) const = default;
};
/// "isotropic", "x", ..., "yz". @throws InputError with the nearest of them.
[[nodiscard]] Deformation::Mode deformation_mode(const std::string& name);

/// One stretch of a run. Nose-Hoover chains drive all but the minimisation.
struct Segment {
  Kind kind = Kind::hold;
  double from = 300;    ///< K, at the start
  double to = 300;      ///< K, at the end; a hold's is `from`
  double pressure = 0;  ///< bar, npt only
  double time = 1;      ///< ps; 0 for a minimisation
  Deformation deform;   ///< of a hold or ramp only

  static Segment minimise() { return {Kind::minimise, 0, 0, 0, 0, {}}; }
  static Segment hold(double kelvin, double ps) { return {Kind::hold, kelvin, kelvin, 0, ps, {}}; }
  static Segment ramp(double from, double to, double ps) {
    return {Kind::ramp, from, to, 0, ps, {}};
  }
  static Segment npt(double kelvin, double bar, double ps) {
    return npt_ramp(kelvin, kelvin, bar, ps);
  }
  static Segment npt_ramp(double from, double to, double bar, double ps) {
    return {Kind::npt, from, to, bar, ps, {}};
  }

  /// @throws InputError naming value and rule: temperatures, times and pressures that are not
  /// finite or not positive, a ramp that goes nowhere, a hold that changes its temperature.
  void validate() const;
  bool operator==(const Segment&) const = default;
};

/// What a run writes while it goes; a period of 0 switches an observer off.
struct Observers {
  double thermo = 0.1;    ///< ps between rows of temperature, energies, pressure, volume
  double trajectory = 0;  ///< ps between frames
  double deviation = 0;   ///< ps between model deviations (needs several models)
};

struct Protocol {
  double timestep = 1e-3;           ///< ps
  double thermostat_damping = 0.1;  ///< ps, as in Luo et al. (DOI 10.1039/D4TA05071A)
  double barostat_damping = 1.0;    ///< ps
  std::vector<Segment> segments;
  Observers observers;
  std::uint64_t seed = 1;  ///< of the first velocities
  /// A run whose temperature is over this times the target has exploded.
  double explosion_factor = 3;
  /// A run whose largest deviation of a force (eV/A) is over this has left what its models know,
  /// and is stopped at that look; 0: no such bound. Needs several models.
  double deviation_bound = 0;

  /// @throws InputError naming value and rule; also where a segment's thermostat starts so far
  /// under the end of the one before that the first steps would count as an explosion.
  void validate() const;
  [[nodiscard]] double total_time() const;  ///< ps
};

/// A piece of a segment that runs in one go, from a restart file to the next. The cuts depend on
/// the protocol alone, so a chain that was interrupted anywhere equals one that was not.
struct Chunk {
  std::size_t segment = 0;  ///< index into Protocol::segments
  Kind kind = Kind::hold;
  double from = 0;      ///< K at its first step
  double to = 0;        ///< K at its last
  double pressure = 0;  ///< bar
  std::uint64_t first_step = 0;
  std::uint64_t steps = 0;  ///< 0 for a minimisation
  Deformation::Mode deform = Deformation::Mode::none;
  double strain_rate = 0;  ///< 1/ps: true rate of lengths, engineering rate of a shear
};

/// Cuts a protocol into chunks of at most `longest` ps, each a whole number of steps.
[[nodiscard]] std::vector<Chunk> chunks_of(const Protocol& protocol, double longest);

}  // namespace vitrion::md
