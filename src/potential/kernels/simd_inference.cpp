#include "potential/kernels/simd_inference.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "potential/kernels/simd_inference.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/highway.h"
#include "potential/kernels/simd_sums-inl.h"
#include "potential/kernels/simd_tanh-inl.h"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potential::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
void contract_half(std::size_t axis, std::size_t width, const T* gr, T* d) {
  const hn::ScalableTag<T> tag;
  const std::size_t ld = padded<T>(width);
  // Row by row: what a row writes behind its end the next row overwrites.
  const auto row = [&](std::size_t l, std::size_t begin, std::size_t end, T* to) HWY_ATTR {
    const auto r = hn::Set(tag, gr[l]), x = hn::Set(tag, gr[ld + l]);
    const auto y = hn::Set(tag, gr[2 * ld + l]), z = hn::Set(tag, gr[3 * ld + l]);
    for (std::size_t k = begin; k < end; k += hn::Lanes(tag)) {
      auto sum = hn::Mul(r, hn::LoadU(tag, gr + k));
      sum = hn::MulAdd(x, hn::LoadU(tag, gr + ld + k), sum);
      sum = hn::MulAdd(y, hn::LoadU(tag, gr + 2 * ld + k), sum);
      sum = hn::MulAdd(z, hn::LoadU(tag, gr + 3 * ld + k), sum);
      hn::StoreU(sum, tag, to + (k - begin));
    }
    return to + (end - begin);
  };
  for (std::size_t l = 0; l < axis; ++l) d = row(l, l, axis, d);
  for (std::size_t l = 0; l < axis; ++l) d = row(l, axis, width, d);
}

/// Columns axis.. of dgr, which belong to the rectangle alone; the last vector is cut at `width`.
template <class T>
HWY_INLINE void rectangle_by_columns(std::size_t axis, std::size_t width, const T* dd, const T* gr,
                                     T* dgr) {
  const hn::ScalableTag<T> d;
  const std::size_t ld = padded<T>(width), columns = width - axis;
  for (std::size_t k = 0; k < columns; k += hn::Lanes(d)) {
    auto r = hn::Zero(d), x = hn::Zero(d), y = hn::Zero(d), z = hn::Zero(d);
    for (std::size_t l = 0; l < axis; ++l) {
      const auto value = hn::LoadU(d, dd + l * columns + k);
      r = hn::MulAdd(hn::Set(d, gr[l]), value, r);
      x = hn::MulAdd(hn::Set(d, gr[ld + l]), value, x);
      y = hn::MulAdd(hn::Set(d, gr[2 * ld + l]), value, y);
      z = hn::MulAdd(hn::Set(d, gr[3 * ld + l]), value, z);
    }
    T* to = dgr + axis + k;
    const auto inside = hn::FirstN(d, std::min(columns - k, hn::Lanes(d)));
    hn::BlendedStore(r, inside, d, to);
    hn::BlendedStore(x, inside, d, to + ld);
    hn::BlendedStore(y, inside, d, to + 2 * ld);
    hn::BlendedStore(z, inside, d, to + 3 * ld);
  }
}

/// sums (4) of row l of the rectangle: sum_k dd[l, k] gr[c, k].
template <class T>
HWY_INLINE void rectangle_by_row(std::size_t axis, std::size_t width, const T* row, const T* gr,
                                 T* sums) {
  const hn::ScalableTag<T> d;
  const std::size_t ld = padded<T>(width), columns = width - axis;
  auto r = hn::Zero(d), x = hn::Zero(d), y = hn::Zero(d), z = hn::Zero(d);
  const auto add = [&](auto value, std::size_t k, auto load) HWY_ATTR {
    r = hn::MulAdd(value, load(gr + axis + k), r);
    x = hn::MulAdd(value, load(gr + ld + axis + k), x);
    y = hn::MulAdd(value, load(gr + 2 * ld + axis + k), y);
    z = hn::MulAdd(value, load(gr + 3 * ld + axis + k), z);
  };
  std::size_t k = 0;
  for (; k + hn::Lanes(d) <= columns; k += hn::Lanes(d))
    add(hn::LoadU(d, row + k), k, [d](const T* p) HWY_ATTR { return hn::LoadU(d, p); });
  if (k < columns) {
    const auto inside = hn::FirstN(d, columns - k);
    add(hn::MaskedLoad(inside, d, row + k), k,
        [d, inside](const T* p) HWY_ATTR { return hn::MaskedLoad(inside, d, p); });
  }
  store_four_sums(d, r, x, y, z, sums);
}

