#include "potential/gradient.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "potential/kernels/block.hpp"
#include "potential/kernels/fitting.hpp"

namespace vitrion::potential {

using namespace kernels;

struct BatchGradient::Implementation {
  virtual ~Implementation() = default;
  virtual void set_parameters(std::span<const double> values) = 0;
  virtual void predict(std::span<const Configuration> frames, std::span<Result> results) = 0;
  virtual void gradient(std::span<const LossSeeds> seeds, std::span<double> gradient) = 0;
  [[nodiscard]] virtual std::string description() const = 0;
};

namespace {

/// Rows that go through an embedding net together.
constexpr std::size_t rows_at_once = 128;
/// Rows of a fitting layer's weights whose gradient is one task.
constexpr std::size_t weights_at_once = 200;

/// What predict() leaves of a block for gradient(), and that one's own arrays. n centres, ld of the
/// embedding.
template <class T>
struct BlockState {
  BlockRows<T> rows;
  std::vector<Buffer<T>> layer;               ///< tape of the embedding nets over all rows
  std::vector<LayerTape<T>> tape;             ///< at row 0
  Buffer<T> gr, gr_dot;                       ///< (n, 4, ld)
  Buffer<T> lambda_gr, mu_gr;                 ///< (n, 4, ld), by gr before its scale 1/slots
  Buffer<T> drn;                              ///< (4, stride) dE/dRn
  Buffer<double> force;                       ///< (3, stride) dE/dd
  Buffer<double> delta;                       ///< (3, stride) the tangent of d
  Buffer<T> rn_dot, rn_s_dot;                 ///< (4, stride) tangent of Rn; Rn times that of s
  Buffer<T> mu_g, lambda_g;                   ///< (rows, ld)
  std::vector<NetworkGradient<T>> embedding;  ///< (types) gradient by this block's rows
};

/// The fitting net of a type over all its centres; one more row, of D = 0, where that energy is
/// subtracted.
template <class T>
struct TypeState {
  std::size_t begin = 0;  ///< first centre of the type
  std::size_t n = 0;      ///< rows, with the vacuum's
  bool vacuum = false;
  Buffer<T> d, d_dot, lambda_d, mu_d;  ///< (n, stride)
  std::vector<Buffer<T>> layer;
  std::vector<FittingTape<T>> tape;
  NetworkGradient<T> gradient;
};

/// A part of the gradient that one thread makes.
struct WeightTask {
  std::size_t net = 0, layer = 0, begin = 0, end = 0;
};

template <class T>
class Core final : public BatchGradient::Implementation {
 public:
  Core(const Model& m, const std::string& gemm_name, std::shared_ptr<ThreadPool> t)
      : model_(m), threads_(std::move(t)), gemm_(find_gemm(gemm_name)), views_(type_views(model_)) {
    embeddings_.resize(model_.descriptor.embeddings.size());
    fittings_.resize(types());
    scratch_.resize(threads_->size());
    type_.resize(types());
    width_ = model_.descriptor.width();
    ld_ = padded<T>(width_);
    axis_ = model_.descriptor.axis_neuron;
    load();
    stride_ = fittings_.front().stride;
  }

  void set_parameters(std::span<const double> values) override {
    potential::set_parameters(model_, values);
    load();
  }

  void predict(std::span<const Configuration> frames, std::span<Result> results) override {
    frames_ = frames;
    partition_.assign(model_, frames);
    if (blocks_.size() < partition_.blocks.size()) blocks_.resize(partition_.blocks.size());
    prepare_types();
    each_block(
        [&](std::size_t block, std::size_t thread) { predict_block(block, scratch_[thread]); });
    collect(results);
    predicted_ = true;
  }

  void gradient(std::span<const LossSeeds> seeds, std::span<double> gradient) override {
    if (!predicted_ || seeds.size() != frames_.size())
      throw Error("gradient: needs a predict() before each call, and seeds for each of its frames");
    predicted_ = false;  // what it left is overwritten on the way
    collect_energy_seeds(seeds);
    each_block([&](std::size_t block, std::size_t thread) {
      reverse_block(seeds, block, scratch_[thread]);
    });
    gather(gradient);
  }

