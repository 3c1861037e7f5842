#include <cstring>

#include "potential/kernels/simd.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "potential/kernels/simd_network.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/highway.h"
#include "potential/kernels/simd_tanh-inl.h"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potential::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
void tanh_values(std::size_t n, T* h, T* f1, T* f2) {
  const hn::ScalableTag<T> d;
  const auto one = hn::Set(d, T(1));
  const auto minus_two = hn::Set(d, T(-2));
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto t = tanh_vector(d, hn::LoadU(d, h + i));
    hn::StoreU(t, d, h + i);
    if (!f1) continue;
    const auto slope = hn::NegMulAdd(t, t, one);
    hn::StoreU(slope, d, f1 + i);
    if (f2) hn::StoreU(hn::Mul(hn::Mul(minus_two, t), slope), d, f2 + i);
  }
}

template <class T>
void multiply(std::size_t n, const T* x, const T* y, T* out) {
  const hn::ScalableTag<T> d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d))
    hn::StoreU(hn::Mul(hn::LoadU(d, x + i), hn::LoadU(d, y + i)), d, out + i);
}

template <class T>
void finish_layer(std::size_t n, std::size_t width, T* y, const T* idt, const T* x,
                  std::size_t in) {
  const hn::ScalableTag<T> d;
  const std::size_t ld = padded<T>(width), ldx = padded<T>(in);
  for (std::size_t p = 0; p < n; ++p) {
    T* row = y + p * ld;
    if (idt)
      for (std::size_t k = 0; k < ld; k += hn::Lanes(d))
        hn::StoreU(hn::Mul(hn::LoadU(d, row + k), hn::LoadU(d, idt + k)), d, row + k);
    if (x)
      for (std::size_t half = 0; half + in <= width; half += in) {
        const T* from = x + p * ldx;
        T* to = row + half;
        std::size_t k = 0;
        for (; k + hn::Lanes(d) <= in; k += hn::Lanes(d))
          hn::StoreU(hn::Add(hn::LoadU(d, to + k), hn::LoadU(d, from + k)), d, to + k);
        for (; k < in; ++k) to[k] += from[k];
      }
    for (std::size_t k = width; k < ld; ++k) row[k] = 0;
  }
}

template <class T>
void skip_backward(std::size_t n, std::size_t width, const T* dy, std::size_t in, T* dx) {
  const std::size_t ld = padded<T>(width), ldx = padded<T>(in);
  for (std::size_t p = 0; p < n; ++p) {
    const T* from = dy + p * ld;
    T* to = dx + p * ldx;
    std::memcpy(to, from, in * sizeof(T));
    if (width == 2 * in)
      for (std::size_t k = 0; k < in; ++k) to[k] += from[in + k];
    for (std::size_t k = in; k < ldx; ++k) to[k] = 0;
  }
}

template <class T>
void slope_rows(std::size_t n, std::size_t ld, const T* lambda, const T* idt, const T* f1, T* out) {
  const hn::ScalableTag<T> d;
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
      const std::size_t at = p * ld + k;
      auto value = hn::Mul(hn::LoadU(d, lambda + at), hn::LoadU(d, f1 + at));
      if (idt) value = hn::Mul(value, hn::LoadU(d, idt + k));
      hn::StoreU(value, d, out + at);
    }
}

template <class T>
void curved_rows(std::size_t n, std::size_t ld, const T* mu, const T* f1, const T* lambda,
                 const T* f2h, const T* idt, T* out) {
  const hn::ScalableTag<T> d;
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
      const std::size_t at = p * ld + k;
      auto value = hn::Mul(hn::LoadU(d, mu + at), hn::LoadU(d, f1 + at));
      value = hn::MulAdd(hn::LoadU(d, lambda + at), hn::LoadU(d, f2h + at), value);
      if (idt) value = hn::Mul(value, hn::LoadU(d, idt + k));
      hn::StoreU(value, d, out + at);
    }
}

template <class T>
void add_columns(std::size_t n, std::size_t ld, const T* x, const T* y, T* sum) {
  const hn::ScalableTag<T> d;
  for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
    auto total = hn::LoadU(d, sum + k);
    for (std::size_t p = 0; p < n; ++p) {
      const auto value = hn::LoadU(d, x + p * ld + k);
      total = y ? hn::MulAdd(value, hn::LoadU(d, y + p * ld + k), total) : hn::Add(total, value);
    }
    hn::StoreU(total, d, sum + k);
  }
}

inline void from_double(std::size_t n, const double* from, double* to) {
  std::memcpy(to, from, n * sizeof(double));
}
inline void from_double(std::size_t n, const double* from, float* to) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> narrow;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= n; i += hn::Lanes(d))
    hn::StoreU(hn::DemoteTo(narrow, hn::LoadU(d, from + i)), narrow, to + i);
  for (; i < n; ++i) to[i] = static_cast<float>(from[i]);
}

inline void to_double(std::size_t n, const double* from, double* to) {
  std::memcpy(to, from, n * sizeof(double));
}
inline void to_double(std::size_t n, const float* from, double* to) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> narrow;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= n; i += hn::Lanes(d))
    hn::StoreU(hn::PromoteTo(d, hn::LoadU(narrow, from + i)), d, to + i);
  for (; i < n; ++i) to[i] = static_cast<double>(from[i]);
}

template <class T>
void scalar_layer(std::size_t n, std::size_t ld, const T* s, const T* w, const T* b, T* h) {
  const hn::ScalableTag<T> d;
  for (std::size_t p = 0; p < n; ++p) {
    const auto scalar = hn::Set(d, s[p]);
    for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
      const auto bias = b ? hn::LoadU(d, b + k) : hn::Zero(d);
      hn::StoreU(hn::MulAdd(scalar, hn::LoadU(d, w + k), bias), d, h + p * ld + k);
    }
  }
}

template <class T>
const NetworkKernels<T>* network_set() {
  static constexpr NetworkKernels<T> set{
      &tanh_values<T>, &multiply<T>,    &finish_layer<T>, &skip_backward<T>, &slope_rows<T>,
      &curved_rows<T>, &add_columns<T>, &from_double,     &to_double,        &scalar_layer<T>};
  return &set;
}

const NetworkKernels<float>* network_float() {
  return network_set<float>();
}
const NetworkKernels<double>* network_double() {
  return network_set<double>();
}

}  // namespace vitrion::potential::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::potential::kernels {

HWY_EXPORT(network_float);
HWY_EXPORT(network_double);

template <>
const NetworkKernels<float>& network_kernels<float>() {
  static const NetworkKernels<float>* const set = HWY_DYNAMIC_DISPATCH(network_float)();
  return *set;
}

template <>
const NetworkKernels<double>& network_kernels<double>() {
  static const NetworkKernels<double>* const set = HWY_DYNAMIC_DISPATCH(network_double)();
  return *set;
}

const char* simd_target() {
  const auto best = hwy::SupportedTargets() & -hwy::SupportedTargets();
  return hwy::TargetName(best);
}

}  // namespace vitrion::potential::kernels
#endif
