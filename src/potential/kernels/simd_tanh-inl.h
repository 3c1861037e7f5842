// tanh over vectors; included once for each instruction set (Highway).
#if defined(VITRION_SIMD_TANH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITRION_SIMD_TANH_INL
#undef VITRION_SIMD_TANH_INL
#else
#define VITRION_SIMD_TANH_INL
#endif

#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potential::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// tanh x = (1 - e) / (1 + e) with e = exp(-2|x|), which never overflows.
template <class D, class V>
HWY_INLINE V tanh_vector(D d, V x) {
  const V one = hn::Set(d, hn::TFromD<D>(1));
  const V e = hn::Exp(d, hn::Mul(hn::Set(d, hn::TFromD<D>(-2)), hn::Abs(x)));
  return hn::CopySign(hn::Div(hn::Sub(one, e), hn::Add(one, e)), x);
}

}  // namespace vitrion::potential::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
