#include "train/adam_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/adam_kernel.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace vitrion::train::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE void update_lanes(D d, const AdamCoefficients& c, const double* g, double* p, double* m,
                             double* v) {
  const auto parameter = hn::Mul(hn::LoadU(d, p), hn::Set(d, c.shrink));
  const auto gradient = hn::MulAdd(hn::Set(d, c.added_decay), parameter, hn::LoadU(d, g));
  const auto old = hn::LoadU(d, m);
  const auto first = hn::MulAdd(hn::Sub(gradient, old), hn::Set(d, 1 - c.beta1), old);
  const auto second = hn::MulAdd(hn::LoadU(d, v), hn::Set(d, c.beta2),
                                 hn::Mul(hn::Mul(gradient, gradient), hn::Set(d, 1 - c.beta2)));
  const auto divisor =
      hn::MulAdd(hn::Sqrt(second), hn::Set(d, c.root_correction), hn::Set(d, c.epsilon));
  const auto change = hn::Mul(hn::Set(d, c.step_size), hn::Div(first, divisor));
  hn::StoreU(first, d, m);
  hn::StoreU(second, d, v);
  hn::StoreU(hn::Sub(parameter, change), d, p);
}

void update(const AdamCoefficients& c, std::size_t n, const double* g, double* p, double* m,
            double* v) {
  const hn::ScalableTag<double> wide;
  const hn::CappedTag<double, 1> one;
  std::size_t k = 0;
  for (; k + hn::Lanes(wide) <= n; k += hn::Lanes(wide))
    update_lanes(wide, c, g + k, p + k, m + k, v + k);
  for (; k < n; ++k) update_lanes(one, c, g + k, p + k, m + k, v + k);
}

}  // namespace vitrion::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::train {

HWY_EXPORT(update);

void adam_update(const AdamCoefficients& c, std::size_t n, const double* g, double* p, double* m,
                 double* v) {
  HWY_DYNAMIC_DISPATCH(update)(c, n, g, p, m, v);
}

}  // namespace vitrion::train
#endif
