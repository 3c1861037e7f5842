#include <cstdint>

#include "potential/kernels/simd_inference.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "potential/kernels/simd_table.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/highway.h"
#include "potential/kernels/simd_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potential::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Neighbours whose weights are made together: more than most centres have of one type.
constexpr std::size_t at_once = 32;

/// Where neighbours stand in the table: node to the left, and x in [0, 1) from there.
template <class T>
struct Located {
  std::int32_t node[at_once];
  T x[at_once];
};

HWY_INLINE hn::Vec<hn::ScalableTag<double>> load(hn::ScalableTag<double> d, const double* from) {
  return hn::LoadU(d, from);
}
HWY_INLINE hn::Vec<hn::ScalableTag<double>> load(hn::ScalableTag<double> d, const float* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, decltype(d)>(), from));
}
template <class V>
HWY_INLINE void store(V v, hn::ScalableTag<double> d, double* to) {
  hn::StoreU(v, d, to);
}
template <class V>
HWY_INLINE void store(V v, hn::ScalableTag<double> d, float* to) {
  const hn::Rebind<float, decltype(d)> narrow;
  hn::StoreU(hn::DemoteTo(narrow, v), narrow, to);
}

/// In double, also for floats: the place among hundreds of nodes would cost x its last digits.
template <class T>
HWY_INLINE void locate(const TableView<T>& table, std::size_t n, const T* s, Located<T>& at) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<std::int32_t, decltype(d)> whole;
  const auto low = hn::Set(d, table.low), inverse_step = hn::Set(d, 1 / table.step);
  for (std::size_t p = 0; p < n; p += hn::Lanes(d)) {
    const auto position = hn::Mul(hn::Sub(load(d, s + p), low), inverse_step);
    const auto node = hn::DemoteTo(whole, position);
    hn::StoreU(node, whole, at.node + p);
    store(hn::Sub(position, hn::PromoteTo(d, node)), d, at.x + p);
  }
}

/// Hermite's quintic: the weights of value, first and second derivative of the left node, then of
/// the right one, at x in [0, 1].
template <class T>
HWY_INLINE void value_weights(std::size_t n, const T* x_all, T (&w)[6][at_once]) {
  const hn::ScalableTag<T> d;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, static_cast<T>(value)); };
  for (std::size_t p = 0; p < n; p += hn::Lanes(d)) {
    const auto x = hn::LoadU(d, x_all + p), x2 = hn::Mul(x, x), x3 = hn::Mul(x2, x);
    // Each as x^3 (a + b x + c x^2) and lower powers.
    const auto right = hn::Mul(x3, hn::MulAdd(x, hn::MulAdd(x, c(6), c(-15)), c(10)));
    hn::StoreU(hn::Sub(c(1), right), d, w[0] + p);
    hn::StoreU(hn::MulAdd(x3, hn::MulAdd(x, hn::MulAdd(x, c(-3), c(8)), c(-6)), x), d, w[1] + p);
    const auto half_x2 = hn::Mul(c(0.5), x2);
    hn::StoreU(hn::MulAdd(x3, hn::MulAdd(x, hn::MulAdd(x, c(-0.5), c(1.5)), c(-1.5)), half_x2), d,
               w[2] + p);
    hn::StoreU(right, d, w[3] + p);
    hn::StoreU(hn::Mul(x3, hn::MulAdd(x, hn::MulAdd(x, c(-3), c(7)), c(-4))), d, w[4] + p);
    hn::StoreU(hn::Mul(x3, hn::MulAdd(x, hn::MulAdd(x, c(0.5), c(-1)), c(0.5))), d, w[5] + p);
  }
}

