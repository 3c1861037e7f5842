#include "potential/kernels/simd_training.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "potential/kernels/simd_training.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/highway.h"
#include "potential/kernels/simd_tanh-inl.h"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potential::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Columns k... of the skip of a row x; what stands behind the width is not defined.
template <class T, class D>
HWY_INLINE hn::Vec<D> skip_at(D d, const T* x, std::size_t in, std::size_t width, std::size_t k) {
  if (!x) return hn::Zero(d);
  if (width == in || k + hn::Lanes(d) <= in) return hn::LoadU(d, x + k);
  // Pointers before the row are formed only inside the array: see the struct's comment.
  const T* const second = x + static_cast<std::ptrdiff_t>(k) - static_cast<std::ptrdiff_t>(in);
  if (k >= in) return hn::LoadU(d, second);
  // The end of the first copy, behind which x has zeros, and the start of the second.
  return hn::Add(hn::LoadU(d, x + k),
                 hn::IfThenZeroElse(hn::FirstN(d, in - k), hn::LoadU(d, second)));
}

template <class T>
void tanh_forward(std::size_t n, std::size_t width, const T* b, const T* x, std::size_t in, T* y) {
  const hn::ScalableTag<T> d;
  const std::size_t ld = padded<T>(width), ldx = padded<T>(in);
  const auto one = hn::Set(d, T(1));
  for (std::size_t p = 0; p < n; ++p) {
    T* const value = y + p * ld;
    T* const dot = y + (n + p) * ld;
    const T* const xp = x ? x + p * ldx : nullptr;
    const T* const xp_dot = x ? x + (n + p) * ldx : nullptr;
    for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
      const auto inside = hn::FirstN(d, width > k ? width - k : 0);
      const auto f = tanh_vector(d, hn::Add(hn::LoadU(d, value + k), hn::LoadU(d, b + k)));
      const auto slope = hn::NegMulAdd(f, f, one);
      const auto moved = hn::MulAdd(slope, hn::LoadU(d, dot + k), skip_at(d, xp_dot, in, width, k));
      const auto sum = hn::Add(f, skip_at(d, xp, in, width, k));
      hn::StoreU(hn::IfThenElseZero(inside, sum), d, value + k);
      hn::StoreU(hn::IfThenElseZero(inside, moved), d, dot + k);
    }
  }
}

template <class T>
void tanh_reverse(std::size_t n, std::size_t width, const T* x, std::size_t in, const T* y,
                  const T* adjoint, T* out) {
  const hn::ScalableTag<T> d;
  const std::size_t ld = padded<T>(width), ldx = padded<T>(in);
  const auto one = hn::Set(d, T(1));
  for (std::size_t p = 0; p < n; ++p) {
    const std::size_t of_value = p * ld, of_dot = (n + p) * ld;
    const T* const xp = x ? x + p * ldx : nullptr;
    const T* const xp_dot = x ? x + (n + p) * ldx : nullptr;
    for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
      const auto inside = hn::FirstN(d, width > k ? width - k : 0);
      const auto f = hn::Sub(hn::LoadU(d, y + of_value + k), skip_at(d, xp, in, width, k));
      const auto f1h = hn::Sub(hn::LoadU(d, y + of_dot + k), skip_at(d, xp_dot, in, width, k));
      const auto f1 = hn::NegMulAdd(f, f, one);
      const auto f2h = hn::Mul(hn::Mul(hn::Set(d, T(-2)), f), f1h);
      const auto lambda = hn::LoadU(d, adjoint + of_dot + k);
      const auto mu_h = hn::MulAdd(lambda, f2h, hn::Mul(hn::LoadU(d, adjoint + of_value + k), f1));
      hn::StoreU(hn::IfThenElseZero(inside, mu_h), d, out + of_value + k);
      hn::StoreU(hn::IfThenElseZero(inside, hn::Mul(lambda, f1)), d, out + of_dot + k);
    }
  }
}

