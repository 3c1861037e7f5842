#include "potential/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/threads.hpp"
#include "potential/kernels/block.hpp"
#include "potential/kernels/energy_net.hpp"
#include "potential/kernels/network.hpp"
#include "potential/kernels/simd_inference.hpp"
#include "potential/kernels/table.hpp"

namespace vitrion::potential {

using namespace kernels;

struct Engine::Implementation {
  Implementation(const Model& m, EngineOptions o, std::shared_ptr<ThreadPool> t)
      : model(m), options(std::move(o)), threads(std::move(t)), gemm(find_gemm(options.gemm)) {}
  virtual ~Implementation() = default;
  virtual void compute(const Configuration& configuration, Result& result) = 0;
  [[nodiscard]] virtual std::string description() const = 0;

  Model model;
  EngineOptions options;
  std::shared_ptr<ThreadPool> threads;
  const Gemm& gemm;
};

namespace {

/// Smallest distance that the tables of the embedding cover (A); below it the nets are evaluated.
constexpr double table_distance = 0.7;
/// Rows that go through an embedding net together.
constexpr std::size_t rows_at_once = 64;
/// Blocks whose forces on other atoms are summed in one go, into an array of their own.
constexpr std::size_t blocks_per_share = 8;
constexpr std::size_t most_shares = 8;

/// Everything that a thread needs for a block.
template <class T>
struct Workspace {
  BlockRows<T> rows;
  Buffer<T> gr, dgr, d, dd, drn, square, energy;
  Buffer<double> force;
  Buffer<T> g, dg;               ///< (rows, ld) of the exact embedding; dg = dg/ds
  std::vector<Buffer<T>> layer;  ///< arrays of the embedding's tape
  std::vector<LayerTape<T>> tape;
  NetworkScratch<T> scratch;
  EnergyScratch<T> fitting;
};

/// What a block leaves for the sums that follow, in the order of the blocks.
struct BlockSums {
  Mat3 virial{};
  std::size_t rows = 0;
  std::size_t first_row = 0;  ///< in the arrays of all rows
  std::vector<int> most;
};

template <class T>
class Core final : public Engine::Implementation {
 public:
  Core(const Model& m, EngineOptions o, std::shared_ptr<ThreadPool> t)
      : Implementation(m, std::move(o), std::move(t)) {
    views_ = type_views(model);
    load_networks();
    make_tables();
    make_padding();
    make_constants();
    work_.resize(threads->size());
  }

  void compute(const Configuration& configuration, Result& result) override {
    prepare(configuration, result);
    const auto run = [&](std::size_t block, std::size_t thread) {
      run_block(configuration, block, work_[thread], result);
    };
    // By reference, since a copy of the captures would be allocated.
    threads->for_each(partition_.blocks.size(), std::cref(run));
    finish(configuration, result);
  }

  [[nodiscard]] std::string description() const override {
    std::size_t tabulated = 0;
    for (const auto& table : tables_) tabulated += table.has_value();
    return fmt::format("{}, {}, {} thread{}, {}", sizeof(T) == 4 ? "single" : "double",
                       gemm.description(), threads->size(), threads->size() == 1 ? "" : "s",
                       tabulated == tables_.size() ? "tabulated embedding"
                       : tabulated == 0            ? "exact embedding"
                                                   : "embedding partly tabulated");
  }

 private:
  [[nodiscard]] std::size_t types() const { return model.types(); }
  [[nodiscard]] std::size_t net_index(std::size_t t, std::size_t u) const {
    return model.descriptor.type_one_side ? u : t + u * types();
  }

  void load_networks() {
    const Descriptor& descriptor = model.descriptor;
    embeddings_.resize(descriptor.embeddings.size());
    for (std::size_t i = 0; i < embeddings_.size(); ++i)
      embeddings_[i].load(descriptor.embeddings[i], {}, false);
    fittings_.resize(types());
    for (std::size_t t = 0; t < types(); ++t)
      fittings_[t].load(model.fitting.nets[t], {descriptor.width(), descriptor.axis_neuron});
    ld_ = padded<T>(descriptor.width());
    stride_ = fittings_.front().stride();
  }

