#include "potential/kernels/descriptor_pass.hpp"

#include <algorithm>

namespace vitrion::potential::kernels {

namespace {

/// Rows that go through an embedding net together.
constexpr std::size_t rows_at_once = 128;

/// The stretch of rows of neighbour type u, the last of them that of an empty slot.
struct Run {
  std::size_t begin, end;
};

template <class T>
Run run_of(std::size_t u, const BlockRows<T>& rows) {
  return {rows.first(u, 0), rows.last(u, rows.centres() - 1) + 1};
}

template <class T>
std::vector<LayerTape<T>> tape_at(const PackedNetwork<T>& net, std::size_t row,
                                  const std::vector<LayerTape<T>>& tape) {
  std::vector<LayerTape<T>> moved = tape;
  for (std::size_t l = 0; l < moved.size(); ++l) {
    LayerTape<T>& t = moved[l];
    for (T** array : {&t.y, &t.y_dot, &t.f1, &t.f2h, &t.f, &t.f1h})
      if (*array) *array += row * net.layers[l].ld;
  }
  return moved;
}

/// gr (4, ld) += empty e (outer) g for `empty` slots.
template <class T>
void add_empty(int empty, const TypeView& view, std::size_t ld, const T* g, T* gr) {
  for (std::size_t c = 0; c < 4; ++c) {
    const T factor = static_cast<T>(empty * view.empty_row[c]);
    if (factor == 0) continue;
    for (std::size_t k = 0; k < ld; ++k) gr[c * ld + k] += factor * g[k];
  }
}

/// Backward of add_empty(): dg (ld) += empty e . dgr.
template <class T>
void add_empty_backward(int empty, const TypeView& view, std::size_t ld, const T* dgr, T* dg) {
  for (std::size_t c = 0; c < 4; ++c) {
    const T factor = static_cast<T>(empty * view.empty_row[c]);
    if (factor == 0) continue;
    for (std::size_t k = 0; k < ld; ++k) dg[k] += factor * dgr[c * ld + k];
  }
}

}  // namespace

template <class T>
DescriptorPass<T>::DescriptorPass(const Model& model, const Gemm& gemm)
    : model_(model),
      gemm_(gemm),
      views_(type_views(model)),
      embeddings_(model.descriptor.embeddings.size()),
      types_(model.types()),
      width_(model.descriptor.width()),
      ld_(padded<T>(width_)),
      axis_(model.descriptor.axis_neuron),
      one_side_(model.descriptor.type_one_side),
      per_slot_(static_cast<T>(1.0 / static_cast<double>(model.descriptor.slots()))) {
  for (std::size_t i = 0; i < embeddings_.size(); ++i)
    embeddings_[i].load(model.descriptor.embeddings[i], {}, true);
}

template <class T>
void DescriptorPass<T>::scale(T* a) const {
  for (std::size_t i = 0; i < 4 * ld_; ++i) a[i] *= per_slot_;
}

template <class T>
void DescriptorPass<T>::embed(std::size_t t, DescriptorState<T>& state,
                              NetworkScratch<T>& scratch) const {
  // All nets of a descriptor have the same widths.
  const std::vector<PackedLayer<T>>& layers = embeddings_.front().layers;
  state.layer.resize(6 * layers.size());
  state.tape.resize(layers.size());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto array = [&](std::size_t which) {
      return state.layer[6 * l + which].need(state.rows.rows() * layers[l].ld);
    };
    state.tape[l] = {array(0), array(1), array(2), array(3), nullptr, nullptr};
    if (!layers[l].has_idt) continue;
    state.tape[l].f = array(4);
    state.tape[l].f1h = array(5);
  }
  for (std::size_t u = 0; u < types_; ++u) {
    const PackedNetwork<T>& net = embeddings_[net_index(t, u)];
    const Run run = run_of(u, state.rows);
    for (std::size_t p = run.begin; p < run.end; p += rows_at_once)
      embedding_forward<T>(net, gemm_, std::min(rows_at_once, run.end - p),
                           state.rows.rn.data() + p, tape_at(net, p, state.tape), scratch);
  }
}

