#include "base/vec3.hpp"

namespace vitrion {

Mat3 inverse(const Mat3& m) {
  const double scale = 1.0 / determinant(m);
  return scale * transpose({cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1])});
}

}  // namespace vitrion
