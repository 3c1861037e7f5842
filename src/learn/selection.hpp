// Selection: which frames of an exploration are worth a label, by model deviation and by
// difference.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::learn {

/// Trust levels on the largest deviation of a force in a frame, eV/A (DP-GEN,
/// DOI 10.1016/j.cpc.2020.107206).
struct TrustLevels {
  double low = 0.15;
  double high = 0.35;

  /// @throws InputError unless 0 < low < high.
  void validate() const;
};

enum class Verdict {
  accurate,   ///< under low
  candidate,  ///< worth a label
  failed,     ///< over high: the geometry itself is in doubt
  exploded    ///< the deviation is not finite
};

[[nodiscard]] Verdict verdict(double max_force_deviation, const TrustLevels& levels);

struct Selection {
  std::vector<Verdict> verdicts;    ///< (frames)
  std::vector<std::size_t> picked;  ///< indices of frames, in the order of the choice
  std::size_t from_window = 0;      ///< how many of the picked are candidates

  [[nodiscard]] std::size_t count(Verdict kind) const;
};

/// What a frame is to be balanced by: an entry per kind of mark (composition, temperature, density,
/// motif), each with the marks of that kind that the frame bears. Frames of one selection have as
/// many kinds; a kind may be empty.
using Marks = std::vector<std::vector<std::string>>;

/// Marks of a frame: its composition, its temperature (info "temperature", K, in steps of 400) and
/// density (steps of 0.25 g/cm3), and its motifs, "plain" if it has none.
[[nodiscard]] Marks marks_of(const structures::Frame& frame);

/// Partial pair distributions up to 6 A, smeared, per species pair: a fingerprint of a structure
/// that does not know of rotation or order.
[[nodiscard]] std::vector<double> fingerprint(const structures::Frame& frame);

/// Indices of `pool`, up to `wanted`: always the frame whose fingerprint is farthest from those
/// picked and from `known`, its squared distance divided, for each kind of mark, by one more than
/// the picks that bear its rarest mark. `first` is picked first where nothing is known.
[[nodiscard]] std::vector<std::size_t> spread(std::span<const structures::Frame> pool,
                                              std::span<const structures::Frame> known,
                                              std::size_t wanted, std::size_t first,
                                              std::span<const Marks> marks);

/// Up to `wanted` frames: the candidate with the largest deviation, then candidates spread in
/// structure and, where there are marks, balanced over them. With `fill`, missing ones come from
/// outside the window, those nearest to it first; exploded frames never.
[[nodiscard]] Selection select(std::span<const structures::Frame> frames,
                               std::span<const double> deviations, const TrustLevels& levels,
                               std::size_t wanted, bool fill, std::span<const Marks> marks = {});

}  // namespace vitrion::learn
