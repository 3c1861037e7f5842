// Is it a melt, and where does it freeze? What a quench must show on its way to be a glass.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "analysis/units.hpp"
#include "structures/frame.hpp"

namespace vitrion::analysis {

/// What a hold at the melt's temperature did to the network.
struct MeltReport {
  double exchanged = 0;  ///< anions that a P has met and did not have at first, mean over the P
  double memory = 1;     ///< share of the first P-anion bonds that are there at the end
  std::map<std::string, double> msd;  ///< A^2, of each species from first to last frame
  bool diffuses = false;              ///< every species moved by over 3 A
  bool forgot = false;                ///< memory under 1/e
  bool mixed = false;                 ///< at least two anions exchanged per P
  std::size_t frames = 0;

  [[nodiscard]] bool equilibrated() const { return diffuses && forgot && mixed; }
  /// "equilibrated", or "melt not equilibrated: ..." with what is missing and by how much.
  [[nodiscard]] std::string verdict() const;
};

/// Streams the frames of the hold; positions must be unwrapped.
class MeltCheck {
 public:
  explicit MeltCheck(BondCutoffs cutoffs = {}) : cutoffs_(cutoffs) {}
  /// @throws InputError for a frame without a cell, or with other atoms than the first.
  void add(const structures::Frame& frame);
  /// @throws InputError if there were fewer than two frames.
  [[nodiscard]] MeltReport report() const;

 private:
  using Bonds = std::map<std::size_t, std::set<std::size_t>>;  // of each P: its anions
  [[nodiscard]] Bonds bonds_of(const structures::Frame& frame) const;

  BondCutoffs cutoffs_;
  structures::Frame first_;
  structures::Frame last_;
  Bonds at_first_;
  Bonds at_last_;
  Bonds met_;
  std::size_t frames_ = 0;
};

/// Tg from the energy on cooling: two straight lines of U(T) that meet at Tg, by least squares over
/// all places where they might. The interval holds the places that fit nearly as well (F, 95 %).
/// Refused where the slopes do not differ (melt and glass are not both seen), or where the interval
/// reaches an end of the data. `temperature` in K, `energy` in any unit, rows in the order of the
/// run.
[[nodiscard]] Estimate glass_transition(std::span<const double> temperature,
                                        std::span<const double> energy);

}  // namespace vitrion::analysis