/// Their derivatives by s.
template <class T>
HWY_INLINE void slope_weights(std::size_t n, const T* x_all, double step, T (&w)[6][at_once]) {
  const hn::ScalableTag<T> d;
  const auto c = [d, step](double value)
                     HWY_ATTR { return hn::Set(d, static_cast<T>(value / step)); };
  for (std::size_t p = 0; p < n; p += hn::Lanes(d)) {
    const auto x = hn::LoadU(d, x_all + p), x2 = hn::Mul(x, x);
    const auto right = hn::Mul(x2, hn::MulAdd(x, hn::MulAdd(x, c(30), c(-60)), c(30)));
    hn::StoreU(hn::Neg(right), d, w[0] + p);
    hn::StoreU(hn::MulAdd(x2, hn::MulAdd(x, hn::MulAdd(x, c(-15), c(32)), c(-18)), c(1)), d,
               w[1] + p);
    hn::StoreU(
        hn::Mul(x, hn::MulAdd(x, hn::MulAdd(x, hn::MulAdd(x, c(-2.5), c(6)), c(-4.5)), c(1))), d,
        w[2] + p);
    hn::StoreU(right, d, w[3] + p);
    hn::StoreU(hn::Mul(x2, hn::MulAdd(x, hn::MulAdd(x, c(-15), c(28)), c(-12))), d, w[4] + p);
    hn::StoreU(hn::Mul(x2, hn::MulAdd(x, hn::MulAdd(x, c(2.5), c(-4)), c(1.5))), d, w[5] + p);
  }
}

template <class T>
void moments(const TableView<T>& table, std::size_t n, const T* rn, std::size_t stride, T* m,
             std::size_t ldm) {
  const hn::ScalableTag<T> d;
  const std::size_t ld = table.ld;
  Located<T> at;
  T w[6][at_once];
  for (std::size_t begin = 0; begin < n; begin += at_once, rn += at_once) {
    const std::size_t count = n - begin < at_once ? n - begin : at_once;
    locate(table, count, rn, at);
    value_weights(count, at.x, w);
    for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
      auto r = hn::LoadU(d, m + k), x = hn::LoadU(d, m + ldm + k);
      auto y = hn::LoadU(d, m + 2 * ldm + k), z = hn::LoadU(d, m + 3 * ldm + k);
      for (std::size_t p = 0; p < count; ++p) {
        const T* node = table.nodes + static_cast<std::size_t>(at.node[p]) * 3 * ld + k;
        // Two sums, since one would wait for itself five times.
        auto even = hn::Mul(hn::Set(d, w[0][p]), hn::LoadU(d, node));
        auto odd = hn::Mul(hn::Set(d, w[1][p]), hn::LoadU(d, node + ld));
        even = hn::MulAdd(hn::Set(d, w[2][p]), hn::LoadU(d, node + 2 * ld), even);
        odd = hn::MulAdd(hn::Set(d, w[3][p]), hn::LoadU(d, node + 3 * ld), odd);
        even = hn::MulAdd(hn::Set(d, w[4][p]), hn::LoadU(d, node + 4 * ld), even);
        odd = hn::MulAdd(hn::Set(d, w[5][p]), hn::LoadU(d, node + 5 * ld), odd);
        const auto u = hn::Add(even, odd);
        r = hn::MulAdd(hn::Set(d, rn[p]), u, r);
        x = hn::MulAdd(hn::Set(d, rn[stride + p]), u, x);
        y = hn::MulAdd(hn::Set(d, rn[2 * stride + p]), u, y);
        z = hn::MulAdd(hn::Set(d, rn[3 * stride + p]), u, z);
      }
      hn::StoreU(r, d, m + k);
      hn::StoreU(x, d, m + ldm + k);
      hn::StoreU(y, d, m + 2 * ldm + k);
      hn::StoreU(z, d, m + 3 * ldm + k);
    }
  }
}

