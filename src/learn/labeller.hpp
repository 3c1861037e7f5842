// The port Labeller: someone who computes energy, forces and virial of frames, or says why not.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.hpp"
#include "structures/frame.hpp"

namespace vitrion::learn {

/// Why a frame has no label. A label is accepted only with proof of convergence, finite numbers,
/// the geometry that was asked for, a small net force, and a virial.
struct Failure {
  enum class Kind { unconverged, incomplete, engine_error, mismatch };
  Kind kind = Kind::engine_error;
  std::string cause;
};

/// "unconverged", "incomplete", "engine error", "mismatch".
[[nodiscard]] std::string_view name_of(Failure::Kind kind);

using Labelled = expected<structures::Frame, Failure>;

class Labeller {
 public:
  virtual ~Labeller() = default;
  /// One answer per frame, in order; `done` is called as each arrives (frame index, answer).
  virtual std::vector<Labelled> label(
      const std::vector<structures::Frame>& frames,
      const std::function<void(std::size_t, const Labelled&)>& done) = 0;
};

}  // namespace vitrion::learn
