// The census of structural units: PS(4-k)O(k), bridging, terminal and free anions, P-P and S-S
// bonds, Q^n.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/estimate.hpp"
#include "structures/frame.hpp"

namespace vitrion::analysis {

/// Longest bonds in A; a pair that is not named here never bonds.
struct BondCutoffs {
  double P_S = 2.6;
  double P_O = 2.0;
  double P_P = 2.6;
  double S_S = 2.35;
};

/// The longest bond of two species, 0 for a pair that never bonds.
[[nodiscard]] double longest_bond(const std::string& a, const std::string& b,
                                  const BondCutoffs& cutoffs);

/// Bonds of a frame as pairs of atoms, each once: what the census counts and a picture draws.
[[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> bonds(
    const structures::Frame& frame, const BondCutoffs& cutoffs = {});

/// Counts of one frame by name: classes "PS4", "PS3O", ... ("PS3+P" has a P-P bond), "Q0" .. "Q4"
/// (phosphorus by its bridging anions), "terminal S", "bridging O", "free S", ..., bonds "P-P",
/// "S-S", and "residual": (N_free - N_bridging - 2 N_PP) - (N_anion - 4 N_P), which is zero if each
/// P has four bonds and each bridge two ends.
[[nodiscard]] std::map<std::string, double> census(const structures::Frame& frame,
                                                   const BondCutoffs& cutoffs = {});

/// The census of the frames of one run.
class UnitSeries {
 public:
  explicit UnitSeries(BondCutoffs cutoffs = {}) : cutoffs_(cutoffs) {}
  /// @throws InputError for a frame without a cell or without P.
  void add(const structures::Frame& frame);

  [[nodiscard]] std::size_t frames() const { return frames_; }
  [[nodiscard]] double phosphorus() const { return phosphorus_; }
  /// (frames) counts of a name, zero where it did not occur.
  [[nodiscard]] std::vector<double> series(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] const BondCutoffs& cutoffs() const { return cutoffs_; }

 private:
  BondCutoffs cutoffs_;
  std::size_t frames_ = 0;
  double phosphorus_ = 0;
  std::map<std::string, std::map<std::size_t, double>> counts_;  // name -> frame -> count
};

/// Are the oxygens put on the four sites of each P at random? Observed numbers of PS(4-k)O(k)
/// against the binomial law with the share of O among their anions, replicas added up.
struct OxygenDistribution {
  std::vector<double> observed;  ///< (5) units with k oxygens, mean over the frames of each run
  std::vector<double> expected;  ///< (5)
  double share = 0;              ///< of O
  double chi_squared = 0;        ///< classes with fewer than five expected are added to a neighbour
  double degrees_of_freedom = 0;
  double p_value = 1;   ///< of so large a chi-squared by chance; 1 without freedom
  std::string verdict;  ///< "random", "clustered", "spread evenly" or why not tested
};

struct UnitCensus {
  struct Class {
    std::string name;
    Estimate count;     ///< per frame
    Estimate fraction;  ///< of all P
  };
  std::vector<Class> classes;              ///< the most frequent first
  std::vector<Estimate> qn;                ///< fraction of P with n bridging anions, n = 0 ..
  std::map<std::string, Estimate> anions;  ///< "terminal S", ...: per frame
  std::map<std::string, Estimate> bonds;   ///< "P-P", "S-S": per frame
  Estimate residual;                       ///< of the identity
  std::size_t frames_broken = 0;           ///< frames in which it is not zero
  std::size_t frames = 0;
  std::size_t replicas = 0;
  BondCutoffs cutoffs;
  OxygenDistribution oxygen;
};

[[nodiscard]] UnitCensus unit_census(std::span<const UnitSeries> runs);

}  // namespace vitrion::analysis
