#include "potential/kernels/simd.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "potential/kernels/simd_environment.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potential::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

HWY_INLINE void store(V v, D d, double* to) {
  hn::StoreU(v, d, to);
}
HWY_INLINE void store(V v, D, float* to) {
  const hn::Rebind<float, D> narrow;
  hn::StoreU(hn::DemoteTo(narrow, v), narrow, to);
}
HWY_INLINE V load(D d, const double* from) {
  return hn::LoadU(d, from);
}
HWY_INLINE V load(D d, const float* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, D>(), from));
}

/// The switch w(r) and dw/dr of the design's section 1.1.
struct Window {
  V w, dw;
};

HWY_INLINE Window window(D d, const EnvironmentScale& scale, V r) {
  const V zero = hn::Zero(d), one = hn::Set(d, 1.0);
  const V inverse_width = hn::Set(d, 1.0 / (scale.rcut - scale.rcut_smth));
  V u = hn::Mul(hn::Sub(r, hn::Set(d, scale.rcut_smth)), inverse_width);
  u = hn::Min(hn::Max(u, zero), one);
  const V u2 = hn::Mul(u, u), u3 = hn::Mul(u2, u);
  // w = u^3 p + 1 with p = -6 u^2 + 15 u - 10; dw = (3 u^2 p + u^3 (-12 u + 15)) / width, which is
  // 0 at both clipped ends.
  const V p = hn::MulAdd(hn::MulAdd(hn::Set(d, -6.0), u, hn::Set(d, 15.0)), u, hn::Set(d, -10.0));
  const V slope = hn::MulAdd(u3, hn::MulAdd(hn::Set(d, -12.0), u, hn::Set(d, 15.0)),
                             hn::Mul(hn::Mul(hn::Set(d, 3.0), u2), p));
  return {hn::MulAdd(u3, p, one), hn::Mul(slope, inverse_width)};
}

template <class T>
void rows(std::size_t n, const EnvironmentScale& scale, const double* d, std::size_t stride, T* rn,
          double* shape) {
  const D tag;
  const V one = hn::Set(tag, 1.0);
  for (std::size_t p = 0; p < n; p += hn::Lanes(tag)) {
    const V x = hn::LoadU(tag, d + p), y = hn::LoadU(tag, d + stride + p);
    const V z = hn::LoadU(tag, d + 2 * stride + p);
    const V r = hn::Sqrt(hn::MulAdd(x, x, hn::MulAdd(y, y, hn::Mul(z, z))));
    const auto [w, dw] = window(tag, scale, r);
    const V i = hn::Div(one, hn::Add(r, hn::Set(tag, scale.protection)));
    const V inverse_r = hn::Div(one, r);
    const V r0 = hn::Mul(w, i), q = hn::Mul(r0, i);
    const V dr0 = hn::Sub(hn::Mul(dw, i), q);
    // dq/dr = (dw - 2 w / (r+p)) / (r+p)^2
    const V dq = hn::Mul(hn::Mul(i, i), hn::NegMulAdd(hn::Set(tag, 2.0), r0, dw));
    hn::StoreU(hn::Mul(dr0, inverse_r), tag, shape + p);
    hn::StoreU(q, tag, shape + stride + p);
    hn::StoreU(hn::Mul(dq, inverse_r), tag, shape + 2 * stride + p);
    const V columns[4] = {r0, hn::Mul(q, x), hn::Mul(q, y), hn::Mul(q, z)};
    for (std::size_t c = 0; c < 4; ++c)
      store(hn::Mul(hn::Sub(columns[c], hn::Set(tag, scale.mean[c])),
                    hn::Set(tag, scale.inverse_std[c])),
            tag, rn + c * stride + p);
  }
}

template <class T>
void backward(std::size_t n, const EnvironmentScale& scale, const double* d, const double* shape,
              const T* drn, std::size_t stride, double* force) {
  const D tag;
  for (std::size_t p = 0; p < n; p += hn::Lanes(tag)) {
    V dr[4];
    for (std::size_t c = 0; c < 4; ++c)
      dr[c] = hn::Mul(load(tag, drn + c * stride + p), hn::Set(tag, scale.inverse_std[c]));
    V along = hn::Zero(tag);
    for (std::size_t a = 0; a < 3; ++a)
      along = hn::MulAdd(dr[a + 1], hn::LoadU(tag, d + a * stride + p), along);
    const V radial = hn::MulAdd(dr[0], hn::LoadU(tag, shape + p),
                                hn::Mul(along, hn::LoadU(tag, shape + 2 * stride + p)));
    const V q = hn::LoadU(tag, shape + stride + p);
    for (std::size_t b = 0; b < 3; ++b)
      hn::StoreU(hn::MulAdd(radial, hn::LoadU(tag, d + b * stride + p), hn::Mul(q, dr[b + 1])), tag,
                 force + b * stride + p);
  }
}

template <class T>
void tangent(std::size_t n, const EnvironmentScale& scale, const double* d, const double* shape,
             const double* delta, std::size_t stride, T* drn) {
  const D tag;
  for (std::size_t p = 0; p < n; p += hn::Lanes(tag)) {
    V along = hn::Zero(tag);
    for (std::size_t a = 0; a < 3; ++a)
      along = hn::MulAdd(hn::LoadU(tag, delta + a * stride + p), hn::LoadU(tag, d + a * stride + p),
                         along);
    const V dr0 = hn::Mul(along, hn::LoadU(tag, shape + p));
    store(hn::Mul(dr0, hn::Set(tag, scale.inverse_std[0])), tag, drn + p);
    const V dq = hn::Mul(along, hn::LoadU(tag, shape + 2 * stride + p));
    const V q = hn::LoadU(tag, shape + stride + p);
    for (std::size_t a = 0; a < 3; ++a) {
      const V change = hn::MulAdd(dq, hn::LoadU(tag, d + a * stride + p),
                                  hn::Mul(q, hn::LoadU(tag, delta + a * stride + p)));
      store(hn::Mul(change, hn::Set(tag, scale.inverse_std[a + 1])), tag,
            drn + (a + 1) * stride + p);
    }
  }
}

template <class T>
const EnvironmentKernels<T>* environment_set() {
  static constexpr EnvironmentKernels<T> set{&rows<T>, &backward<T>, &tangent<T>};
  return &set;
}

const EnvironmentKernels<float>* environment_float() {
  return environment_set<float>();
}
const EnvironmentKernels<double>* environment_double() {
  return environment_set<double>();
}

}  // namespace vitrion::potential::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::potential::kernels {

HWY_EXPORT(environment_float);
HWY_EXPORT(environment_double);

template <>
const EnvironmentKernels<float>& environment_kernels<float>() {
  static const EnvironmentKernels<float>* const set = HWY_DYNAMIC_DISPATCH(environment_float)();
  return *set;
}

template <>
const EnvironmentKernels<double>& environment_kernels<double>() {
  static const EnvironmentKernels<double>* const set = HWY_DYNAMIC_DISPATCH(environment_double)();
  return *set;
}

}  // namespace vitrion::potential::kernels
#endif
