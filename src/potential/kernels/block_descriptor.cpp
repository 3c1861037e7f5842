#include "potential/kernels/block_descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/threads.hpp"

namespace vitrion::potential::kernels {

namespace {

/// Smallest distance that the tables of the embedding cover (A); below it the nets are evaluated.
constexpr double table_distance = 0.7;
/// Rows that go through an embedding net together.
constexpr std::size_t rows_at_once = 64;

/// Calls inside(begin, end) for stretches of rows that the table holds, and outside(row) for single
/// rows that it does not.
template <class T, class Inside, class Outside>
void split(const EmbeddingTable<T>& table, std::size_t first, std::size_t last, const T* s,
           Inside&& inside, Outside&& outside) {
  std::size_t begin = first;
  for (std::size_t p = first; p < last; ++p) {
    if (table.holds(s[p])) continue;
    if (begin < p) inside(begin, p);
    outside(p);
    begin = p + 1;
  }
  if (begin < last) inside(begin, last);
}

}  // namespace

template <class T>
BlockDescriptor<T>::BlockDescriptor(const Model& model, const Gemm& gemm, ThreadPool& threads)
    : model_(model),
      gemm_(gemm),
      order_{model.descriptor.width(), model.descriptor.axis_neuron},
      types_(model.types()),
      ld_(padded<T>(model.descriptor.width())),
      per_slot_(1.0 / static_cast<double>(model.descriptor.slots())),
      views_(type_views(model)),
      embeddings_(model.descriptor.embeddings.size()) {
  for (std::size_t i = 0; i < embeddings_.size(); ++i)
    embeddings_[i].load(model.descriptor.embeddings[i], {}, false);
  make_tables(threads);
  sides_.resize(types_);
  for (std::size_t t = 0; t < types_; ++t) make_side(t);
}

/// The range of s: from that of R = 0 to that of the smallest distance, over all centres of a net.
template <class T>
void BlockDescriptor<T>::make_tables(ThreadPool& threads) {
  tables_.resize(embeddings_.size());
  const Descriptor& descriptor = model_.descriptor;
  const double r0 = 1 / (table_distance + descriptor.env_protection);
  threads.for_each(tables_.size(), [&](std::size_t i, std::size_t) {
    double low = 0, high = 0;
    bool used = false;
    for (std::size_t t = 0; t < types_; ++t)
      for (std::size_t u = 0; u < types_; ++u) {
        const std::size_t net = descriptor.type_one_side ? u : t + u * types_;
        if (net != i || !views_[t].rows[u]) continue;
        const double empty = views_[t].empty_row[0];
        const double near = empty + r0 * views_[t].scale.inverse_std[0];
        low = used ? std::min(low, empty) : empty;
        high = used ? std::max(high, near) : near;
        used = true;
      }
    if (!used) return;
    PackedNetwork<double> net;
    net.load(descriptor.embeddings[i], {}, false);
    // A little below, so that a rounded s at the cutoff is inside.
    tables_[i] = EmbeddingTable<T>::make(net, gemm_, low - 1e-3, high);
  });
}

template <class T>
void BlockDescriptor<T>::make_side(std::size_t t) {
  Side& side = sides_[t];
  const std::size_t width = order_.width;
  std::vector<T> mix;
  side.first.assign(1, 0);
  side.empty.resize(types_);
  DescriptorWork<T> work;
  for (std::size_t u = 0; u < types_; ++u) {
    side.net.push_back(model_.descriptor.type_one_side ? u : t + u * types_);
    // An empty slot is a neighbour that makes no row: its g passes through the basis as all do.
    const T s = static_cast<T>(views_[t].empty_row[0]);
    T* g = work.one_g.need(ld_);
    embed(side.net[u], 1, &s, g, work.one_dg.need(ld_), work);
    const std::vector<double> basis = basis_of(side.net[u], views_[t].rows[u], g);
    const std::size_t count = basis.size() / width;
    side.first.push_back(side.first.back() + count);
    mix.resize(side.first.back() * ld_, T(0));
    T* to = mix.data() + side.first[u] * ld_;
    T* empty = side.empty[u].need(count);
    for (std::size_t r = 0; r < count; ++r) {
      double sum = 0;
      for (std::size_t k = 0; k < width; ++k) {
        to[r * ld_ + k] = static_cast<T>(per_slot_ * basis[r * width + k]);
        sum += static_cast<double>(g[k]) * basis[r * width + k];
      }
      empty[r] = views_[t].rows[u] ? static_cast<T>(sum) : T(1);
    }
  }
  const std::size_t all = side.first.back();
  std::vector<T> turned(ld_ * all);
  for (std::size_t r = 0; r < all; ++r)
    for (std::size_t k = 0; k < ld_; ++k) turned[k * all + r] = mix[r * ld_ + k];
  side.mix.assign(all, ld_, mix.data(), ld_);
  side.mix_turned.assign(ld_, all, turned.data(), all);
}

template <class T>
std::vector<double> BlockDescriptor<T>::basis_of(std::size_t net, bool has_rows,
                                                 const T* empty) const {
  const std::size_t width = order_.width;
  // Without rows there are empty slots alone, and one function is enough.
  if (!has_rows) return {empty, empty + width};
  if (tables_[net]) return tables_[net]->basis();
  std::vector<double> identity(width * width, 0);
  for (std::size_t k = 0; k < width; ++k) identity[k * width + k] = 1;
  return identity;
}

template <class T>
std::string BlockDescriptor<T>::description() const {
  std::size_t tabulated = 0, least = ld_, most = 0, bytes = 0;
  double error = 0;
  for (const auto& table : tables_) {
    if (!table) continue;
    ++tabulated;
    least = std::min(least, table->rank());
    most = std::max(most, table->rank());
    bytes = std::max(bytes, table->bytes());
    error = std::max({error, table->error().value, table->error().slope});
  }
  if (tabulated == 0) return "exact embedding";
  return fmt::format(
      "{} ({}{} of {} functions, up to {} kB each, relative error {:.0e})",
      tabulated == tables_.size() ? "tabulated embedding" : "embedding partly tabulated",
      least == most ? "" : fmt::format("{} to ", least), most, order_.width, (bytes + 1023) / 1024,
      error);
}

template <class T>
void BlockDescriptor<T>::embed(std::size_t net_at, std::size_t n, const T* s, T* g, T* dg,
                               DescriptorWork<T>& work) const {
  const PackedNetwork<T>& net = embeddings_[net_at];
  const std::size_t layers = net.layers.size();
  work.layer.resize(3 * layers);
  work.tape.resize(layers);
  for (std::size_t l = 0; l < layers; ++l) {
    const std::size_t size = rows_at_once * net.layers[l].ld;
    work.tape[l].y = l + 1 == layers ? g : work.layer[3 * l].need(size);
    work.tape[l].y_dot = l + 1 == layers ? dg : work.layer[3 * l + 1].need(size);
    work.tape[l].f1 = work.layer[3 * l + 2].need(size);
  }
  embedding_forward<T>(net, gemm_, n, s, work.tape, work.scratch);
}

template <class T>
void BlockDescriptor<T>::embed_run(std::size_t net, std::size_t u, const BlockRows<T>& rows,
                                   DescriptorWork<T>& work) const {
  const std::size_t first = rows.first(u, 0), last = rows.last(u, rows.centres() - 1);
  T* g = work.g.need(rows.rows() * ld_);
  T* dg = work.dg.need(rows.rows() * ld_);
  for (std::size_t p = first; p < last; p += rows_at_once)
    embed(net, std::min(rows_at_once, last - p), rows.rn.data() + p, g + p * ld_, dg + p * ld_,
          work);
}

/// m (4, K) += the neighbours of type u of centre a, its empty slots among them.
template <class T>
void BlockDescriptor<T>::add_moments(const Side& side, std::size_t u, std::size_t a,
                                     const BlockRows<T>& rows, T* m,
                                     DescriptorWork<T>& work) const {
  const std::size_t ldm = side.first.back(), count = side.first[u + 1] - side.first[u];
  const std::size_t first = rows.first(u, a), last = rows.last(u, a);
  const T* rn = rows.rn.data();
  m += side.first[u];
  if (const auto& table = tables_[side.net[u]]; table && first < last) {
    split(
        *table, first, last, rn,
        [&](std::size_t begin, std::size_t end) {
          table_kernels<T>().moments(table->view(), end - begin, rn + begin, rows.stride(), m, ldm);
        },
        [&](std::size_t p) {
          work.outside.push_back({u, a, p});
        });
  } else if (first < last) {
    T* sums = work.sums.need(4 * ld_);
    std::fill_n(sums, 4 * ld_, T(0));
    descriptor_kernels<T>().add_outer(last - first, ld_, work.g.data() + first * ld_, rn + first,
                                      rows.stride(), sums);
    for (std::size_t c = 0; c < 4; ++c) std::copy_n(sums + c * ld_, count, m + c * ldm);
  }
  const int empty = rows.empty(u, a);
  if (empty == 0) return;
  const TypeView& view = views_[static_cast<std::size_t>(&side - sides_.data())];
  for (std::size_t c = 0; c < 4; ++c) {
    const T factor = static_cast<T>(empty * view.empty_row[c]);
    if (factor == 0) continue;
    for (std::size_t r = 0; r < count; ++r) m[c * ldm + r] += factor * side.empty[u].data()[r];
  }
}

template <class T>
void BlockDescriptor<T>::values(std::size_t t, const BlockRows<T>& rows, T* d, std::size_t stride,
                                DescriptorWork<T>& work) const {
  const Side& side = sides_[t];
  const std::size_t n = rows.centres(), ldm = side.first.back();
  T* m = work.m.need(n * 4 * ldm);
  std::fill_n(m, n * 4 * ldm, T(0));
  work.outside.clear();
  for (std::size_t u = 0; u < types_; ++u) {
    if (!tables_[side.net[u]]) embed_run(side.net[u], u, rows, work);
    for (std::size_t a = 0; a < n; ++a) add_moments(side, u, a, rows, m + a * 4 * ldm, work);
  }
  T* gr = work.gr.need(n * 4 * ld_);
  side.mix.product(gemm_, 4 * n, m, ldm, gr, ld_, false);
  for (const auto& [u, a, p] : work.outside) {
    T* g = work.one_g.need(ld_);
    embed(side.net[u], 1, rows.rn.data() + p, g, work.one_dg.need(ld_), work);
    for (std::size_t k = 0; k < ld_; ++k) g[k] *= static_cast<T>(per_slot_);
    descriptor_kernels<T>().add_outer(1, ld_, g, rows.rn.data() + p, rows.stride(),
                                      gr + a * 4 * ld_);
  }
  for (std::size_t a = 0; a < n; ++a)
    inference_kernels<T>().contract_half(order_.axis, order_.width, gr + a * 4 * ld_,
                                         d + a * stride);
}

template <class T>
void BlockDescriptor<T>::backward_moments(const Side& side, std::size_t u, std::size_t a,
                                          const BlockRows<T>& rows, const T* dm,
                                          DescriptorWork<T>& work) const {
  const std::size_t ldm = side.first.back(), stride = rows.stride();
  const std::size_t first = rows.first(u, a), last = rows.last(u, a);
  const T* rn = rows.rn.data();
  T* drn = work.drn.data();
  if (first == last) return;
  dm += side.first[u];
  if (const auto& table = tables_[side.net[u]]) {
    split(
        *table, first, last, rn,
        [&](std::size_t begin, std::size_t end) {
          table_kernels<T>().moments_backward(table->view(), end - begin, rn + begin, stride, dm,
                                              ldm, drn + begin);
        },
        [](std::size_t) {});
    return;
  }
  T* sums = work.sums.need(4 * ld_);
  std::fill_n(sums, 4 * ld_, T(0));
  for (std::size_t c = 0; c < 4; ++c) std::copy_n(dm + c * ldm, order_.width, sums + c * ld_);
  descriptor_kernels<T>().row_derivatives(last - first, ld_, work.g.data() + first * ld_,
                                          work.dg.data() + first * ld_, rn + first, sums, stride,
                                          drn + first);
}

template <class T>
void BlockDescriptor<T>::derivatives(std::size_t t, const BlockRows<T>& rows, const T* dd,
                                     std::size_t stride, DescriptorWork<T>& work) const {
  const Side& side = sides_[t];
  const std::size_t n = rows.centres(), ldm = side.first.back();
  work.drn.need(4 * rows.stride());
  T* dgr = work.dgr.need(n * 4 * ld_);
  T* square = work.square.need((order_.axis + 4) * padded<T>(order_.axis));
  for (std::size_t a = 0; a < n; ++a)
    inference_kernels<T>().contract_half_backward(order_.axis, order_.width, dd + a * stride,
                                                  work.gr.data() + a * 4 * ld_, square,
                                                  dgr + a * 4 * ld_);
  T* dm = work.dm.need(n * 4 * ldm);
  side.mix_turned.product(gemm_, 4 * n, dgr, ld_, dm, ldm, false);
  for (std::size_t u = 0; u < types_; ++u) {
    for (std::size_t a = 0; a < n; ++a) backward_moments(side, u, a, rows, dm + a * 4 * ldm, work);
  }
  for (const auto& [u, a, p] : work.outside) {
    T* g = work.one_g.need(ld_);
    T* dg = work.one_dg.need(ld_);
    embed(side.net[u], 1, rows.rn.data() + p, g, dg, work);
    for (std::size_t k = 0; k < ld_; ++k) {
      g[k] *= static_cast<T>(per_slot_);
      dg[k] *= static_cast<T>(per_slot_);
    }
    descriptor_kernels<T>().row_derivatives(1, ld_, g, dg, rows.rn.data() + p, dgr + a * 4 * ld_,
                                            rows.stride(), work.drn.data() + p);
  }
}

template class BlockDescriptor<float>;
template class BlockDescriptor<double>;

}  // namespace vitrion::potential::kernels