  [[nodiscard]] std::string description() const override {
    return fmt::format("{}, {}", sizeof(T) == 4 ? "single" : "double", gemm_.description());
  }

 private:
  using Tape = std::vector<LayerTape<T>>;

  [[nodiscard]] std::size_t types() const { return model_.types(); }
  [[nodiscard]] std::size_t net_index(std::size_t t, std::size_t u) const {
    return model_.descriptor.type_one_side ? u : t + u * types();
  }

  void load() {
    const std::size_t nets = embeddings_.size();
    threads_->for_each(nets + types(), [&](std::size_t i, std::size_t) {
      if (i < nets)
        embeddings_[i].load(model_.descriptor.embeddings[i], {}, true);
      else
        fittings_[i - nets].load(model_.fitting.nets[i - nets], {width_, axis_}, false);
    });
  }

  /// Runs body(block, thread) over the blocks, then over the vacuum rows as blocks of one row each,
  /// numbered from the number of blocks.
  template <class Body>
  void each_block(Body&& body) {
    threads_->for_each(partition_.blocks.size() + vacuum_.size(), body);
  }

  void prepare_types() {
    vacuum_.clear();
    for (TypeState<T>& state : type_) state.n = 0;
    for (const Block& block : partition_.blocks) {
      TypeState<T>& state = type_[static_cast<std::size_t>(block.type)];
      state.begin = state.n == 0 ? block.begin : std::min(state.begin, block.begin);
      state.n += block.size();
    }
    for (std::size_t t = 0; t < types(); ++t) {
      TypeState<T>& state = type_[t];
      if (state.n == 0) continue;
      state.vacuum = model_.fitting.removes_vacuum(static_cast<int>(t));
      if (state.vacuum) {
        ++state.n;
        vacuum_.push_back(t);
      }
      for (Buffer<T>* array : {&state.d, &state.d_dot, &state.lambda_d, &state.mu_d})
        array->need(state.n * stride_);
      if (state.vacuum) {
        std::fill_n(state.d.data() + (state.n - 1) * stride_, stride_, T(0));
        std::fill_n(state.d_dot.data() + (state.n - 1) * stride_, stride_, T(0));
      }
      const PackedNetwork<T>& net = fittings_[t];
      state.layer.resize(10 * net.layers.size());
      state.tape.resize(net.layers.size());
      for (std::size_t l = 0; l < net.layers.size(); ++l) {
        const auto array = [&](std::size_t which) {
          return state.layer[10 * l + which].need(state.n * net.layers[l].ld);
        };
        state.tape[l] = {array(0), array(1), array(2), array(3), array(4),
                         array(5), array(6), array(7), nullptr,  nullptr};
        if (!net.layers[l].has_idt) continue;
        state.tape[l].f = array(8);
        state.tape[l].f1h = array(9);
      }
    }
  }

  /// The tape of a type's fitting net from one of its rows on.
  [[nodiscard]] std::vector<FittingTape<T>>& tape_at(std::size_t t, std::size_t row,
                                                     std::vector<FittingTape<T>>& tape) const {
    const PackedNetwork<T>& net = fittings_[t];
    tape = type_[t].tape;
    for (std::size_t l = 0; l < tape.size(); ++l)
      for (T** array : {&tape[l].y, &tape[l].f1, &tape[l].lambda_y, &tape[l].lambda_h, &tape[l].f2h,
                        &tape[l].y_dot, &tape[l].mu_y, &tape[l].mu_h, &tape[l].f, &tape[l].f1h})
        if (*array) *array += row * net.layers[l].ld;
    return tape;
  }

  struct Scratch {
    NetworkScratch<T> network;
    std::vector<FittingTape<T>> fit;
    Tape tape;
    std::vector<double> c;
  };