template <class T>
void DescriptorPass<T>::values(std::size_t t, std::span<const Configuration> frames,
                               std::span<const Centre> centres, T* d, std::size_t stride_d,
                               DescriptorState<T>& state, NetworkScratch<T>& scratch) const {
  const DescriptorKernels<T>& k = descriptor_kernels<T>();
  const BlockRows<T>& rows = state.rows;
  state.rows.assign(model_, views_[t], frames, centres, true);
  embed(t, state, scratch);
  const std::size_t n = centres.size();
  const T* g = state.tape.back().y;
  T* gr_all = state.gr.need(n * 4 * ld_);
  std::fill_n(gr_all, n * 4 * ld_, T(0));
  for (std::size_t a = 0; a < n; ++a) {
    T* gr = gr_all + a * 4 * ld_;
    for (std::size_t u = 0; u < types_; ++u) {
      const std::size_t first = rows.first(u, a);
      k.add_outer(rows.last(u, a) - first, ld_, g + first * ld_, rows.rn.data() + first,
                  rows.stride(), gr);
      if (rows.empty(u, a) > 0)
        add_empty(rows.empty(u, a), views_[t], ld_, g + rows.last(u, n - 1) * ld_, gr);
    }
    scale(gr);
    k.contract(axis_, width_, gr, gr, d + a * stride_d, false);
  }
}

template <class T>
void DescriptorPass<T>::backward(std::size_t t, const T* lambda_d, std::size_t stride_d,
                                 DescriptorState<T>& state) const {
  const DescriptorKernels<T>& k = descriptor_kernels<T>();
  const BlockRows<T>& rows = state.rows;
  const std::size_t stride = rows.stride(), n = rows.centres();
  T* drn = state.drn.need(4 * stride);
  T* lambda_all = state.lambda_gr.need(n * 4 * ld_);
  std::fill_n(lambda_all, n * 4 * ld_, T(0));
  for (std::size_t a = 0; a < n; ++a) {
    T* lambda = lambda_all + a * 4 * ld_;
    k.contract_backward(axis_, width_, lambda_d + a * stride_d, state.gr.data() + a * 4 * ld_,
                        lambda);
    scale(lambda);
    for (std::size_t u = 0; u < types_; ++u) {
      const std::size_t first = rows.first(u, a);
      k.row_derivatives(rows.last(u, a) - first, ld_, state.tape.back().y + first * ld_,
                        state.tape.back().y_dot + first * ld_, rows.rn.data() + first, lambda,
                        stride, drn + first);
    }
  }
  environment_kernels<T>().backward(stride, views_[t].scale, rows.d.data(), rows.shape.data(), drn,
                                    stride, state.force.need(3 * stride));
}

template <class T>
void DescriptorPass<T>::tangent(std::size_t t, T* d_dot, std::size_t stride_d,
                                DescriptorState<T>& state) const {
  const DescriptorKernels<T>& k = descriptor_kernels<T>();
  const BlockRows<T>& rows = state.rows;
  const std::size_t stride = rows.stride(), n = rows.centres();
  T* rn_dot = state.rn_dot.need(4 * stride);
  T* rn_s_dot = state.rn_s_dot.need(4 * stride);
  environment_kernels<T>().tangent(stride, views_[t].scale, rows.d.data(), rows.shape.data(),
                                   state.delta.data(), stride, rn_dot);
  for (std::size_t c = 0; c < 4; ++c)
    network_kernels<T>().multiply(stride, rows.rn.data() + c * stride, rn_dot,
                                  rn_s_dot + c * stride);
  // g moves by dg/ds s_dot, Rn by Rn_dot; an empty slot does not move.
  T* gr_dot_all = state.gr_dot.need(n * 4 * ld_);
  std::fill_n(gr_dot_all, n * 4 * ld_, T(0));
  for (std::size_t a = 0; a < n; ++a) {
    T* gr_dot = gr_dot_all + a * 4 * ld_;
    for (std::size_t u = 0; u < types_; ++u) {
      const std::size_t first = rows.first(u, a), count = rows.last(u, a) - first;
      k.add_outer(count, ld_, state.tape.back().y_dot + first * ld_, rn_s_dot + first, stride,
                  gr_dot);
      k.add_outer(count, ld_, state.tape.back().y + first * ld_, rn_dot + first, stride, gr_dot);
    }
    scale(gr_dot);
    const T* gr = state.gr.data() + a * 4 * ld_;
    k.contract(axis_, width_, gr_dot, gr, d_dot + a * stride_d, false);
    k.contract(axis_, width_, gr, gr_dot, d_dot + a * stride_d, true);
  }
}

