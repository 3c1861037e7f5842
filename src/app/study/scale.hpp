// Scale: a study made smaller and shorter by known factors, so that its whole chain can be walked.
#pragma once

#include <string>
#include <vector>

#include "edges/formats/study/file.hpp"

namespace vitrion::app {

struct Scale {
  double size = 1;           ///< of the number of atoms
  double time = 1;           ///< of every time of the glass and its measurements
  double train = 1;          ///< of the steps of each training
  std::size_t replicas = 0;  ///< in place of the study's; 0: the study's

  /// "size=0.25,time=0.001,train=0.1", in any order, each at most once.
  /// @throws InputError naming the word and the rule.
  static Scale parse(const std::string& text);

  /// Sizes or lengths differ from the study's: no number may be compared with its own.
  [[nodiscard]] bool changes_numbers() const { return size != 1 || time != 1 || train != 1; }
  /// "scale-size0.25-time0.001-replicas2": part of the run folder's name; empty if nothing changes.
  [[nodiscard]] std::string name() const;
};

/// Makes the study smaller: atoms and steps are multiplied, a pore keeps its share of the cell, and
/// x becomes the nearest that the size reaches. Times are multiplied down to what still means
/// something: a segment to ten periods of its thermostat, one at constant pressure to five of its
/// barostat, a production to 100 frames. Returns a sentence for everything that is not exactly the
/// factor.
[[nodiscard]] std::vector<std::string> apply(const Scale& scale, formats::Study& study);

}  // namespace vitrion::app
