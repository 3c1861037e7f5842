// Free volume: what the ions leave, by four definitions, with the mobile ions in and out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "analysis/frame_sample.hpp"

namespace vitrion::analysis {

struct FreeVolumeOptions {
  /// A: Na+, S2- and O2- of coordination six (Shannon, 10.1107/S0567739476001551), P 0.2. A species
  /// that is not named has the radius of analysis/ionic_radii.hpp.
  std::map<std::string, double> radii = {{"Na", 1.02}, {"S", 1.84}, {"O", 1.40}, {"P", 0.20}};
  std::vector<std::string> mobile = {"Na"};  ///< taken out for the framework
  std::vector<double> probes;                ///< A; empty: 0 to 1.5 in steps of 0.1
  std::size_t points = 20000;                ///< random points a frame
  std::uint64_t seed = 1;
  std::size_t threads = 1;
};

/// The room in one frame, between all ions or those of the framework.
struct Room {
  double included = 0;                ///< A, radius of the largest sphere
  Vec3 centre{};                      ///< fractional, of that sphere
  double free = 0;                    ///< A, radius of the largest sphere that percolates
  std::array<double, 3> free_axes{};  ///< A, along a, b, c
  std::vector<double> fractions;      ///< (probes) share of the cell where a probe fits
};

struct FreeVolumeFrame {
  double time_ps = 0;
  double volume = 0;         ///< A^3
  Room full;                 ///< between all ions
  Room framework;            ///< without the mobile ones, if there are both
  double mobile_cell = 0;    ///< A^3, mean radical Voronoi volume of the mobile ions
  double mobile_spread = 0;  ///< A^3, its standard deviation over the ions
};

struct FreeVolumeRun {
  std::vector<FreeVolumeFrame> frames;
  std::size_t atoms = 0;
  std::size_t formula_units = 0;
  std::map<std::string, double> radii;  ///< A, of the species
  double ionic_volume = 0;              ///< A^3, of the spheres, overlaps counted twice
  bool has_mobile = false;
  bool has_framework = false;  ///< there are mobile ions and others
};

/// @throws InputError for a frame without a cell, a species without a radius, no frame, or probes
/// that do not grow from 0 or more.
[[nodiscard]] FreeVolumeRun free_volume_of_run(std::span<const TimedFrame> frames,
                                               const FreeVolumeOptions& options);

/// The room of all frames and replicas; diameters in A.
struct RoomSummary {
  Estimate Di;                      ///< largest included sphere
  Estimate Df;                      ///< largest free sphere: it passes through the cell and on
  std::array<Estimate, 3> Df_axes;  ///< along a, b, c
  std::vector<Estimate> fractions;  ///< (probes)
};

struct FreeVolume {
  FreeVolumeOptions options;  ///< with the probes that were used
  Estimate volume_per_atom;   ///< A3
  Estimate volume_per_formula_unit;
  Estimate excess_per_atom;  ///< A3: less the ionic spheres
  Estimate excess_per_formula_unit;
  Estimate excess_fraction;
  std::optional<Estimate> mobile_cell;  ///< A3, none without mobile ions
  double mobile_spread = 0;
  RoomSummary full;                      ///< between all ions
  std::optional<RoomSummary> framework;  ///< without the mobile ones, if there are both
  std::vector<FreeVolumeRun> runs;
  std::size_t frames = 0;
};

[[nodiscard]] FreeVolume free_volume(std::vector<FreeVolumeRun> runs, FreeVolumeOptions options);

/// The room between spheres: `points` are where probes are tried.
[[nodiscard]] Room room_in(const structures::Cell& cell, std::span<const Vec3> centres,
                           std::span<const double> radii, std::span<const double> probes,
                           std::span<const structures::Fractional> points,
                           std::vector<double>* cell_volumes = nullptr);

/// The radius of a species: that of the options, else Shannon's. @throws InputError naming it and
/// those that have one.
[[nodiscard]] double ionic_radius(const FreeVolumeOptions& options, const std::string& species);

}  // namespace vitrion::analysis