  void predict_block(std::size_t index, Scratch& scratch) {
    if (index >= partition_.blocks.size()) {
      const std::size_t t = vacuum_[index - partition_.blocks.size()];
      predict_fitting(t, type_[t].n - 1, 1, scratch);
      return;
    }
    const Block& block = partition_.blocks[index];
    const auto t = static_cast<std::size_t>(block.type);
    BlockState<T>& state = blocks_[index];
    state.rows.assign(model_, views_[t], frames_,
                      {partition_.centres.data() + block.begin, block.size()}, true);
    embed(t, state, scratch);
    const std::size_t row = block.begin - type_[t].begin;
    describe(t, block.size(), row, state);
    predict_fitting(t, row, block.size(), scratch);
    differentiate(t, block.size(), row, state);
  }

  /// The stretch of rows of neighbour type u, the last of them that of an empty slot.
  struct Run {
    std::size_t begin, end;
  };
  [[nodiscard]] static Run run_of(std::size_t u, const BlockRows<T>& rows) {
    return {rows.first(u, 0), rows.last(u, rows.centres() - 1) + 1};
  }

  [[nodiscard]] Tape& embedding_tape_at(const PackedNetwork<T>& net, std::size_t row,
                                        const BlockState<T>& state, Tape& tape) const {
    tape = state.tape;
    for (std::size_t l = 0; l < tape.size(); ++l)
      for (T** array :
           {&tape[l].y, &tape[l].y_dot, &tape[l].f1, &tape[l].f2h, &tape[l].f, &tape[l].f1h})
        if (*array) *array += row * net.layers[l].ld;
    return tape;
  }

  /// g and dg/ds of all rows.
  void embed(std::size_t t, BlockState<T>& state, Scratch& scratch) {
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
    for (std::size_t u = 0; u < types(); ++u) {
      const PackedNetwork<T>& net = embeddings_[net_index(t, u)];
      const Run run = run_of(u, state.rows);
      for (std::size_t p = run.begin; p < run.end; p += rows_at_once)
        embedding_forward<T>(net, gemm_, std::min(rows_at_once, run.end - p),
                             state.rows.rn.data() + p,
                             embedding_tape_at(net, p, state, scratch.tape), scratch.network);
    }
  }

  [[nodiscard]] T per_slot() const {
    return static_cast<T>(1.0 / static_cast<double>(model_.descriptor.slots()));
  }

  /// gr and D.
  void describe(std::size_t t, std::size_t n, std::size_t row, BlockState<T>& state) {
    const DescriptorKernels<T>& k = descriptor_kernels<T>();
    const BlockRows<T>& rows = state.rows;
    const T* g = state.tape.back().y;
    const T* rn = rows.rn.data();
    T* gr_all = state.gr.need(n * 4 * ld_);
    std::fill_n(gr_all, n * 4 * ld_, T(0));
    for (std::size_t a = 0; a < n; ++a) {
      T* gr = gr_all + a * 4 * ld_;
      for (std::size_t u = 0; u < types(); ++u) {
        const std::size_t first = rows.first(u, a);
        k.add_outer(rows.last(u, a) - first, ld_, g + first * ld_, rn + first, rows.stride(), gr);
        if (rows.empty(u, a) > 0)
          add_scaled(rows.empty(u, a), views_[t], g + rows.last(u, n - 1) * ld_, gr);
      }
      for (std::size_t i = 0; i < 4 * ld_; ++i) gr[i] *= per_slot();
      k.contract(axis_, width_, gr, gr, type_[t].d.data() + (row + a) * stride_, false);
    }
  }

  /// gr (4, ld) += empty e (outer) g for `empty` slots.
  void add_scaled(int empty, const TypeView& view, const T* g, T* gr) const {
    for (std::size_t c = 0; c < 4; ++c) {
      const T factor = static_cast<T>(empty * view.empty_row[c]);
      if (factor == 0) continue;
      for (std::size_t k = 0; k < ld_; ++k) gr[c * ld_ + k] += factor * g[k];
    }
  }

  void predict_fitting(std::size_t t, std::size_t row, std::size_t n, Scratch& scratch) {
    const PackedNetwork<T>& net = fittings_[t];
    const std::vector<FittingTape<T>>& tape = tape_at(t, row, scratch.fit);
    fitting_forward<T>(net, gemm_, {n, type_[t].d.data() + row * stride_, nullptr}, tape,
                       scratch.network);
    fitting_backward<T>(net, gemm_, n, tape, type_[t].lambda_d.data() + row * stride_,
                        scratch.network);
  }

