// The loop of an Adam update over numbers in a row, compiled for each instruction set (Highway).
#pragma once

#include <cstddef>

namespace vitrion::train {

/// What an update needs besides its arrays; all elements share it.
struct AdamCoefficients {
  double beta1;
  double beta2;
  double epsilon;
  double step_size;        ///< rate / (1 - beta1^t)
  double root_correction;  ///< 1 / sqrt(1 - beta2^t)
  double added_decay;      ///< weight decay that is added to the gradient
  double shrink;           ///< what the parameters are multiplied with first
};

/// In place: the parameters p (n), the moments m and v (n); g (n) is the gradient.
void adam_update(const AdamCoefficients& c, std::size_t n, const double* g, double* p, double* m,
                 double* v);

}  // namespace vitrion::train