  /// The range of s: from that of R = 0 to that of the table's smallest distance, over all centres
  /// of a net.
  void make_tables() {
    tables_.resize(embeddings_.size());
    const double r0 = 1 / (table_distance + model.descriptor.env_protection);
    threads->for_each(tables_.size(), [&](std::size_t i, std::size_t) {
      double low = 0, high = 0;
      bool used = false;
      for (std::size_t t = 0; t < types(); ++t)
        for (std::size_t u = 0; u < types(); ++u) {
          if (net_index(t, u) != i || !views_[t].rows[u]) continue;
          const double empty = views_[t].empty_row[0];
          const double near = empty + r0 * views_[t].scale.inverse_std[0];
          low = used ? std::min(low, empty) : empty;
          high = used ? std::max(high, near) : near;
          used = true;
        }
      if (!used) return;
      PackedNetwork<double> net;
      net.load(model.descriptor.embeddings[i], {}, false);
      // A little below, so that a rounded s at the cutoff is inside.
      tables_[i] = EmbeddingTable<T>::make(net, gemm, low - 1e-3, high);
    });
  }

  /// g of an empty slot for each pair of types.
  void make_padding() {
    Workspace<T> work;
    padding_.resize(types() * types());
    for (std::size_t t = 0; t < types(); ++t)
      for (std::size_t u = 0; u < types(); ++u) {
        const T s = static_cast<T>(views_[t].empty_row[0]);
        embed(net_index(t, u), 1, &s, padding_[t * types() + u].need(ld_), work.dg.need(ld_), work);
      }
  }

  /// The energy of a centre type beside its net's: biases, and minus the net of D = 0 where that is
  /// the vacuum.
  void make_constants() {
    Workspace<T> work;
    constant_.resize(types());
    for (std::size_t t = 0; t < types(); ++t) {
      const int type = static_cast<int>(t);
      if (model.excludes_atom(type)) continue;
      constant_[t] = model.out_bias[t];
      if (model.fitting.excludes(type)) continue;
      constant_[t] += model.fitting.bias_atom_e[t];
      if (!model.fitting.removes_vacuum(type)) continue;
      T energy;
      fittings_[t].compute(gemm, 1, work.d.need(stride_), &energy, work.dd.need(stride_),
                           work.fitting);
      constant_[t] -= static_cast<double>(energy);
    }
  }

  /// g and dg (n, ld) of n <= rows_at_once rows by the net itself.
  void embed(std::size_t net_at, std::size_t n, const T* s, T* g, T* dg, Workspace<T>& work) {
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
    embedding_forward<T>(net, gemm, n, s, work.tape, work.scratch);
  }

  void prepare(const Configuration& configuration, Result& result) {
    partition_.assign(model, {&configuration, 1});
    const std::size_t n = configuration.centres();
    result.atom_energy.resize(n);
    for (std::size_t i = 0; i < n; ++i)
      result.atom_energy[i] = configuration.types[i] < 0 ? 0 : constant_[configuration.types[i]];
    result.force.assign(configuration.atoms(), Vec3{});
    result.atom_virial.assign(options.atom_virial ? configuration.atoms() : 0, Mat3{});
    result.most_neighbours.assign(types(), 0);
    sums_.resize(partition_.blocks.size());
    std::size_t row = 0;
    for (std::size_t b = 0; b < sums_.size(); ++b) {
      sums_[b].first_row = row;
      for (std::size_t a = partition_.blocks[b].begin; a < partition_.blocks[b].end; ++a) {
        const std::size_t i = partition_.centres[a].atom;
        row += configuration.first[i + 1] - configuration.first[i];
      }
    }
    if (row_entry_.size() < row) {
      row_entry_.resize(row + row / 4);
      row_force_.resize(row + row / 4);
    }
  }

