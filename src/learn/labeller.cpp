#include "learn/labeller.hpp"

namespace vitrion::learn {

std::string_view name_of(Failure::Kind kind) {
  switch (kind) {
    case Failure::Kind::unconverged:
      return "unconverged";
    case Failure::Kind::incomplete:
      return "incomplete";
    case Failure::Kind::engine_error:
      return "engine error";
    case Failure::Kind::mismatch:
      return "mismatch";
  }
  return "unknown";
}

}  // namespace vitrion::learn