template <class T>
void DescriptorPass<T>::reverse(std::size_t t, const T* mu_d, const T* lambda_d,
                                std::size_t stride_d, DescriptorState<T>& state,
                                NetworkScratch<T>& scratch) const {
  const DescriptorKernels<T>& k = descriptor_kernels<T>();
  const std::size_t n = state.rows.centres();
  T* mu_all = state.mu_gr.need(n * 4 * ld_);
  std::fill_n(mu_all, n * 4 * ld_, T(0));
  // Through the factors of D, and through those of D_dot.
  for (std::size_t a = 0; a < n; ++a) {
    T* mu = mu_all + a * 4 * ld_;
    k.contract_backward(axis_, width_, mu_d + a * stride_d, state.gr.data() + a * 4 * ld_, mu);
    k.contract_backward(axis_, width_, lambda_d + a * stride_d, state.gr_dot.data() + a * 4 * ld_,
                        mu);
    scale(mu);
  }
  reverse_embedding(t, state, scratch);
}

template <class T>
void DescriptorPass<T>::reverse_embedding(std::size_t t, DescriptorState<T>& state,
                                          NetworkScratch<T>& scratch) const {
  const DescriptorKernels<T>& k = descriptor_kernels<T>();
  const BlockRows<T>& rows = state.rows;
  const std::size_t stride = rows.stride();
  T* mu_g = state.mu_g.need(rows.rows() * ld_);
  T* lambda_g = state.lambda_g.need(rows.rows() * ld_);
  state.embedding.resize(types_);
  for (std::size_t u = 0; u < types_; ++u) {
    const PackedNetwork<T>& net = embeddings_[net_index(t, u)];
    const Run run = run_of(u, rows);
    T* mu_empty = mu_g + (run.end - 1) * ld_;
    std::fill_n(mu_empty, ld_, T(0));
    std::fill_n(lambda_g + (run.end - 1) * ld_, ld_, T(0));
    for (std::size_t a = 0; a < rows.centres(); ++a) {
      const std::size_t first = rows.first(u, a), count = rows.last(u, a) - first;
      const T* mu = state.mu_gr.data() + a * 4 * ld_;
      const T* lambda = state.lambda_gr.data() + a * 4 * ld_;
      T* mu_rows = mu_g + first * ld_;
      k.spread(count, ld_, rows.rn.data() + first, stride, mu, mu_rows, false);
      k.spread(count, ld_, state.rn_dot.data() + first, stride, lambda, mu_rows, true);
      k.spread(count, ld_, state.rn_s_dot.data() + first, stride, lambda, lambda_g + first * ld_,
               false);
      if (rows.empty(u, a) > 0) add_empty_backward(rows.empty(u, a), views_[t], ld_, mu, mu_empty);
    }
    state.embedding[u].clear(net);
    for (std::size_t p = run.begin; p < run.end; p += rows_at_once)
      embedding_gradient<T>(net, gemm_, std::min(rows_at_once, run.end - p), rows.rn.data() + p,
                            tape_at(net, p, state.tape), mu_g + p * ld_, lambda_g + p * ld_,
                            state.embedding[u].layers(), scratch);
  }
}

template class DescriptorPass<float>;
template class DescriptorPass<double>;

}  // namespace vitrion::potential::kernels