  /// lambda by gr, and dE/dd of each row.
  void differentiate(std::size_t t, std::size_t n, std::size_t row, BlockState<T>& state) {
    const DescriptorKernels<T>& k = descriptor_kernels<T>();
    const BlockRows<T>& rows = state.rows;
    const std::size_t stride = rows.stride();
    T* drn = state.drn.need(4 * stride);
    T* lambda_all = state.lambda_gr.need(n * 4 * ld_);
    std::fill_n(lambda_all, n * 4 * ld_, T(0));
    for (std::size_t a = 0; a < n; ++a) {
      T* lambda = lambda_all + a * 4 * ld_;
      k.contract_backward(axis_, width_, type_[t].lambda_d.data() + (row + a) * stride_,
                          state.gr.data() + a * 4 * ld_, lambda);
      for (std::size_t i = 0; i < 4 * ld_; ++i) lambda[i] *= per_slot();
      for (std::size_t u = 0; u < types(); ++u) {
        const std::size_t first = rows.first(u, a);
        k.row_derivatives(rows.last(u, a) - first, ld_, state.tape.back().y + first * ld_,
                          state.tape.back().y_dot + first * ld_, rows.rn.data() + first, lambda,
                          stride, drn + first);
      }
    }
    environment_kernels<T>().backward(stride, views_[t].scale, rows.d.data(), rows.shape.data(),
                                      drn, stride, state.force.need(3 * stride));
  }

  /// The results of all frames, summed in the order of the blocks.
  void collect(std::span<Result> results) const {
    std::vector<double> constant(types());
    for (std::size_t t = 0; t < types(); ++t) constant[t] = constant_energy(t);
    for (std::size_t f = 0; f < frames_.size(); ++f) {
      const Configuration& frame = frames_[f];
      Result& result = results[f];
      result.atom_energy.resize(frame.centres());
      for (std::size_t i = 0; i < frame.centres(); ++i)
        result.atom_energy[i] = frame.types[i] < 0 ? 0 : constant[frame.types[i]];
      result.force.assign(frame.atoms(), Vec3{});
      result.virial = Mat3{};
      result.atom_virial.clear();
      result.most_neighbours.assign(types(), 0);
    }
    for (std::size_t b = 0; b < partition_.blocks.size(); ++b) collect_block(b, results);
    for (Result& result : results) {
      result.energy = 0;
      for (const double e : result.atom_energy) result.energy += e;
    }
  }

  [[nodiscard]] double constant_energy(std::size_t t) const {
    const int type = static_cast<int>(t);
    if (model_.excludes_atom(type)) return 0;
    if (model_.fitting.excludes(type)) return model_.out_bias[t];
    const double bias = model_.out_bias[t] + model_.fitting.bias_atom_e[t];
    const TypeState<T>& state = type_[t];
    if (state.n == 0 || !state.vacuum) return bias;
    return bias -
           static_cast<double>(state.tape.back().y[(state.n - 1) * fittings_[t].layers.back().ld]);
  }

  void collect_block(std::size_t b, std::span<Result> results) const {
    const Block& block = partition_.blocks[b];
    const auto t = static_cast<std::size_t>(block.type);
    const BlockState<T>& state = blocks_[b];
    const BlockRows<T>& rows = state.rows;
    const std::size_t stride = rows.stride();
    const std::size_t ld_energy = fittings_[t].layers.back().ld;
    const T* energy = type_[t].tape.back().y + (block.begin - type_[t].begin) * ld_energy;
    const double* force = state.force.data();
    const double* d = rows.d.data();
    for (std::size_t a = 0; a < block.size(); ++a) {
      const Centre& centre = partition_.centres[block.begin + a];
      const Configuration& frame = frames_[centre.frame];
      Result& result = results[centre.frame];
      result.atom_energy[centre.atom] += static_cast<double>(energy[a * ld_energy]);
      for (std::size_t u = 0; u < types(); ++u)
        for (std::size_t p = rows.first(u, a); p < rows.last(u, a); ++p) {
          const Vec3 f{force[p], force[stride + p], force[2 * stride + p]};
          const Vec3 r{d[p], d[stride + p], d[2 * stride + p]};
          result.force[centre.atom] += f;
          result.force[static_cast<std::size_t>(frame.index[rows.entry(p)])] -= f;
          for (std::size_t x = 0; x < 3; ++x)
            for (std::size_t y = 0; y < 3; ++y) result.virial[x][y] -= f[x] * r[y];
        }
      // A block may hold centres of several frames; its largest counts are those of the batch.
      keep_most(result.most_neighbours, rows.most());
    }
  }

