// Activation functions: value, first and second derivative, in double precision.
#pragma once

#include "potential/model.hpp"

namespace vitrion::potential {

/// A function's value and its first two derivatives at one point.
struct Derivatives2 {
  double f;
  double df_dx;
  double d2f_dx2;
};

/// tanh, relu, ... at x. At the corners of relu and relu6 the derivatives are those of PyTorch: 0.
[[nodiscard]] Derivatives2 activate(const Activation& activation, double x);

}  // namespace vitrion::potential
