// The descriptors of a block of centres for the engine, and the derivatives of its rows: tables
// where a net has one, matrix products for all that the centres share.
//
//   m (4, K)   = sum over neighbours p of rn_c[p] u(s_p), a stretch of K for each neighbour type
//   gr (4, ld) = m Q / slots, with u Q = g
//   D          = the distinct entries of gr gr_<^T
//
// A net without a table stands with u = g and Q = 1.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "potential/kernels/block.hpp"
#include "potential/kernels/half_descriptor.hpp"
#include "potential/kernels/network.hpp"
#include "potential/kernels/panels.hpp"
#include "potential/kernels/table.hpp"

namespace vitrion {
class ThreadPool;
}

namespace vitrion::potential::kernels {

/// Work space of a thread; it keeps what values() leaves for derivatives().
template <class T>
struct DescriptorWork {
  /// A row closer than a table begins: the net itself is asked.
  struct Outside {
    std::size_t neighbour_type, centre, row;
  };

  Buffer<T> m, gr, dm, dgr, square;
  Buffer<T> drn;                 ///< (4, stride of the rows) dE/dRn
  Buffer<T> g, dg;               ///< (rows, ld) of nets without a table; dg = dg/ds
  Buffer<T> one_g, one_dg;       ///< (ld) of a single row
  Buffer<T> sums;                ///< (4, ld)
  std::vector<Buffer<T>> layer;  ///< arrays of the embedding's tape
  std::vector<LayerTape<T>> tape;
  std::vector<Outside> outside;
  NetworkScratch<T> scratch;
};

template <class T>
class BlockDescriptor {
 public:
  /// Tables are made side by side on `threads`.
  BlockDescriptor(const Model& model, const Gemm& gemm, ThreadPool& threads);

  [[nodiscard]] const HalfOrder& order() const { return order_; }
  /// For example "tabulated embedding (14 to 18 functions, 9 kB each, error 1e-12)".
  [[nodiscard]] std::string description() const;

  /// D (n, stride) of the centres of `rows`, all of type t.
  void values(std::size_t t, const BlockRows<T>& rows, T* d, std::size_t stride,
              DescriptorWork<T>& work) const;
  /// work.drn from dd (n, stride) = dE/dD, after values().
  void derivatives(std::size_t t, const BlockRows<T>& rows, const T* dd, std::size_t stride,
                   DescriptorWork<T>& work) const;

 private:
  /// What serves the centres of one type.
  struct Side {
    std::vector<std::size_t> net;    ///< (types)
    std::vector<std::size_t> first;  ///< (types + 1) stretches of K
    std::vector<Buffer<T>> empty;    ///< (types) u of an empty slot
    PanelMatrix<T> mix, mix_turned;  ///< Q / slots (K, ld) and its transpose
  };

  void make_tables(ThreadPool& threads);
  void make_side(std::size_t t);
  /// Q (count, width) of a net; `empty` is g of an empty slot.
  [[nodiscard]] std::vector<double> basis_of(std::size_t net, bool has_rows, const T* empty) const;
  /// g and dg (n, ld) of n <= rows_at_once rows by the net itself.
  void embed(std::size_t net, std::size_t n, const T* s, T* g, T* dg,
             DescriptorWork<T>& work) const;
  /// g and dg of all rows of neighbour type u.
  void embed_run(std::size_t net, std::size_t u, const BlockRows<T>& rows,
                 DescriptorWork<T>& work) const;
  void add_moments(const Side& side, std::size_t u, std::size_t a, const BlockRows<T>& rows, T* m,
                   DescriptorWork<T>& work) const;
  void backward_moments(const Side& side, std::size_t u, std::size_t a, const BlockRows<T>& rows,
                        const T* dm, DescriptorWork<T>& work) const;

  const Model& model_;
  const Gemm& gemm_;
  HalfOrder order_;
  std::size_t types_, ld_;
  double per_slot_;
  std::vector<TypeView> views_;
  std::vector<PackedNetwork<T>> embeddings_;
  std::vector<std::optional<EmbeddingTable<T>>> tables_;
  std::vector<Side> sides_;
};

}  // namespace vitrion::potential::kernels
