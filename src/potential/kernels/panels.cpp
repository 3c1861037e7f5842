#include "potential/kernels/panels.hpp"

#include <algorithm>

namespace vitrion::potential::kernels {

template <class T>
void PanelMatrix<T>::assign(std::size_t k, std::size_t n, const T* b, std::size_t ldb) {
  k_ = k;
  n_ = n;
  T* to = panels_.need(k * n);
  for (std::size_t j = 0; j < n; j += panel) {
    const std::size_t columns = std::min(panel, n - j);
    for (std::size_t p = 0; p < k; ++p, to += columns) std::copy_n(b + p * ldb + j, columns, to);
  }
}

template <class T>
void PanelMatrix<T>::product(const Gemm& gemm, std::size_t m, const T* a, std::size_t lda, T* c,
                             std::size_t ldc, bool accumulate) const {
  const T* from = panels_.data();
  for (std::size_t j = 0; j < n_; j += panel) {
    const std::size_t columns = std::min(panel, n_ - j);
    gemm.nn(m, columns, k_, a, lda, from, columns, c + j, ldc, accumulate);
    from += k_ * columns;
  }
}

template class PanelMatrix<float>;
template class PanelMatrix<double>;

}  // namespace vitrion::potential::kernels
