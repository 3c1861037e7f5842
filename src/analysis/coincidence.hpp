// Do two kinds of events come together, near in place and time, more often than by chance?
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/vec3.hpp"

namespace vitrion::analysis {

/// Something that an atom does at a time and a place.
struct Event {
  std::size_t atom = 0;
  double time_ps = 0;
  Vec3 place{};  ///< A, wrapped or not
};

/// The events of one run.
struct EventPair {
  std::vector<Event> a;
  std::vector<Event> b;
  Mat3 cell{};          ///< rows, A
  double start_ps = 0;  ///< of the run
  double duration = 0;  ///< ps
};

struct Coincidence {
  std::size_t a = 0;      ///< events
  std::size_t b = 0;      ///< events
  double observed = 0;    ///< pairs within the time and the distance
  double expected = 0;    ///< the same with the times of b shuffled, mean
  double chance_low = 0;  ///< 95 % of the shuffles lie between these
  double chance_high = 0;
  double p_value = 1;  ///< of so many pairs by chance, one-sided
  double within_ps = 0;
  double within_A = 0;
  std::size_t shuffles = 0;
  std::string refused;  ///< why nothing was tested; empty if it was
};

/// Pairs (a, b) with |t_a - t_b| <= within_ps and a distance <= within_A, against shuffles that
/// turn the times of all b of a run round by one random span, so that b keeps its places and its
/// own rhythm and loses only what ties it to a. p = (1 + #{shuffled >= observed}) / (1 + shuffles)
/// (Phipson and Smyth, 10.2202/1544-6115.1585).
[[nodiscard]] Coincidence coincidence(std::span<const EventPair> runs, double within_ps,
                                      double within_A, std::size_t shuffles, std::uint64_t seed);

}  // namespace vitrion::analysis