template <class T>
void moments_backward(const TableView<T>& table, std::size_t n, const T* rn, std::size_t stride,
                      const T* dm, std::size_t ldm, T* drn) {
  const hn::ScalableTag<T> d;
  const std::size_t ld = table.ld;
  Located<T> at;
  T w[6][at_once], dw[6][at_once];
  for (std::size_t begin = 0; begin < n; begin += at_once, rn += at_once, drn += at_once) {
    const std::size_t count = n - begin < at_once ? n - begin : at_once;
    locate(table, count, rn, at);
    value_weights(count, at.x, w);
    slope_weights(count, at.x, table.step, dw);
    for (std::size_t p = 0; p < count; ++p) {
      const T* node = table.nodes + static_cast<std::size_t>(at.node[p]) * 3 * ld;
      const auto rn_r = hn::Set(d, rn[p]), rn_x = hn::Set(d, rn[stride + p]);
      const auto rn_y = hn::Set(d, rn[2 * stride + p]), rn_z = hn::Set(d, rn[3 * stride + p]);
      // Named one by one: an array of vectors would not stay in registers.
      const auto w0 = hn::Set(d, w[0][p]), w1 = hn::Set(d, w[1][p]), w2 = hn::Set(d, w[2][p]);
      const auto w3 = hn::Set(d, w[3][p]), w4 = hn::Set(d, w[4][p]), w5 = hn::Set(d, w[5][p]);
      const auto dw0 = hn::Set(d, dw[0][p]), dw1 = hn::Set(d, dw[1][p]);
      const auto dw2 = hn::Set(d, dw[2][p]), dw3 = hn::Set(d, dw[3][p]);
      const auto dw4 = hn::Set(d, dw[4][p]), dw5 = hn::Set(d, dw[5][p]);
      auto r = hn::Zero(d), x = hn::Zero(d), y = hn::Zero(d), z = hn::Zero(d);
      for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
        const auto n0 = hn::LoadU(d, node + k), n1 = hn::LoadU(d, node + ld + k);
        const auto n2 = hn::LoadU(d, node + 2 * ld + k), n3 = hn::LoadU(d, node + 3 * ld + k);
        const auto n4 = hn::LoadU(d, node + 4 * ld + k), n5 = hn::LoadU(d, node + 5 * ld + k);
        auto u = hn::MulAdd(w4, n4, hn::MulAdd(w2, n2, hn::Mul(w0, n0)));
        const auto u_odd = hn::MulAdd(w5, n5, hn::MulAdd(w3, n3, hn::Mul(w1, n1)));
        auto du = hn::MulAdd(dw4, n4, hn::MulAdd(dw2, n2, hn::Mul(dw0, n0)));
        const auto du_odd = hn::MulAdd(dw5, n5, hn::MulAdd(dw3, n3, hn::Mul(dw1, n1)));
        u = hn::Add(u, u_odd);
        du = hn::Add(du, du_odd);
        const auto dr = hn::LoadU(d, dm + k), dx = hn::LoadU(d, dm + ldm + k);
        const auto dy = hn::LoadU(d, dm + 2 * ldm + k), dz = hn::LoadU(d, dm + 3 * ldm + k);
        auto along = hn::MulAdd(rn_x, dx, hn::Mul(rn_r, dr));
        along = hn::Add(along, hn::MulAdd(rn_z, dz, hn::Mul(rn_y, dy)));
        r = hn::MulAdd(u, dr, hn::MulAdd(du, along, r));
        x = hn::MulAdd(u, dx, x);
        y = hn::MulAdd(u, dy, y);
        z = hn::MulAdd(u, dz, z);
      }
      T sums[4];
      store_four_sums(d, r, x, y, z, sums);
      for (std::size_t c = 0; c < 4; ++c) drn[c * stride + p] = sums[c];
    }
  }
}

template <class T>
const TableKernels<T>* table_set() {
  static constexpr TableKernels<T> set{&moments<T>, &moments_backward<T>};
  return &set;
}

const TableKernels<float>* table_float() {
  return table_set<float>();
}
const TableKernels<double>* table_double() {
  return table_set<double>();
}

}  // namespace vitrion::potential::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::potential::kernels {

HWY_EXPORT(table_float);
HWY_EXPORT(table_double);

template <>
const TableKernels<float>& table_kernels<float>() {
  static const TableKernels<float>* const set = HWY_DYNAMIC_DISPATCH(table_float)();
  return *set;
}

template <>
const TableKernels<double>& table_kernels<double>() {
  static const TableKernels<double>* const set = HWY_DYNAMIC_DISPATCH(table_double)();
  return *set;
}

}  // namespace vitrion::potential::kernels
#endif
