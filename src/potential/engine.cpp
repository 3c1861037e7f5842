#include "potential/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/threads.hpp"
#include "potential/kernels/block.hpp"
#include "potential/kernels/block_descriptor.hpp"
#include "potential/kernels/energy_net.hpp"

namespace vitrion::potential {

using namespace kernels;

struct Engine::Implementation {
  Implementation(Model m, EngineOptions o, std::shared_ptr<ThreadPool> t)
      : model(std::move(m)),
        options(std::move(o)),
        threads(std::move(t)),
        gemm(find_gemm(options.gemm)) {}
  virtual ~Implementation() = default;
  virtual void compute(const Configuration& configuration, Result& result) = 0;
  [[nodiscard]] virtual std::string description() const = 0;

  Model model;
  EngineOptions options;
  std::shared_ptr<ThreadPool> threads;
  const Gemm& gemm;
};

namespace {

/// Centres in a block where there are many: the weights pass through the cache half as often as
/// with block_size, and enough blocks are left for the threads. Depends on the atoms alone, as the
/// bits then do.
constexpr std::size_t large_block = 64, many_centres = 1000;
/// Blocks whose forces on other atoms are summed in one go, into an array of their own.
constexpr std::size_t blocks_per_share = 8;
constexpr std::size_t most_shares = 8;

/// Everything that a thread needs for a block.
template <class T>
struct Workspace {
  BlockRows<T> rows;
  DescriptorWork<T> descriptor;
  EnergyScratch<T> fitting;
  Buffer<T> d, dd, energy;
  Buffer<double> force;
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
      : Implementation(m, std::move(o), std::move(t)),
        views_(type_views(model)),
        descriptor_(model, gemm, *threads) {
    load_fittings();
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
    return fmt::format("{}, {}, {} thread{}, {}", sizeof(T) == 4 ? "single" : "double",
                       gemm.description(), threads->size(), threads->size() == 1 ? "" : "s",
                       descriptor_.description());
  }

 private:
  [[nodiscard]] std::size_t types() const { return model.types(); }

  void load_fittings() {
    fittings_.resize(types());
    for (std::size_t t = 0; t < types(); ++t)
      fittings_[t].load(model.fitting.nets[t], descriptor_.order());
    stride_ = fittings_.front().stride();
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

  void prepare(const Configuration& configuration, Result& result) {
    const std::size_t n = configuration.centres();
    partition_.assign(model, {&configuration, 1}, n < many_centres ? block_size : large_block);
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
    const std::size_t n = centres.size();
    T* d = work.d.need(n * stride_);
    T* dd = work.dd.need(n * stride_);
    T* energy = work.energy.need(n);
    descriptor_.values(t, work.rows, d, stride_, work.descriptor);
    fittings_[t].compute(gemm, n, d, energy, dd, work.fitting);
    for (std::size_t a = 0; a < n; ++a)
      result.atom_energy[centres[a].atom] += static_cast<double>(energy[a]);
    descriptor_.derivatives(t, work.rows, dd, stride_, work.descriptor);
    keep_forces(t, centres, sums_[index], work, result);
  }

  /// Forces on the centres, the virial, and each row's force for the neighbours.
  void keep_forces(std::size_t t, std::span<const Centre> centres, BlockSums& sums,
                   Workspace<T>& work, Result& result) {
    const BlockRows<T>& rows = work.rows;
    const std::size_t stride = rows.stride();
    double* force = work.force.need(3 * stride);
    const double* d = rows.d.data();
    environment_kernels<T>().backward(stride, views_[t].scale, d, rows.shape.data(),
                                      work.descriptor.drn.data(), stride, force);
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

  std::vector<TypeView> views_;
  BlockDescriptor<T> descriptor_;
  std::vector<EnergyNet<T>> fittings_;
  std::size_t stride_ = 0;        ///< of the descriptors
  std::vector<double> constant_;  ///< (types) eV
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
