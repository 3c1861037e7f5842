// The back ends behind find_gemm().
#pragma once

#include "potential/kernels/gemm.hpp"

namespace vitrion::potential::kernels {

/// Plain blocked loops; runs everywhere.
[[nodiscard]] const Gemm& portable_gemm();
/// libxsmm's kernels, generated at run time for the processor and each shape; null where the
/// processor lacks AVX. Measured on a Zen 4 core it reaches 97 % of the peak in both precisions,
/// also for the narrow embedding layers, where oneDNN (single only) and OpenBLAS stay below it.
[[nodiscard]] const Gemm* libxsmm_gemm();

}  // namespace vitrion::potential::kernels
