#include "potential/kernels/simd.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "potential/kernels/simd_descriptor.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potential::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
void add_outer(std::size_t n, std::size_t ld, const T* g, const T* rn, std::size_t stride, T* gr) {
  const hn::ScalableTag<T> d;
  // The columns outside, so that the four sums stay in registers while the rows pass.
  for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
    auto r = hn::LoadU(d, gr + k), x = hn::LoadU(d, gr + ld + k);
    auto y = hn::LoadU(d, gr + 2 * ld + k), z = hn::LoadU(d, gr + 3 * ld + k);
    for (std::size_t p = 0; p < n; ++p) {
      const auto value = hn::LoadU(d, g + p * ld + k);
      r = hn::MulAdd(hn::Set(d, rn[p]), value, r);
      x = hn::MulAdd(hn::Set(d, rn[stride + p]), value, x);
      y = hn::MulAdd(hn::Set(d, rn[2 * stride + p]), value, y);
      z = hn::MulAdd(hn::Set(d, rn[3 * stride + p]), value, z);
    }
    hn::StoreU(r, d, gr + k);
    hn::StoreU(x, d, gr + ld + k);
    hn::StoreU(y, d, gr + 2 * ld + k);
    hn::StoreU(z, d, gr + 3 * ld + k);
  }
}

template <class T>
void contract(std::size_t axis, std::size_t width, const T* a, const T* b, T* out, bool add) {
  const hn::ScalableTag<T> d;
  const std::size_t ld = padded<T>(width);
  // Row by row: what a row writes behind its end the next row overwrites.
  for (std::size_t l = 0; l < axis; ++l) {
    const auto r = hn::Set(d, a[l]), x = hn::Set(d, a[ld + l]);
    const auto y = hn::Set(d, a[2 * ld + l]), z = hn::Set(d, a[3 * ld + l]);
    for (std::size_t k = 0; k < width; k += hn::Lanes(d)) {
      T* to = out + l * width + k;
      auto sum = add ? hn::LoadU(d, to) : hn::Zero(d);
      sum = hn::MulAdd(r, hn::LoadU(d, b + k), sum);
      sum = hn::MulAdd(x, hn::LoadU(d, b + ld + k), sum);
      sum = hn::MulAdd(y, hn::LoadU(d, b + 2 * ld + k), sum);
      sum = hn::MulAdd(z, hn::LoadU(d, b + 3 * ld + k), sum);
      hn::StoreU(sum, d, to);
    }
  }
}

template <class T>
void contract_backward(std::size_t axis, std::size_t width, const T* dd, const T* gr, T* dgr) {
  const hn::ScalableTag<T> d;
  const std::size_t ld = padded<T>(width);
  // d[l, k] = sum_c gr[c, l] gr[c, k]: by the factor of k ...
  for (std::size_t k = 0; k < width; k += hn::Lanes(d)) {
    auto r = hn::LoadU(d, dgr + k), x = hn::LoadU(d, dgr + ld + k);
    auto y = hn::LoadU(d, dgr + 2 * ld + k), z = hn::LoadU(d, dgr + 3 * ld + k);
    for (std::size_t l = 0; l < axis; ++l) {
      const auto value = hn::LoadU(d, dd + l * width + k);
      r = hn::MulAdd(hn::Set(d, gr[l]), value, r);
      x = hn::MulAdd(hn::Set(d, gr[ld + l]), value, x);
      y = hn::MulAdd(hn::Set(d, gr[2 * ld + l]), value, y);
      z = hn::MulAdd(hn::Set(d, gr[3 * ld + l]), value, z);
    }
    hn::StoreU(r, d, dgr + k);
    hn::StoreU(x, d, dgr + ld + k);
    hn::StoreU(y, d, dgr + 2 * ld + k);
    hn::StoreU(z, d, dgr + 3 * ld + k);
  }
  // ... and by the factor of l; gr's padding is zero, so the elements behind a row do not count.
  for (std::size_t l = 0; l < axis; ++l) {
    auto r = hn::Zero(d), x = hn::Zero(d), y = hn::Zero(d), z = hn::Zero(d);
    for (std::size_t k = 0; k < width; k += hn::Lanes(d)) {
      const auto value = hn::LoadU(d, dd + l * width + k);
      r = hn::MulAdd(hn::LoadU(d, gr + k), value, r);
      x = hn::MulAdd(hn::LoadU(d, gr + ld + k), value, x);
      y = hn::MulAdd(hn::LoadU(d, gr + 2 * ld + k), value, y);
      z = hn::MulAdd(hn::LoadU(d, gr + 3 * ld + k), value, z);
    }
    dgr[l] += hn::GetLane(hn::SumOfLanes(d, r));
    dgr[ld + l] += hn::GetLane(hn::SumOfLanes(d, x));
    dgr[2 * ld + l] += hn::GetLane(hn::SumOfLanes(d, y));
    dgr[3 * ld + l] += hn::GetLane(hn::SumOfLanes(d, z));
  }
  for (std::size_t c = 0; c < 4; ++c)
    for (std::size_t k = width; k < ld; ++k) dgr[c * ld + k] = 0;
}