  /// dL/dE of each centre, and of each type's vacuum: minus their sum.
  void collect_energy_seeds(std::span<const LossSeeds> seeds) {
    c_.resize(partition_.centres.size());
    c_vacuum_.assign(types(), 0);
    for (std::size_t k = 0; k < c_.size(); ++k) {
      const Centre& centre = partition_.centres[k];
      const LossSeeds& seed = seeds[centre.frame];
      c_[k] = seed.energy + (seed.atom_energy.empty() ? 0 : seed.atom_energy[centre.atom]);
      c_vacuum_[static_cast<std::size_t>(frames_[centre.frame].types[centre.atom])] -= c_[k];
    }
  }

  void reverse_block(std::span<const LossSeeds> seeds, std::size_t index, Scratch& scratch) {
    if (index >= partition_.blocks.size()) {
      const std::size_t t = vacuum_[index - partition_.blocks.size()];
      reverse_fitting(t, type_[t].n - 1, 1, &c_vacuum_[t], scratch);
      return;
    }
    const Block& block = partition_.blocks[index];
    const auto t = static_cast<std::size_t>(block.type);
    const std::size_t row = block.begin - type_[t].begin;
    BlockState<T>& state = blocks_[index];
    tangent_rows(seeds, block, state);
    tangent_descriptor(t, block.size(), row, state);
    reverse_fitting(t, row, block.size(), c_.data() + block.begin, scratch);
    reverse_descriptor(t, block.size(), row, state);
    reverse_embedding(t, block.size(), state, scratch);
  }

  /// The tangent of each row: delta d = -[(c_j - c_i) + P d] (design, section 1.7).
  void tangent_rows(std::span<const LossSeeds> seeds, const Block& block, BlockState<T>& state) {
    const BlockRows<T>& rows = state.rows;
    const std::size_t stride = rows.stride();
    double* delta = state.delta.need(3 * stride);
    std::fill_n(delta, 3 * stride, 0.0);
    for (std::size_t a = 0; a < block.size(); ++a) {
      const Centre& centre = partition_.centres[block.begin + a];
      const Configuration& frame = frames_[centre.frame];
      const LossSeeds& seed = seeds[centre.frame];
      for (std::size_t u = 0; u < types(); ++u)
        for (std::size_t p = rows.first(u, a); p < rows.last(u, a); ++p) {
          const std::size_t entry = rows.entry(p);
          const Vec3& d = frame.displacement[entry];
          Vec3 change{dot(seed.virial[0], d), dot(seed.virial[1], d), dot(seed.virial[2], d)};
          if (!seed.force.empty())
            change +=
                seed.force[static_cast<std::size_t>(frame.index[entry])] - seed.force[centre.atom];
          for (std::size_t x = 0; x < 3; ++x) delta[x * stride + p] = -change[x];
        }
    }
    const auto t = static_cast<std::size_t>(block.type);
    T* rn_dot = state.rn_dot.need(4 * stride);
    T* rn_s_dot = state.rn_s_dot.need(4 * stride);
    environment_kernels<T>().tangent(stride, views_[t].scale, rows.d.data(), rows.shape.data(),
                                     delta, stride, rn_dot);
    for (std::size_t c = 0; c < 4; ++c)
      network_kernels<T>().multiply(stride, rows.rn.data() + c * stride, rn_dot,
                                    rn_s_dot + c * stride);
  }