  void run_block(const Configuration& configuration, std::size_t index, Workspace<T>& work,
                 Result& result) {
    const Block& block = partition_.blocks[index];
    const std::span<const Centre> centres{partition_.centres.data() + block.begin, block.size()};
    const auto t = static_cast<std::size_t>(block.type);
    work.rows.assign(model, views_[t], {&configuration, 1}, centres, false);
    descriptors(t, centres.size(), work);
    T* energy = work.energy.need(centres.size());
    fittings_[t].compute(gemm, centres.size(), work.d.data(), energy,
                         work.dd.need(centres.size() * stride_), work.fitting);
    for (std::size_t a = 0; a < centres.size(); ++a)
      result.atom_energy[centres[a].atom] += static_cast<double>(energy[a]);
    row_derivatives(t, centres.size(), work);
    keep_forces(t, centres, sums_[index], work, result);
  }

  /// Calls inside(begin, end) for stretches of a centre's rows that the net's table holds, and
  /// outside(row) for single rows that it does not.
  template <class Inside, class Outside>
  void split(const std::optional<EmbeddingTable<T>>& table, std::size_t first, std::size_t last,
             const T* s, Inside&& inside, Outside&& outside) {
    std::size_t begin = first;
    for (std::size_t p = first; p < last; ++p) {
      if (table->holds(s[p])) continue;
      if (begin < p) inside(begin, p);
      outside(p);
      begin = p + 1;
    }
    if (begin < last) inside(begin, last);
  }

  /// gr and D of each centre of a block; keeps g and dg/ds of the nets that have no table.
  void descriptors(std::size_t t, std::size_t n, Workspace<T>& work) {
    const DescriptorKernels<T>& k = descriptor_kernels<T>();
    const Descriptor& descriptor = model.descriptor;
    const BlockRows<T>& rows = work.rows;
    const std::size_t stride = rows.stride();
    const T* rn = rows.rn.data();
    T* gr_all = work.gr.need(n * 4 * ld_);
    T* d = work.d.need(n * stride_);
    std::fill_n(gr_all, n * 4 * ld_, T(0));
    for (std::size_t u = 0; u < types(); ++u) {
      const auto& table = tables_[net_index(t, u)];
      if (!table) embed_run(t, u, n, work);
      for (std::size_t a = 0; a < n; ++a) {
        T* gr = gr_all + a * 4 * ld_;
        add_padding(t, u, rows.empty(u, a), gr);
        const std::size_t first = rows.first(u, a), last = rows.last(u, a);
        if (!table) {
          k.add_outer(last - first, ld_, work.g.data() + first * ld_, rn + first, stride, gr);
          continue;
        }
        split(
            table, first, last, rn,
            [&](std::size_t begin, std::size_t end) {
              k.add_outer_table(table->view(), end - begin, rn + begin, stride, gr);
            },
            [&](std::size_t p) {
              T* g = work.g.need(ld_);
              embed(net_index(t, u), 1, rn + p, g, work.dg.need(ld_), work);
              k.add_outer(1, ld_, g, rn + p, stride, gr);
            });
      }
    }
    const T scale = static_cast<T>(1.0 / static_cast<double>(descriptor.slots()));
    for (std::size_t i = 0; i < n * 4 * ld_; ++i) gr_all[i] *= scale;
    for (std::size_t a = 0; a < n; ++a)
      inference_kernels<T>().contract_half(descriptor.axis_neuron, descriptor.width(),
                                           gr_all + a * 4 * ld_, d + a * stride_);
  }

