// Structure factors: partial (Faber-Ziman) S_ab(Q), and the totals that neutrons and X-rays see.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/frame_statistics.hpp"
#include "structures/frame.hpp"

namespace vitrion::analysis {

struct StructureFactorOptions {
  double q_max = 10;               ///< 1/A
  double bin = 0.05;               ///< 1/A
  std::size_t most_vectors = 200;  ///< of a bin; more of them are thinned out evenly
};

struct StructureFactor;

/// Streams the frames of one run. From the density waves rho_a(Q) = sum exp(i Q r) over the atoms
/// of species a, at the wave vectors that the cell allows:
///   S_ab(Q) = 1 + < Re rho_a rho_b* - d_ab N_a > / (N c_a c_b)      (Faber and Ziman)
/// which needs no cut of g(r), so it has no ripples; it begins at the cell's longest wave, 2 pi /
/// L.
class StructureFactorAccumulator {
 public:
  explicit StructureFactorAccumulator(StructureFactorOptions options = {});
  /// @throws InputError: no cell, or other atoms than before.
  void add(const structures::Frame& frame);
  [[nodiscard]] std::size_t frames() const { return sums_.frames(); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  friend struct StructureFactorBuilder;
  friend StructureFactor structure_factor(std::span<const StructureFactorAccumulator> runs,
                                          const std::string& pair);
  void start(const structures::Frame& frame);

  StructureFactorOptions options_;
  std::vector<std::string> names_;  // of the species that are there
  std::vector<int> kind_of_;        // (atoms) index into names_
  std::vector<double> counts_;
  struct Wave {
    std::array<int, 3> h{};
    std::size_t bin = 0;
  };
  std::vector<Wave> waves_;
  std::array<int, 3> highest_{};
  std::vector<double> q_;         // (bins) mean |Q| of the waves in a bin, first frame
  std::vector<double> waves_in_;  // (bins)
  ChunkedSum sums_{0};            // (pairs a <= b, bins)
};

/// S(Q) of one pair, or the total "neutron" or "X-ray".
struct StructureFactor {
  std::string pair;
  std::vector<double> q;  ///< 1/A
  std::vector<double> s;
  std::vector<double> s_error;  ///< standard error over the runs, or over blocks of one run
  struct Peak {
    double q = 0;  ///< 1/A
    double s = 0;
  };
  std::optional<Peak> first_peak;  ///< the first maximum over half of the highest
  std::string normalisation;
  std::size_t frames = 0;
  std::size_t replicas = 0;
};

/// `pair` is "A-B", "neutron": sum c_a c_b b_a b_b S_ab / <b>^2 with coherent scattering lengths
/// (International Tables C, 1992), or "X-ray": the same with the form factors f_a(Q) of
/// International Tables C (1992). @throws InputError for another, or an element without data.
[[nodiscard]] StructureFactor structure_factor(std::span<const StructureFactorAccumulator> runs,
                                               const std::string& pair);
/// All pairs A-B of the species that are there.
[[nodiscard]] std::vector<std::string> all_pairs(const StructureFactorAccumulator& run);

}  // namespace vitrion::analysis
