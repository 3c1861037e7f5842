// Pair distributions: partial and total g(r), coordination numbers, first peak and first minimum.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "analysis/frame_statistics.hpp"
#include "structures/frame.hpp"

namespace vitrion::analysis {

struct RdfOptions {
  double r_max =
      0;  ///< A; 0: 10 A, or 0.47 of the smallest height of the first frame's cell if that is less
  double bin = 0.02;  ///< A
};

struct Rdf;

/// Streams the frames of one run. For species a, b:
///   g_ab(r) = < V n_ab(r) > / (N_a (N_b - d_ab) 4 pi / 3 ((r+dr)^3 - r^3)),
/// with n_ab the ordered pairs in a shell and V the volume of the same frame; so an ideal gas has g
/// = 1 at any number of atoms, and g does not know of a breathing cell.
class RdfAccumulator {
 public:
  explicit RdfAccumulator(RdfOptions options = {});

  /// @throws InputError: no cell, other atoms than before, or r_max over half the smallest height
  /// of the cell.
  void add(const structures::Frame& frame);
  [[nodiscard]] std::size_t frames() const { return g_.frames(); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  friend struct RdfBuilder;
  friend Rdf rdf(std::span<const RdfAccumulator> runs, const std::string& pair);
  void start(const structures::Frame& frame);
  [[nodiscard]] std::size_t row(std::size_t a, std::size_t b) const {
    return a * names_.size() + b;
  }

  RdfOptions options_;
  std::vector<std::string> names_;
  std::vector<int> counts_;
  std::size_t bins_ = 0;
  ChunkedSum g_{0};           // (S*S + 1, bins) partial and total g(r)
  ChunkedSum neighbours_{0};  // (S*S + 1, bins) neighbours of kind b per atom of kind a
};

/// g(r) of one pair, averaged over runs.
struct Rdf {
  std::string pair;       ///< "P-S", or "total"
  std::vector<double> r;  ///< A, centres of the bins
  std::vector<double> g;
  std::vector<double> g_error;       ///< standard error over the runs, or over blocks of one run
  std::vector<double> coordination;  ///< neighbours of the second kind within the bin's outer edge
  struct Peak {
    double r = 0;  ///< A, vertex of the parabola through three bins
    double g = 0;  ///< of the highest bin
  };
  std::optional<Peak> first_peak;
  std::optional<double> first_minimum;  ///< A
  Estimate coordination_number;         ///< within the first minimum
  std::size_t frames = 0;
  std::size_t replicas = 0;
};

/// `pair` is "A-B" or "total". @throws InputError for a species that is not there, or runs that
/// differ.
[[nodiscard]] Rdf rdf(std::span<const RdfAccumulator> runs, const std::string& pair);
/// All pairs A-B with A before or at B in the order of the file, without those of absent atoms.
[[nodiscard]] std::vector<std::string> all_pairs(const RdfAccumulator& run);

/// The highest point (smoothed by 0.02 A) of the first stretch over half of the highest value;
/// nothing if g is zero.
[[nodiscard]] std::optional<Rdf::Peak> first_peak(std::span<const double> r,
                                                  std::span<const double> g);
/// The lowest point after the peak, smoothed by 0.08 A, before g rises again by a tenth of the fall
/// (at least a twentieth of the peak, at most 0.2); the middle of a flat bottom; nothing if it
/// never rises.
[[nodiscard]] std::optional<double> first_minimum(std::span<const double> r,
                                                  std::span<const double> g, const Rdf::Peak& peak);

}  // namespace vitrion::analysis
