#include "potential/kernels/activation.hpp"

#include "potential/activation.hpp"
#include "potential/kernels/simd.hpp"

namespace vitrion::potential::kernels {

namespace {

template <class T>
void activate_array(const Activation& activation, std::size_t n, T* h, T* f1, T* f2) {
  if (activation.kind == Activation::Kind::tanh) {
    network_kernels<T>().tanh_values(n, h, f1, f2);
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const Derivatives2 at = potential::activate(activation, static_cast<double>(h[i]));
    h[i] = static_cast<T>(at.f);
    if (f1) f1[i] = static_cast<T>(at.df_dx);
    if (f2) f2[i] = static_cast<T>(at.d2f_dx2);
  }
}

}  // namespace

void activate(const Activation& activation, std::size_t n, double* h, double* f1, double* f2) {
  activate_array(activation, n, h, f1, f2);
}

void activate(const Activation& activation, std::size_t n, float* h, float* f1, float* f2) {
  activate_array(activation, n, h, f1, f2);
}

}  // namespace vitrion::potential::kernels