  /// gr_dot and D_dot: g moves by dg/ds s_dot, Rn by Rn_dot; an empty slot does not move.
  void tangent_descriptor(std::size_t t, std::size_t n, std::size_t row, BlockState<T>& state) {
    const DescriptorKernels<T>& k = descriptor_kernels<T>();
    const BlockRows<T>& rows = state.rows;
    const std::size_t stride = rows.stride();
    T* gr_dot_all = state.gr_dot.need(n * 4 * ld_);
    std::fill_n(gr_dot_all, n * 4 * ld_, T(0));
    for (std::size_t a = 0; a < n; ++a) {
      T* gr_dot = gr_dot_all + a * 4 * ld_;
      for (std::size_t u = 0; u < types(); ++u) {
        const std::size_t first = rows.first(u, a), count = rows.last(u, a) - first;
        k.add_outer(count, ld_, state.tape.back().y_dot + first * ld_,
                    state.rn_s_dot.data() + first, stride, gr_dot);
        k.add_outer(count, ld_, state.tape.back().y + first * ld_, state.rn_dot.data() + first,
                    stride, gr_dot);
      }
      for (std::size_t i = 0; i < 4 * ld_; ++i) gr_dot[i] *= per_slot();
      const T* gr = state.gr.data() + a * 4 * ld_;
      T* d_dot = type_[t].d_dot.data() + (row + a) * stride_;
      k.contract(axis_, width_, gr_dot, gr, d_dot, false);
      k.contract(axis_, width_, gr, gr_dot, d_dot, true);
    }
  }

  void reverse_fitting(std::size_t t, std::size_t row, std::size_t n, const double* c,
                       Scratch& scratch) {
    TypeState<T>& state = type_[t];
    const std::vector<FittingTape<T>>& tape = tape_at(t, row, scratch.fit);
    const FittingInput<T> input{n, state.d.data() + row * stride_,
                                state.d_dot.data() + row * stride_};
    fitting_tangent<T>(fittings_[t], gemm_, input, tape, scratch.network);
    fitting_reverse<T>(fittings_[t], gemm_, n, c, tape, state.mu_d.data() + row * stride_,
                       scratch.network);
  }

  /// mu by gr: through the factors of D, and through those of D_dot.
  void reverse_descriptor(std::size_t t, std::size_t n, std::size_t row, BlockState<T>& state) {
    const DescriptorKernels<T>& k = descriptor_kernels<T>();
    T* mu_all = state.mu_gr.need(n * 4 * ld_);
    std::fill_n(mu_all, n * 4 * ld_, T(0));
    for (std::size_t a = 0; a < n; ++a) {
      T* mu = mu_all + a * 4 * ld_;
      k.contract_backward(axis_, width_, type_[t].mu_d.data() + (row + a) * stride_,
                          state.gr.data() + a * 4 * ld_, mu);
      k.contract_backward(axis_, width_, type_[t].lambda_d.data() + (row + a) * stride_,
                          state.gr_dot.data() + a * 4 * ld_, mu);
      for (std::size_t i = 0; i < 4 * ld_; ++i) mu[i] *= per_slot();
    }
  }