  /// g and dg/ds of all rows of neighbour type u.
  void embed_run(std::size_t t, std::size_t u, std::size_t n, Workspace<T>& work) {
    const std::size_t first = work.rows.first(u, 0), last = work.rows.last(u, n - 1);
    T* g = work.g.need(work.rows.rows() * ld_);
    T* dg = work.dg.need(work.rows.rows() * ld_);
    for (std::size_t p = first; p < last; p += rows_at_once)
      embed(net_index(t, u), std::min(rows_at_once, last - p), work.rows.rn.data() + p, g + p * ld_,
            dg + p * ld_, work);
  }

  void add_padding(std::size_t t, std::size_t u, int empty, T* gr) {
    if (empty == 0) return;
    const T* g = padding_[t * types() + u].data();
    for (std::size_t c = 0; c < 4; ++c) {
      const T factor = static_cast<T>(empty * views_[t].empty_row[c]);
      if (factor == 0) continue;
      for (std::size_t k = 0; k < ld_; ++k) gr[c * ld_ + k] += factor * g[k];
    }
  }

  /// dE/dRn of each row from dE/dD.
  void row_derivatives(std::size_t t, std::size_t n, Workspace<T>& work) {
    const DescriptorKernels<T>& k = descriptor_kernels<T>();
    const Descriptor& descriptor = model.descriptor;
    const BlockRows<T>& rows = work.rows;
    const std::size_t stride = rows.stride();
    const T* rn = rows.rn.data();
    T* drn = work.drn.need(4 * stride);
    T* dgr = work.dgr.need(4 * ld_);
    T* square = work.square.need((descriptor.axis_neuron + 4) * padded<T>(descriptor.axis_neuron));
    const T scale = static_cast<T>(1.0 / static_cast<double>(descriptor.slots()));
    for (std::size_t a = 0; a < n; ++a) {
      inference_kernels<T>().contract_half_backward(descriptor.axis_neuron, descriptor.width(),
                                                    work.dd.data() + a * stride_,
                                                    work.gr.data() + a * 4 * ld_, square, dgr);
      for (std::size_t i = 0; i < 4 * ld_; ++i) dgr[i] *= scale;
      for (std::size_t u = 0; u < types(); ++u) {
        const std::size_t first = rows.first(u, a), last = rows.last(u, a);
        const auto& table = tables_[net_index(t, u)];
        if (!table) {
          k.row_derivatives(last - first, ld_, work.g.data() + first * ld_,
                            work.dg.data() + first * ld_, rn + first, dgr, stride, drn + first);
          continue;
        }
        split(
            table, first, last, rn,
            [&](std::size_t begin, std::size_t end) {
              k.row_derivatives_table(table->view(), end - begin, rn + begin, dgr, stride,
                                      drn + begin);
            },
            [&](std::size_t p) {
              T* g = work.g.need(ld_);
              T* dg = work.dg.need(ld_);
              embed(net_index(t, u), 1, rn + p, g, dg, work);
              k.row_derivatives(1, ld_, g, dg, rn + p, dgr, stride, drn + p);
            });
      }
    }
  }

  /// Forces on the centres, the virial, and each row's force for the neighbours.
  void keep_forces(std::size_t t, std::span<const Centre> centres, BlockSums& sums,
                   Workspace<T>& work, Result& result) {
    const BlockRows<T>& rows = work.rows;
    const std::size_t stride = rows.stride();
    double* force = work.force.need(3 * stride);
    const double* d = rows.d.data();
    environment_kernels<T>().backward(stride, views_[t].scale, d, rows.shape.data(),
                                      work.drn.data(), stride, force);
    sums.rows = rows.rows();
    sums.most = rows.most();
    sums.virial = Mat3{};
    for (std::size_t u = 0; u < types(); ++u)
      for (std::size_t a = 0; a < centres.size(); ++a) {
        Vec3 total{};
        for (std::size_t p = rows.first(u, a); p < rows.last(u, a); ++p) {
          const Vec3 f{force[p], force[stride + p], force[2 * stride + p]};
          const Vec3 r{d[p], d[stride + p], d[2 * stride + p]};
          total += f;
          for (std::size_t x = 0; x < 3; ++x)
            for (std::size_t y = 0; y < 3; ++y) sums.virial[x][y] -= f[x] * r[y];
          row_entry_[sums.first_row + p] = rows.entry(p);
          row_force_[sums.first_row + p] = f;
        }
        result.force[centres[a].atom] += total;
      }
  }

