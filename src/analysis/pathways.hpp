// Where the ions go: their density, whether it goes round the cell, who moves together, the paths,
// and whether any crosses a void.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/density_grid.hpp"
#include "analysis/estimate.hpp"
#include "analysis/free_volume.hpp"
#include "analysis/statistics.hpp"
#include "analysis/trajectory.hpp"

namespace vitrion::analysis {

struct PathwayOptions {
  std::string species = "Na";
  DensityGridOptions grid;
  double mobile_share = 0.05;    ///< of the ions, those that move farthest
  double neighbour = 4.5;        ///< A, between ions of one cluster
  std::size_t most_paths = 60;   ///< that are kept of a run
  std::size_t most_points = 60;  ///< of a path
  std::uint64_t seed = 1;
};

/// A sphere that touches no ion at the start.
struct Void {
  structures::Fractional centre;
  double radius = 0;  ///< A
};

/// The largest sphere between the ions of the first frame, by the radii of free volume.
/// @throws InputError for a species without a radius.
[[nodiscard]] Void void_at_start(const Trajectory& trajectory,
                                 const FreeVolumeOptions& options = {});

/// What the ions do about a void.
struct VoidPassage {
  Void hole;
  std::vector<std::size_t> visitors;  ///< ions that come within half its radius of its centre
  std::vector<std::size_t> crossers;  ///< that also leave it by the other half than they came from
};

/// An ion comes through a void if it enters the sphere, comes within half the radius of its centre
/// and leaves with over 90 degrees between its ways in and out; straight lines between frames.
[[nodiscard]] VoidPassage void_passage(const Trajectory& trajectory, const std::string& species,
                                       const Void& hole);

/// Sizes of the clusters of the ions that move farthest, against as many ions at random (Donati et
/// al., 10.1103/PhysRevLett.80.2338).
struct MobileClusters {
  std::vector<double> size;    ///< (origins) sum n^2 / sum n
  std::vector<double> random;  ///< (origins) the same of random ions
};
[[nodiscard]] MobileClusters mobile_clusters(const Trajectory& trajectory,
                                             const std::vector<std::size_t>& ions, std::size_t lag,
                                             const PathwayOptions& options);

/// One ion's path, thinned by averaging.
struct IonPath {
  std::size_t ion = 0;
  double displacement = 0;   ///< A, from the first point to the last
  std::vector<Vec3> points;  ///< A, unwrapped
};

struct PathwayRun {
  DensityGrid density;
  Percolation level;              ///< 1/A^3
  double percolating_volume = 0;  ///< share of the cell at or over level.any; 0 without
  MobileClusters clusters;
  double cluster_lag = 0;             ///< ps
  std::vector<double> displacements;  ///< (ions) A, from the first point to the last
  std::vector<IonPath> paths;         ///< evenly over the order of the displacements
  std::optional<VoidPassage> hole;
  std::size_t ions = 0;
  std::size_t frames = 0;
  double duration = 0;  ///< ps
};

/// @throws InputError if the trajectory lacks the species or has fewer than eight frames.
[[nodiscard]] PathwayRun pathways_of_run(const Trajectory& trajectory,
                                         const PathwayOptions& options,
                                         const std::optional<Void>& hole);

struct Pathways {
  PathwayOptions options;
  Estimate level;                      ///< over the mean density; 0: no path of visited places
  std::array<Estimate, 3> level_axes;  ///< along a, b, c
  Estimate percolating_volume;         ///< share of the cell
  Estimate cluster_size;               ///< ions
  Estimate cluster_ratio;              ///< to that of random ions
  std::optional<Estimate> crossings;   ///< paths through the void, a run
  std::vector<PathwayRun> runs;
};
[[nodiscard]] Pathways pathways(std::vector<PathwayRun> runs, const PathwayOptions& options);

}  // namespace vitrion::analysis
