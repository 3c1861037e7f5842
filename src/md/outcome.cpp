#include "md/outcome.hpp"

namespace vitrion::md {

std::string name_of(Failure::Kind kind) {
  switch (kind) {
    case Failure::Kind::exploded:
      return "exploded";
    case Failure::Kind::incomplete:
      return "incomplete";
    case Failure::Kind::engine_error:
      return "engine error";
  }
  return "";
}

}  // namespace vitrion::md