  /// mu and lambda of g and of dg/ds, and with them the gradient of the embedding nets.
  void reverse_embedding(std::size_t t, std::size_t n, BlockState<T>& state, Scratch& scratch) {
    const DescriptorKernels<T>& k = descriptor_kernels<T>();
    const BlockRows<T>& rows = state.rows;
    const std::size_t stride = rows.stride();
    T* mu_g = state.mu_g.need(rows.rows() * ld_);
    T* lambda_g = state.lambda_g.need(rows.rows() * ld_);
    state.embedding.resize(types());
    for (std::size_t u = 0; u < types(); ++u) {
      const PackedNetwork<T>& net = embeddings_[net_index(t, u)];
      const Run run = run_of(u, rows);
      state.embedding[u].need(net, true);
      std::fill_n(mu_g + (run.end - 1) * ld_, ld_, T(0));
      std::fill_n(lambda_g + (run.end - 1) * ld_, ld_, T(0));
      for (std::size_t a = 0; a < n; ++a) {
        const std::size_t first = rows.first(u, a), count = rows.last(u, a) - first;
        const T* mu = state.mu_gr.data() + a * 4 * ld_;
        const T* lambda = state.lambda_gr.data() + a * 4 * ld_;
        k.spread(count, ld_, rows.rn.data() + first, stride, mu, mu_g + first * ld_, false);
        k.spread(count, ld_, state.rn_dot.data() + first, stride, lambda, mu_g + first * ld_, true);
        k.spread(count, ld_, state.rn_s_dot.data() + first, stride, lambda, lambda_g + first * ld_,
                 false);
        if (rows.empty(u, a) > 0)
          take_scaled(rows.empty(u, a), views_[t], mu, mu_g + (run.end - 1) * ld_);
      }
      for (std::size_t p = run.begin; p < run.end; p += rows_at_once)
        embedding_gradient<T>(net, gemm_, std::min(rows_at_once, run.end - p), rows.rn.data() + p,
                              embedding_tape_at(net, p, state, scratch.tape), mu_g + p * ld_,
                              lambda_g + p * ld_, state.embedding[u].layers(), scratch.network);
    }
  }

  /// Backward of add_scaled(): dg (ld) += empty e . dgr.
  void take_scaled(int empty, const TypeView& view, const T* dgr, T* dg) const {
    for (std::size_t c = 0; c < 4; ++c) {
      const T factor = static_cast<T>(empty * view.empty_row[c]);
      if (factor == 0) continue;
      for (std::size_t k = 0; k < ld_; ++k) dg[k] += factor * dgr[c * ld_ + k];
    }
  }

  /// Writes the gradient in the order of parameters(): sums over blocks in their order.
  void gather(std::span<double> gradient) {
    std::vector<WeightTask> tasks;
    for (std::size_t t = 0; t < types(); ++t) {
      type_[t].gradient.need(fittings_[t], type_[t].n == 0);
      for (std::size_t l = 0; l < fittings_[t].layers.size(); ++l) {
        const std::size_t in = fittings_[t].layers[l].in;
        for (std::size_t begin = 0; begin < in; begin += weights_at_once)
          tasks.push_back(
              {embeddings_.size() + t, l, begin, std::min(in, begin + weights_at_once)});
      }
    }
    for (std::size_t i = 0; i < embeddings_.size(); ++i) tasks.push_back({i, 0, 0, 0});
    place_parameters();
    threads_->for_each(tasks.size(), [&](std::size_t index, std::size_t) {
      const WeightTask& task = tasks[index];
      if (task.net < embeddings_.size())
        gather_embedding(task.net, gradient);
      else
        gather_fitting(task, gradient);
    });
  }

  /// Where each net's weights begin in parameters().
  void place_parameters() {
    place_.clear();
    std::size_t next = 0;
    const auto add = [&](const PackedNetwork<T>& net) {
      place_.push_back(next);
      for (const PackedLayer<T>& layer : net.layers)
        next += (layer.in + layer.has_b + layer.has_idt) * layer.out;
    };
    for (const auto& net : embeddings_) add(net);
    for (const auto& net : fittings_) add(net);
  }

  void gather_fitting(const WeightTask& task, std::span<double> gradient) {
    const std::size_t t = task.net - embeddings_.size();
    TypeState<T>& state = type_[t];
    const PackedNetwork<T>& net = fittings_[t];
    const LayerGradient<T>& sum = state.gradient.layers()[task.layer];
    if (state.n > 0)
      fitting_gradient<T>(net, gemm_, {state.n, state.d.data(), state.d_dot.data()}, state.tape,
                          task.layer, task.begin, task.end, sum);
    std::size_t place = place_[task.net];
    for (std::size_t l = 0; l < task.layer; ++l)
      place += (net.layers[l].in + net.layers[l].has_b + net.layers[l].has_idt) * net.layers[l].out;
    write_layer(net, task.layer, task.begin, task.end, sum, gradient.data() + place);
  }