/// The four sums sum_k dgr[c, k] g[k], and sum_k dg_ds[k] sum_c dgr[c, k] rn_c, of one row.
template <class T, class Values>
HWY_INLINE void row_sums(std::size_t ld, const Values& values, const T* rn, const T* dgr,
                         std::size_t stride, T* drn) {
  const hn::ScalableTag<T> d;
  const auto rn_r = hn::Set(d, rn[0]), rn_x = hn::Set(d, rn[stride]);
  const auto rn_y = hn::Set(d, rn[2 * stride]), rn_z = hn::Set(d, rn[3 * stride]);
  auto r = hn::Zero(d), x = hn::Zero(d), y = hn::Zero(d), z = hn::Zero(d);
  for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
    auto g = hn::Zero(d), dg_ds = hn::Zero(d);
    values(k, g, dg_ds);
    const auto dr = hn::LoadU(d, dgr + k), dx = hn::LoadU(d, dgr + ld + k);
    const auto dy = hn::LoadU(d, dgr + 2 * ld + k), dz = hn::LoadU(d, dgr + 3 * ld + k);
    auto dg = hn::Mul(rn_r, dr);
    dg = hn::MulAdd(rn_x, dx, dg);
    dg = hn::MulAdd(rn_y, dy, dg);
    dg = hn::MulAdd(rn_z, dz, dg);
    r = hn::MulAdd(g, dr, hn::MulAdd(dg_ds, dg, r));
    x = hn::MulAdd(g, dx, x);
    y = hn::MulAdd(g, dy, y);
    z = hn::MulAdd(g, dz, z);
  }
  drn[0] = hn::GetLane(hn::SumOfLanes(d, r));
  drn[stride] = hn::GetLane(hn::SumOfLanes(d, x));
  drn[2 * stride] = hn::GetLane(hn::SumOfLanes(d, y));
  drn[3 * stride] = hn::GetLane(hn::SumOfLanes(d, z));
}

template <class T>
void row_derivatives(std::size_t n, std::size_t ld, const T* g, const T* dg_ds, const T* rn,
                     const T* dgr, std::size_t stride, T* drn) {
  const hn::ScalableTag<T> d;
  for (std::size_t p = 0; p < n; ++p)
    row_sums(
        ld,
        [&](std::size_t k, auto& value, auto& slope) HWY_ATTR {
          value = hn::LoadU(d, g + p * ld + k);
          slope = hn::LoadU(d, dg_ds + p * ld + k);
        },
        rn + p, dgr, stride, drn + p);
}

template <class T>
void spread(std::size_t n, std::size_t ld, const T* rn, std::size_t stride, const T* dgr, T* dg,
            bool add) {
  const hn::ScalableTag<T> d;
  for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
    const auto r = hn::LoadU(d, dgr + k), x = hn::LoadU(d, dgr + ld + k);
    const auto y = hn::LoadU(d, dgr + 2 * ld + k), z = hn::LoadU(d, dgr + 3 * ld + k);
    for (std::size_t p = 0; p < n; ++p) {
      auto sum = add ? hn::LoadU(d, dg + p * ld + k) : hn::Zero(d);
      sum = hn::MulAdd(hn::Set(d, rn[p]), r, sum);
      sum = hn::MulAdd(hn::Set(d, rn[stride + p]), x, sum);
      sum = hn::MulAdd(hn::Set(d, rn[2 * stride + p]), y, sum);
      sum = hn::MulAdd(hn::Set(d, rn[3 * stride + p]), z, sum);
      hn::StoreU(sum, d, dg + p * ld + k);
    }
  }
}

template <class T>
const DescriptorKernels<T>* descriptor_set() {
  static constexpr DescriptorKernels<T> set{&add_outer<T>, &contract<T>, &contract_backward<T>,
                                            &row_derivatives<T>, &spread<T>};
  return &set;
}

const DescriptorKernels<float>* descriptor_float() {
  return descriptor_set<float>();
}
const DescriptorKernels<double>* descriptor_double() {
  return descriptor_set<double>();
}

}  // namespace vitrion::potential::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::potential::kernels {

HWY_EXPORT(descriptor_float);
HWY_EXPORT(descriptor_double);

template <>
const DescriptorKernels<float>& descriptor_kernels<float>() {
  static const DescriptorKernels<float>* const set = HWY_DYNAMIC_DISPATCH(descriptor_float)();
  return *set;
}

template <>
const DescriptorKernels<double>& descriptor_kernels<double>() {
  static const DescriptorKernels<double>* const set = HWY_DYNAMIC_DISPATCH(descriptor_double)();
  return *set;
}

}  // namespace vitrion::potential::kernels
#endif
