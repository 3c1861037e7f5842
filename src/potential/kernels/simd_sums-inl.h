// Sums over the lanes of vectors; included once for each instruction set (Highway).
#if defined(VITRION_SIMD_SUMS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITRION_SIMD_SUMS_INL
#undef VITRION_SIMD_SUMS_INL
#else
#define VITRION_SIMD_SUMS_INL
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potential::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

template <class D, class V>
HWY_INLINE void store_four_sums(D, V r, V x, V y, V z, hn::TFromD<D>* out) {
  out[0] = hn::GetLane(r);
  out[1] = hn::GetLane(x);
  out[2] = hn::GetLane(y);
  out[3] = hn::GetLane(z);
}

#else

/// The sum of a vector's blocks of 16 bytes, stored.
template <class D, class V>
HWY_INLINE void store_block_sum(D d, V v, hn::TFromD<D>* out) {
  if constexpr (hn::MaxLanes(D()) * sizeof(hn::TFromD<D>) > 16) {
    const hn::Half<D> half;
    store_block_sum(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)), out);
  } else {
    hn::StoreU(v, d, out);
  }
}

/// out (4) = the sums over the lanes of r, x, y, z.
template <class D, class V>
HWY_INLINE void store_four_sums(D d, V r, V x, V y, V z, hn::TFromD<D>* out) {
  const auto fold = [d](V a, V b) HWY_ATTR {
    return hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
  };
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    store_block_sum(d, fold(fold(r, y), fold(x, z)), out);
  } else {
    store_block_sum(d, fold(r, x), out);
    store_block_sum(d, fold(y, z), out + 2);
  }
}

#endif

}  // namespace vitrion::potential::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
