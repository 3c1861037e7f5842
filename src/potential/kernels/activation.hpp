// Activation functions over arrays: value, first and second derivative together.
#pragma once

#include <cstddef>

#include "potential/model.hpp"

namespace vitrion::potential::kernels {

/// In place h (n) -> f(h), with f1 = f'(h) and f2 = f''(h); f1 and f2 may be null. The arrays are
/// overwritten. tanh is vectorised with an absolute error of a few units in the last place of 1.
void activate(const Activation& activation, std::size_t n, double* h, double* f1, double* f2);
void activate(const Activation& activation, std::size_t n, float* h, float* f1, float* f2);

}  // namespace vitrion::potential::kernels