  /// Sums in the order of the blocks. The forces on neighbours are summed in shares of blocks whose
  /// number depends on the atoms alone, each into its own array.
  void finish(const Configuration& configuration, Result& result) {
    const std::size_t blocks = sums_.size();
    const std::size_t shares = std::clamp<std::size_t>(blocks / blocks_per_share, 1, most_shares);
    shares_.resize(std::max(shares_.size(), shares));
    const auto sum = [&](std::size_t share, std::size_t) {
      std::vector<Vec3>& force = shares_[share];
      force.assign(configuration.atoms(), Vec3{});
      for (std::size_t b = blocks * share / shares; b < blocks * (share + 1) / shares; ++b)
        for (std::size_t p = sums_[b].first_row; p < sums_[b].first_row + sums_[b].rows; ++p)
          force[static_cast<std::size_t>(configuration.index[row_entry_[p]])] -= row_force_[p];
    };
    threads->for_each(shares, std::cref(sum));
    for (std::size_t share = 0; share < shares; ++share)
      for (std::size_t j = 0; j < configuration.atoms(); ++j) result.force[j] += shares_[share][j];

    result.energy = 0;
    for (const double e : result.atom_energy) result.energy += e;
    result.virial = Mat3{};
    for (const BlockSums& sums : sums_) {
      result.virial += sums.virial;
      keep_most(result.most_neighbours, sums.most);
    }
    if (!options.atom_virial) return;
    for (const BlockSums& sums : sums_)
      for (std::size_t p = sums.first_row; p < sums.first_row + sums.rows; ++p) {
        const std::size_t entry = row_entry_[p];
        result.atom_virial[static_cast<std::size_t>(configuration.index[entry])] +=
            outer(-row_force_[p], configuration.displacement[entry]);
      }
  }

  std::size_t ld_ = 0;      ///< padded width of the embedding
  std::size_t stride_ = 0;  ///< of the descriptors
  std::vector<TypeView> views_;
  std::vector<PackedNetwork<T>> embeddings_;
  std::vector<EnergyNet<T>> fittings_;
  std::vector<std::optional<EmbeddingTable<T>>> tables_;
  std::vector<Buffer<T>> padding_;  ///< (types, types) g of an empty slot
  std::vector<double> constant_;    ///< (types) eV
  std::vector<Workspace<T>> work_;

  Partition partition_;
  std::vector<BlockSums> sums_;
  std::vector<std::size_t> row_entry_;
  std::vector<Vec3> row_force_;
  std::vector<std::vector<Vec3>> shares_;
};

}  // namespace

Engine::Engine(const Model& model, EngineOptions options, std::shared_ptr<ThreadPool> threads) {
  const bool all_single = model.descriptor.precision == Precision::float32 &&
                          model.fitting.precision == Precision::float32;
  const Precision precision =
      options.precision.value_or(all_single ? Precision::float32 : Precision::float64);
  if (precision == Precision::float32)
    implementation_ = std::make_unique<Core<float>>(model, std::move(options), std::move(threads));
  else
    implementation_ = std::make_unique<Core<double>>(model, std::move(options), std::move(threads));
}

Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::compute(const Configuration& configuration, Result& result) {
  implementation_->compute(configuration, result);
}

double Engine::cutoff() const {
  return implementation_->model.descriptor.rcut;
}
const Model& Engine::model() const {
  return implementation_->model;
}
std::string Engine::description() const {
  return implementation_->description();
}

}  // namespace vitrion::potential