template <class T>
void contract_half_backward(std::size_t axis, std::size_t width, const T* dd, const T* gr,
                            T* square, T* dgr) {
  const hn::ScalableTag<T> d;
  const std::size_t ld = padded<T>(width), lds = padded<T>(axis);
  const T* const rectangle = dd + axis * (axis + 1) / 2;
  rectangle_by_columns(axis, width, rectangle, gr, dgr);

  // The triangle as the symmetric matrix by which gr_< is multiplied; an entry of the diagonal is a
  // square, so it counts twice.
  T* const head = square + axis * lds;  // (4, lds)
  std::fill_n(square, (axis + 4) * lds, T(0));
  const T* from = dd;
  for (std::size_t l = 0; l < axis; ++l) {
    T* const row = square + l * lds;
    row[l] = 2 * *from++;
    for (std::size_t k = l + 1; k < axis; ++k) row[k] = square[k * lds + l] = *from++;
  }
  for (std::size_t k = 0; k < axis; k += hn::Lanes(d)) {
    auto r = hn::Zero(d), x = hn::Zero(d), y = hn::Zero(d), z = hn::Zero(d);
    for (std::size_t l = 0; l < axis; ++l) {
      const auto value = hn::LoadU(d, square + l * lds + k);
      r = hn::MulAdd(hn::Set(d, gr[l]), value, r);
      x = hn::MulAdd(hn::Set(d, gr[ld + l]), value, x);
      y = hn::MulAdd(hn::Set(d, gr[2 * ld + l]), value, y);
      z = hn::MulAdd(hn::Set(d, gr[3 * ld + l]), value, z);
    }
    hn::StoreU(r, d, head + k);
    hn::StoreU(x, d, head + lds + k);
    hn::StoreU(y, d, head + 2 * lds + k);
    hn::StoreU(z, d, head + 3 * lds + k);
  }
  for (std::size_t l = 0; l < axis; ++l) {
    T sums[4];
    rectangle_by_row(axis, width, rectangle + l * (width - axis), gr, sums);
    for (std::size_t c = 0; c < 4; ++c) dgr[c * ld + l] = head[c * lds + l] + sums[c];
  }
  for (std::size_t c = 0; c < 4; ++c) std::fill(dgr + c * ld + width, dgr + (c + 1) * ld, T(0));
}

template <class T>
void tanh_layer(std::size_t n, std::size_t width, const T* b, const T* idt, const T* x,
                std::size_t in, T* h, T* slope) {
  const hn::ScalableTag<T> d;
  const std::size_t ld = padded<T>(width), ldx = padded<T>(in);
  const auto one = hn::Set(d, T(1));
  for (std::size_t p = 0; p < n; ++p) {
    T* const y = h + p * ld;
    T* const dy = slope + p * ld;
    for (std::size_t k = 0; k < ld; k += hn::Lanes(d)) {
      const auto scale = idt ? hn::LoadU(d, idt + k) : one;
      const auto t = tanh_vector(d, hn::Add(hn::LoadU(d, y + k), hn::LoadU(d, b + k)));
      auto value = hn::Mul(scale, t);
      // The skip of a layer as wide as the one below; the doubling one follows.
      if (x && in == width) value = hn::Add(value, hn::LoadU(d, x + p * ldx + k));
      hn::StoreU(value, d, y + k);
      hn::StoreU(hn::Mul(scale, hn::NegMulAdd(t, t, one)), d, dy + k);
    }
    if (x && in != width)
      for (std::size_t k = 0; k < width; ++k) y[k] += x[p * ldx + k % in];
    std::fill(y + width, y + ld, T(0));
    std::fill(dy + width, dy + ld, T(0));
  }
}

template <class T>
void dot_rows(std::size_t n, std::size_t ld, const T* x, const T* w, T* out) {
  const hn::ScalableTag<T> d;
  for (std::size_t p = 0; p < n; ++p) {
    auto sum = hn::Zero(d);
    for (std::size_t k = 0; k < ld; k += hn::Lanes(d))
      sum = hn::MulAdd(hn::LoadU(d, x + p * ld + k), hn::LoadU(d, w + k), sum);
    out[p] = hn::GetLane(hn::SumOfLanes(d, sum));
  }
}

template <class T>
const InferenceKernels<T>* inference_set() {
  static constexpr InferenceKernels<T> set{&contract_half<T>, &contract_half_backward<T>,
                                           &tanh_layer<T>, &dot_rows<T>};
  return &set;
}

const InferenceKernels<float>* inference_float() {
  return inference_set<float>();
}
const InferenceKernels<double>* inference_double() {
  return inference_set<double>();
}

}  // namespace vitrion::potential::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::potential::kernels {

HWY_EXPORT(inference_float);
HWY_EXPORT(inference_double);

template <>
const InferenceKernels<float>& inference_kernels<float>() {
  static const InferenceKernels<float>* const set = HWY_DYNAMIC_DISPATCH(inference_float)();
  return *set;
}

template <>
const InferenceKernels<double>& inference_kernels<double>() {
  static const InferenceKernels<double>* const set = HWY_DYNAMIC_DISPATCH(inference_double)();
  return *set;
}

}  // namespace vitrion::potential::kernels
#endif