template <class T>
void add_outer_tangent(std::size_t n, std::size_t ld, const T* g, const T* g_dot, const T* rn,
                       const T* rn_dot, std::size_t stride, T* gr_dot) {
  const hn::ScalableTag<T> d;
  for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
    auto r = hn::LoadU(d, gr_dot + k), x = hn::LoadU(d, gr_dot + ld + k);
    auto y = hn::LoadU(d, gr_dot + 2 * ld + k), z = hn::LoadU(d, gr_dot + 3 * ld + k);
    for (std::size_t p = 0; p < n; ++p) {
      const auto value = hn::LoadU(d, g + p * ld + k);
      const auto moved = hn::Mul(hn::LoadU(d, g_dot + p * ld + k), hn::Set(d, rn_dot[p]));
      r = hn::MulAdd(hn::Set(d, rn[p]), moved, r);
      x = hn::MulAdd(hn::Set(d, rn[stride + p]), moved, x);
      y = hn::MulAdd(hn::Set(d, rn[2 * stride + p]), moved, y);
      z = hn::MulAdd(hn::Set(d, rn[3 * stride + p]), moved, z);
      r = hn::MulAdd(hn::Set(d, rn_dot[p]), value, r);
      x = hn::MulAdd(hn::Set(d, rn_dot[stride + p]), value, x);
      y = hn::MulAdd(hn::Set(d, rn_dot[2 * stride + p]), value, y);
      z = hn::MulAdd(hn::Set(d, rn_dot[3 * stride + p]), value, z);
    }
    hn::StoreU(r, d, gr_dot + k);
    hn::StoreU(x, d, gr_dot + ld + k);
    hn::StoreU(y, d, gr_dot + 2 * ld + k);
    hn::StoreU(z, d, gr_dot + 3 * ld + k);
  }
}

template <class T>
void spread_pair(std::size_t n, std::size_t ld, const T* rn, const T* rn_dot, std::size_t stride,
                 const T* mu, const T* lambda, T* mu_g, T* lambda_g) {
  const hn::ScalableTag<T> d;
  for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
    const auto mr = hn::LoadU(d, mu + k), mx = hn::LoadU(d, mu + ld + k);
    const auto my = hn::LoadU(d, mu + 2 * ld + k), mz = hn::LoadU(d, mu + 3 * ld + k);
    const auto lr = hn::LoadU(d, lambda + k), lx = hn::LoadU(d, lambda + ld + k);
    const auto ly = hn::LoadU(d, lambda + 2 * ld + k), lz = hn::LoadU(d, lambda + 3 * ld + k);
    for (std::size_t p = 0; p < n; ++p) {
      const auto r = hn::Set(d, rn[p]), x = hn::Set(d, rn[stride + p]);
      const auto y = hn::Set(d, rn[2 * stride + p]), z = hn::Set(d, rn[3 * stride + p]);
      const auto s_dot = hn::Set(d, rn_dot[p]);
      auto by_value = hn::MulAdd(x, mx, hn::Mul(r, mr));
      auto by_dot = hn::MulAdd(x, lx, hn::Mul(r, lr));
      by_value = hn::MulAdd(z, mz, hn::MulAdd(y, my, by_value));
      by_dot = hn::MulAdd(z, lz, hn::MulAdd(y, ly, by_dot));
      by_value = hn::MulAdd(s_dot, lr, by_value);
      by_value = hn::MulAdd(hn::Set(d, rn_dot[stride + p]), lx, by_value);
      by_value = hn::MulAdd(hn::Set(d, rn_dot[2 * stride + p]), ly, by_value);
      by_value = hn::MulAdd(hn::Set(d, rn_dot[3 * stride + p]), lz, by_value);
      hn::StoreU(by_value, d, mu_g + p * ld + k);
      hn::StoreU(hn::Mul(s_dot, by_dot), d, lambda_g + p * ld + k);
    }
  }
}

template <class T>
const TrainingKernels<T>* training_set() {
  static constexpr TrainingKernels<T> set{&tanh_forward<T>, &tanh_reverse<T>, &add_outer_tangent<T>,
                                          &spread_pair<T>};
  return &set;
}

const TrainingKernels<float>* training_float() {
  return training_set<float>();
}
const TrainingKernels<double>* training_double() {
  return training_set<double>();
}

}  // namespace vitrion::potential::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::potential::kernels {

HWY_EXPORT(training_float);
HWY_EXPORT(training_double);

template <>
const TrainingKernels<float>& training_kernels<float>() {
  static const TrainingKernels<float>* const set = HWY_DYNAMIC_DISPATCH(training_float)();
  return *set;
}

template <>
const TrainingKernels<double>& training_kernels<double>() {
  static const TrainingKernels<double>* const set = HWY_DYNAMIC_DISPATCH(training_double)();
  return *set;
}

}  // namespace vitrion::potential::kernels
#endif