  void gather_embedding(std::size_t i, std::span<double> gradient) {
    const PackedNetwork<T>& net = embeddings_[i];
    double* to = gradient.data() + place_[i];
    for (std::size_t l = 0; l < net.layers.size(); ++l) {
      const PackedLayer<T>& layer = net.layers[l];
      const std::size_t count = (layer.in + layer.has_b + layer.has_idt) * layer.out;
      std::fill_n(to, count, 0.0);
      for (std::size_t b = 0; b < partition_.blocks.size(); ++b) {
        const auto t = static_cast<std::size_t>(partition_.blocks[b].type);
        for (std::size_t u = 0; u < types(); ++u)
          if (net_index(t, u) == i) add_layer(layer, blocks_[b].embedding[u].layers()[l], to);
      }
      to += count;
    }
  }

  static void add_row(const PackedLayer<T>& layer, const T* from, double* to) {
    for (std::size_t o = 0; o < layer.out; ++o) to[o] += static_cast<double>(from[o]);
  }

  static void add_layer(const PackedLayer<T>& layer, const LayerGradient<T>& from, double* to) {
    for (std::size_t i = 0; i < layer.in; ++i, to += layer.out)
      add_row(layer, from.w + i * layer.ld, to);
    if (layer.has_b) {
      add_row(layer, from.b, to);
      to += layer.out;
    }
    if (layer.has_idt) add_row(layer, from.idt, to);
  }

  /// Rows [begin, end) of a layer's packed gradient, and with the first its b and idt, to the
  /// layer's place.
  static void write_layer(const PackedNetwork<T>& net, std::size_t l, std::size_t begin,
                          std::size_t end, const LayerGradient<T>& from, double* to) {
    const PackedLayer<T>& layer = net.layers[l];
    const auto write_row = [&](const T* row, std::size_t at) {
      for (std::size_t o = 0; o < layer.out; ++o)
        to[at * layer.out + o] = static_cast<double>(row[o]);
    };
    for (std::size_t i = begin; i < end; ++i)
      write_row(from.w + i * layer.ld, l == 0 ? net.order.model(i) : i);
    if (begin > 0) return;
    if (layer.has_b) write_row(from.b, layer.in);
    if (layer.has_idt) write_row(from.idt, layer.in + layer.has_b);
  }

  Model model_;
  std::shared_ptr<ThreadPool> threads_;
  const Gemm& gemm_;
  std::vector<TypeView> views_;
  std::vector<PackedNetwork<T>> embeddings_, fittings_;
  std::size_t width_ = 0, ld_ = 0, axis_ = 0;
  std::size_t stride_ = 0;  ///< of the descriptors

  std::span<const Configuration> frames_;
  bool predicted_ = false;
  Partition partition_;
  std::vector<BlockState<T>> blocks_;
  std::vector<TypeState<T>> type_;
  std::vector<std::size_t> vacuum_;  ///< types whose energy of D = 0 is subtracted
  std::vector<Scratch> scratch_;
  std::vector<double> c_, c_vacuum_;
  std::vector<std::size_t> place_;
};

}  // namespace

BatchGradient::BatchGradient(const Model& model, Precision precision, const std::string& gemm,
                             std::shared_ptr<ThreadPool> threads) {
  if (precision == Precision::float32)
    implementation_ = std::make_unique<Core<float>>(model, gemm, std::move(threads));
  else
    implementation_ = std::make_unique<Core<double>>(model, gemm, std::move(threads));
}

BatchGradient::~BatchGradient() = default;
BatchGradient::BatchGradient(BatchGradient&&) noexcept = default;
BatchGradient& BatchGradient::operator=(BatchGradient&&) noexcept = default;

void BatchGradient::set_parameters(std::span<const double> values) {
  implementation_->set_parameters(values);
}

void BatchGradient::predict(std::span<const Configuration> frames, std::span<Result> results) {
  implementation_->predict(frames, results);
}

void BatchGradient::gradient(std::span<const LossSeeds> seeds, std::span<double> gradient) {
  implementation_->gradient(seeds, gradient);
}

std::string BatchGradient::description() const {
  return implementation_->description();
}

}  // namespace vitrion::potential
