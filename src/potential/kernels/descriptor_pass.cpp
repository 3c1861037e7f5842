#include "potential/kernels/descriptor_pass.hpp"

#include <algorithm>

#include "potential/kernels/simd_training.hpp"

namespace vitrion::potential::kernels {

namespace {

/// Rows of a tile, about: their tape in all layers stays in a core's second cache.
constexpr std::size_t rows_at_once = 64;

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
void DescriptorPass<T>::make_tiles(DescriptorState<T>& state) const {
  const BlockRows<T>& rows = state.rows;
  const std::size_t n = rows.centres();
  state.tiles.clear();
  for (std::size_t u = 0; u < types_; ++u)
    for (std::size_t a = 0; a < n;) {
      EmbeddingTile tile{u, a, a, rows.first(u, a), 0, false};
      for (; a < n && (tile.rows == 0 || rows.last(u, a) - tile.begin <= rows_at_once); ++a)
        tile.rows = rows.last(u, a) - tile.begin;
      tile.end_centre = a;
      tile.last = a == n;
      if (tile.last) ++tile.rows;
      state.tiles.push_back(tile);
    }
  // All nets of a descriptor have the same widths.
  const std::vector<PackedLayer<T>>& layers = embeddings_.front().layers;
  state.layer.resize(5 * layers.size());
  state.tape.resize(layers.size());
  constexpr std::size_t line = 64 / sizeof(T);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::size_t size = rows.rows() * layers[l].ld;
    EmbeddingTape<T>& tape = state.tape[l];
    tape = {};
    tape.y = state.layer[5 * l].need(2 * size + line) + line;
    if (keeps_values_alone(layers[l])) continue;
    tape.f1 = state.layer[5 * l + 1].need(size);
    tape.f2h = state.layer[5 * l + 2].need(size);
    tape.f = state.layer[5 * l + 3].need(size);
    tape.f1h = state.layer[5 * l + 4].need(size);
  }
}

template <class T>
const T* DescriptorPass<T>::row_of(const DescriptorState<T>& state, const EmbeddingTile& tile,
                                   std::size_t row) const {
  return state.tape.back().y + (tile.begin + row) * ld_;
}

template <class T>
void DescriptorPass<T>::set_tape(const DescriptorState<T>& state, const EmbeddingTile& tile,
                                 DescriptorScratch<T>& scratch) const {
  scratch.tape = state.tape;
  for (std::size_t l = 0; l < scratch.tape.size(); ++l) {
    EmbeddingTape<T>& tape = scratch.tape[l];
    const std::size_t place = tile.begin * embeddings_.front().layers[l].ld;
    tape.y += 2 * place;
    for (T** array : {&tape.f1, &tape.f2h, &tape.f, &tape.f1h})
      if (*array) *array += place;
  }
}

template <class T>
void DescriptorPass<T>::values(std::size_t t, std::span<const Configuration> frames,
                               std::span<const Centre> centres, T* d, std::size_t stride_d,
                               DescriptorState<T>& state, DescriptorScratch<T>& scratch) const {
  const DescriptorKernels<T>& k = descriptor_kernels<T>();
  const BlockRows<T>& rows = state.rows;
  state.rows.assign(model_, views_[t], frames, centres, true);
  make_tiles(state);
  const std::size_t n = centres.size();
  T* const gr = state.gr.need(n * 4 * ld_);
  std::fill_n(gr, n * 4 * ld_, T(0));
  for (const EmbeddingTile& tile : state.tiles) {
    set_tape(state, tile, scratch);
    embedding_tangent<T>(embeddings_[net_index(t, tile.type)], gemm_, tile.rows,
                         rows.rn.data() + tile.begin, scratch.tape, scratch.network);
    for (std::size_t a = tile.first_centre; a < tile.end_centre; ++a) {
      const std::size_t first = rows.first(tile.type, a);
      k.add_outer(rows.last(tile.type, a) - first, ld_, row_of(state, tile, first),
                  rows.rn.data() + first, rows.stride(), gr + a * 4 * ld_);
    }
    for (std::size_t a = 0; a < n && tile.last; ++a)
      if (rows.empty(tile.type, a) > 0)
        add_empty(rows.empty(tile.type, a), views_[t], ld_,
                  row_of(state, tile, tile.begin + tile.rows - 1), gr + a * 4 * ld_);
  }
  for (std::size_t a = 0; a < n; ++a) {
    T* const of_centre = gr + a * 4 * ld_;
    scale(of_centre);
    k.contract(axis_, width_, of_centre, of_centre, d + a * stride_d, false);
  }
}

template <class T>
void DescriptorPass<T>::backward(std::size_t t, const T* lambda_d, std::size_t stride_d,
                                 DescriptorState<T>& state) const {
  const DescriptorKernels<T>& k = descriptor_kernels<T>();
  const BlockRows<T>& rows = state.rows;
  const std::size_t stride = rows.stride(), n = rows.centres();
  T* const drn = state.drn.need(4 * stride);
  T* const lambda = state.lambda_gr.need(n * 4 * ld_);
  std::fill_n(lambda, n * 4 * ld_, T(0));
  for (std::size_t a = 0; a < n; ++a) {
    k.contract_backward(axis_, width_, lambda_d + a * stride_d, state.gr.data() + a * 4 * ld_,
                        lambda + a * 4 * ld_);
    scale(lambda + a * 4 * ld_);
  }
  for (const EmbeddingTile& tile : state.tiles)
    for (std::size_t a = tile.first_centre; a < tile.end_centre; ++a) {
      const std::size_t first = rows.first(tile.type, a);
      const T* const g = row_of(state, tile, first);
      k.row_derivatives(rows.last(tile.type, a) - first, ld_, g, g + tile.rows * ld_,
                        rows.rn.data() + first, lambda + a * 4 * ld_, stride, drn + first);
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
  T* const rn_dot = state.rn_dot.need(4 * stride);
  environment_kernels<T>().tangent(stride, views_[t].scale, rows.d.data(), rows.shape.data(),
                                   state.delta.data(), stride, rn_dot);
  // An empty slot does not move.
  T* const gr_dot = state.gr_dot.need(n * 4 * ld_);
  std::fill_n(gr_dot, n * 4 * ld_, T(0));
  for (const EmbeddingTile& tile : state.tiles)
    for (std::size_t a = tile.first_centre; a < tile.end_centre; ++a) {
      const std::size_t first = rows.first(tile.type, a);
      const T* const g = row_of(state, tile, first);
      training_kernels<T>().add_outer_tangent(rows.last(tile.type, a) - first, ld_, g,
                                              g + tile.rows * ld_, rows.rn.data() + first,
                                              rn_dot + first, stride, gr_dot + a * 4 * ld_);
    }
  for (std::size_t a = 0; a < n; ++a) {
    scale(gr_dot + a * 4 * ld_);
    const T* const gr = state.gr.data() + a * 4 * ld_;
    k.contract(axis_, width_, gr_dot + a * 4 * ld_, gr, d_dot + a * stride_d, false);
    k.contract(axis_, width_, gr, gr_dot + a * 4 * ld_, d_dot + a * stride_d, true);
  }
}

template <class T>
void DescriptorPass<T>::reverse(std::size_t t, const T* mu_d, const T* lambda_d,
                                std::size_t stride_d, DescriptorState<T>& state,
                                DescriptorScratch<T>& scratch) const {
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
                                          DescriptorScratch<T>& scratch) const {
  const BlockRows<T>& rows = state.rows;
  const std::size_t stride = rows.stride();
  state.embedding.resize(types_);
  for (std::size_t u = 0; u < types_; ++u) state.embedding[u].clear(embeddings_[net_index(t, u)]);
  for (const EmbeddingTile& tile : state.tiles) {
    T* const mu_g = scratch.adjoint.need(2 * tile.rows * ld_);
    T* const lambda_g = mu_g + tile.rows * ld_;
    for (std::size_t a = tile.first_centre; a < tile.end_centre; ++a) {
      const std::size_t first = rows.first(tile.type, a);
      const std::size_t place = (first - tile.begin) * ld_;
      training_kernels<T>().spread_pair(
          rows.last(tile.type, a) - first, ld_, rows.rn.data() + first, state.rn_dot.data() + first,
          stride, state.mu_gr.data() + a * 4 * ld_, state.lambda_gr.data() + a * 4 * ld_,
          mu_g + place, lambda_g + place);
    }
    if (tile.last) {
      T* const mu_empty = mu_g + (tile.rows - 1) * ld_;
      std::fill_n(mu_empty, ld_, T(0));
      std::fill_n(lambda_g + (tile.rows - 1) * ld_, ld_, T(0));
      for (std::size_t a = 0; a < rows.centres(); ++a)
        if (rows.empty(tile.type, a) > 0)
          add_empty_backward(rows.empty(tile.type, a), views_[t], ld_,
                             state.mu_gr.data() + a * 4 * ld_, mu_empty);
    }
    set_tape(state, tile, scratch);
    embedding_reverse<T>(embeddings_[net_index(t, tile.type)], gemm_, tile.rows,
                         rows.rn.data() + tile.begin, scratch.tape, mu_g,
                         state.embedding[tile.type].layers(), scratch.network);
  }
}

template class DescriptorPass<float>;
template class DescriptorPass<double>;

}  // namespace vitrion::potential::kernels
