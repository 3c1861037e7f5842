#include "potential/gradient.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/huge_pages.hpp"
#include "base/threads.hpp"
#include "potential/kernels/descriptor_pass.hpp"
#include "potential/kernels/fitting.hpp"

namespace vitrion::potential {

using namespace kernels;

struct BatchGradient::Implementation {
  virtual ~Implementation() = default;
  virtual void set_parameters(std::span<const double> values) = 0;
  virtual void predict(std::span<const Configuration> frames, std::span<Result> results) = 0;
  virtual void gradient(std::span<const LossSeeds> seeds, std::span<double> gradient) = 0;
  virtual void update(std::span<const LossSeeds> seeds, std::span<const double> parameters,
                      const MovePart& move) = 0;
  [[nodiscard]] virtual std::string description() const = 0;
};

namespace {

/// The fitting net of a type over all its centres; one more row, of D = 0, where that energy is
/// subtracted.
template <class T>
struct TypeState {
  std::size_t begin = 0;  ///< first centre of the type
  std::size_t n = 0;      ///< rows, with the vacuum's
  bool vacuum = false;
  Buffer<T> d;  ///< (2 n, stride): D, then D_dot
  T* d_dot = nullptr;
  Buffer<T> lambda_d, mu_d;  ///< (n, stride)
  std::vector<Buffer<T>> layer;
  std::vector<FittingTape<T>> tape;

  void prepare(const PackedNetwork<T>& net);
  /// The tape from one of the rows on.
  [[nodiscard]] std::vector<FittingTape<T>> tape_at(const PackedNetwork<T>& net,
                                                    std::size_t row) const;
};

template <class T>
void TypeState<T>::prepare(const PackedNetwork<T>& net) {
  d.need(2 * n * net.stride);
  d_dot = d.data() + n * net.stride;
  for (Buffer<T>* array : {&lambda_d, &mu_d}) array->need(n * net.stride);
  if (vacuum)
    for (T* array : {d.data(), d_dot}) std::fill_n(array + (n - 1) * net.stride, net.stride, T(0));
  layer.resize(8 * net.layers.size());
  tape.resize(net.layers.size());
  for (std::size_t l = 0; l < net.layers.size(); ++l) {
    const std::size_t size = n * net.layers[l].ld;
    const auto array = [&](std::size_t which, std::size_t count) {
      return layer[8 * l + which].need(count * size);
    };
    FittingTape<T>& t = tape[l];
    t.y = array(0, 2);
    t.y_dot = t.y + size;
    t.mu_h = array(1, 2);
    t.lambda_h = t.mu_h + size;
    t.f1 = array(2, 1);
    t.lambda_y = array(3, 1);
    t.f2h = array(4, 1);
    t.mu_y = array(5, 1);
    t.f = t.f1h = nullptr;
    if (!net.layers[l].has_idt) continue;
    t.f = array(6, 1);
    t.f1h = array(7, 1);
  }
}

template <class T>
std::vector<FittingTape<T>> TypeState<T>::tape_at(const PackedNetwork<T>& net,
                                                  std::size_t row) const {
  std::vector<FittingTape<T>> moved = tape;
  for (std::size_t l = 0; l < moved.size(); ++l) {
    FittingTape<T>& t = moved[l];
    for (T** array :
         {&t.y, &t.f1, &t.lambda_y, &t.lambda_h, &t.f2h, &t.y_dot, &t.mu_y, &t.mu_h, &t.f, &t.f1h})
      if (*array) *array += row * net.layers[l].ld;
  }
  return moved;
}

/// A part of the gradient that one thread makes: rows of the weights of a fitting layer, its other
/// parameters (no rows), or a whole embedding net.
struct Task {
  std::size_t net = 0, layer = 0;
  WeightRows rows{};
  ParameterPart part;
};

template <class T>
class Core final : public BatchGradient::Implementation {
 public:
  Core(Model model, const std::string& gemm_name, std::shared_ptr<ThreadPool> threads)
      : model_(std::move(model)),
        threads_(std::move(threads)),
        gemm_(find_gemm(gemm_name)),
        descriptor_(model_, gemm_),
        fittings_(types()),
        type_(types()),
        scratch_(threads_->size()),
        part_(threads_->size()) {
    for (std::size_t t = 0; t < types(); ++t)
      fittings_[t].load(model_.fitting.nets[t],
                        {model_.descriptor.width(), model_.descriptor.axis_neuron}, false);
    for (PackedNetwork<T>& net : fittings_)
      for (PackedLayer<T>& layer : net.layers)
        prefer_huge_pages(layer.w.data(), layer.in * layer.ld * sizeof(T));
    stride_ = fittings_.front().stride;
    make_tasks();
  }

  void set_parameters(std::span<const double> values) override {
    if (values.size() != count_)
      throw Error("set_parameters: the number of values is not that of the model's parameters");
    std::vector<PackedNetwork<T>>& embeddings = descriptor_.embeddings();
    threads_->for_each(places_.size(), [&](std::size_t i, std::size_t) {
      PackedNetwork<T>& net =
          i < embeddings.size() ? embeddings[i] : fittings_[i - embeddings.size()];
      net.load(values.data() + places_[i]);
    });
    predicted_ = false;
  }

  void predict(std::span<const Configuration> frames, std::span<Result> results) override {
    frames_ = frames;
    partition_.assign(model_, frames);
    if (blocks_.size() < partition_.blocks.size()) blocks_.resize(partition_.blocks.size());
    prepare_types();
    threads_->for_each(partition_.blocks.size() + vacuum_.size(),
                       [&](std::size_t i, std::size_t thread) {
                         if (i < partition_.blocks.size())
                           predict_block(i, scratch_[thread]);
                         else
                           predict_vacuum(vacuum_[i - partition_.blocks.size()], scratch_[thread]);
                       });
    collect(results);
    predicted_ = true;
  }

  void gradient(std::span<const LossSeeds> seeds, std::span<double> gradient) override {
    reverse(seeds);
    threads_->for_each(tasks_.size(), [&](std::size_t i, std::size_t thread) {
      const ParameterPart& part = tasks_[i].part;
      const double* values = gather(tasks_[i], thread);
      std::copy_n(values, part.count, gradient.data() + part.begin);
    });
  }

  void update(std::span<const LossSeeds> seeds, std::span<const double> parameters,
              const MovePart& move) override {
    reverse(seeds);
    // From here on no pass reads the weights.
    threads_->for_each(tasks_.size(), [&](std::size_t i, std::size_t thread) {
      move(tasks_[i].part, gather(tasks_[i], thread));
      load(tasks_[i], parameters);
    });
  }

  [[nodiscard]] std::string description() const override {
    return fmt::format("{}, {}", sizeof(T) == 4 ? "single" : "double", gemm_.description());
  }

 private:
  [[nodiscard]] std::size_t types() const { return model_.types(); }

  /// Tangent and reverse passes of the predicted batch.
  void reverse(std::span<const LossSeeds> seeds) {
    if (!predicted_ || seeds.size() != frames_.size())
      throw Error("gradient: needs a predict() before each call, and seeds for each of its frames");
    predicted_ = false;  // what it left is overwritten on the way
    collect_energy_seeds(seeds);
    threads_->for_each(partition_.blocks.size() + vacuum_.size(),
                       [&](std::size_t i, std::size_t thread) {
                         if (i < partition_.blocks.size())
                           reverse_block(seeds, i, scratch_[thread]);
                         else
                           reverse_vacuum(vacuum_[i - partition_.blocks.size()], scratch_[thread]);
                       });
  }

  /// Places in parameters(): embeddings first, then fitting nets.
  void make_tasks() {
    const std::vector<PackedNetwork<T>>& embeddings = descriptor_.embeddings();
    for (std::size_t i = 0; i < embeddings.size(); ++i) {
      places_.push_back(count_);
      count_ += embeddings[i].count();
    }
    for (std::size_t t = 0; t < types(); ++t) {
      places_.push_back(count_);
      for (std::size_t l = 0; l < fittings_[t].layers.size(); ++l) {
        add_tasks(embeddings.size() + t, l, count_);
        count_ += fittings_[t].layers[l].count();
      }
    }
    for (std::size_t i = 0; i < embeddings.size(); ++i)
      tasks_.push_back({i, 0, {}, {places_[i], embeddings[i].count()}});
  }

  /// Those of a fitting layer that stands at `place`.
  void add_tasks(std::size_t net, std::size_t l, std::size_t place) {
    const PackedNetwork<T>& fitting = fittings_[net - descriptor_.embeddings().size()];
    const PackedLayer<T>& layer = fitting.layers[l];
    for (const WeightRows& rows : weight_slices(fitting, l))
      tasks_.push_back({net, l, rows, {place + rows.begin * layer.out, rows.count * layer.out}});
    const std::size_t vectors = layer.count() - layer.in * layer.out;
    if (vectors > 0) tasks_.push_back({net, l, {}, {place + layer.in * layer.out, vectors}});
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
      state.prepare(fittings_[t]);
    }
  }

  /// A block among the rows of its type.
  [[nodiscard]] std::size_t row_of(const Block& block) const {
    return block.begin - type_[static_cast<std::size_t>(block.type)].begin;
  }

  void predict_block(std::size_t index, DescriptorScratch<T>& scratch) {
    const Block& block = partition_.blocks[index];
    const auto t = static_cast<std::size_t>(block.type);
    const std::size_t row = row_of(block);
    descriptor_.values(t, frames_, {partition_.centres.data() + block.begin, block.size()},
                       type_[t].d.data() + row * stride_, stride_, blocks_[index], scratch);
    predict_fitting(t, row, block.size(), scratch);
    descriptor_.backward(t, type_[t].lambda_d.data() + row * stride_, stride_, blocks_[index]);
  }

  void predict_vacuum(std::size_t t, DescriptorScratch<T>& scratch) {
    predict_fitting(t, type_[t].n - 1, 1, scratch);
  }

  void predict_fitting(std::size_t t, std::size_t row, std::size_t n,
                       DescriptorScratch<T>& scratch) {
    TypeState<T>& state = type_[t];
    const std::vector<FittingTape<T>> tape = state.tape_at(fittings_[t], row);
    fitting_forward<T>(fittings_[t], gemm_, {n, state.d.data() + row * stride_, nullptr}, tape,
                       scratch.network);
    fitting_backward<T>(fittings_[t], gemm_, n, tape, state.lambda_d.data() + row * stride_,
                        scratch.network);
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

  /// The energy of a centre beside its net's.
  [[nodiscard]] double constant_energy(std::size_t t) const {
    const int type = static_cast<int>(t);
    if (model_.excludes_atom(type)) return 0;
    if (model_.fitting.excludes(type)) return model_.out_bias[t];
    const double bias = model_.out_bias[t] + model_.fitting.bias_atom_e[t];
    const TypeState<T>& state = type_[t];
    if (state.n == 0 || !state.vacuum) return bias;
    const std::size_t ld = fittings_[t].layers.back().ld;
    return bias - static_cast<double>(state.tape.back().y[(state.n - 1) * ld]);
  }

  void collect_block(std::size_t b, std::span<Result> results) const {
    const Block& block = partition_.blocks[b];
    const auto t = static_cast<std::size_t>(block.type);
    const BlockRows<T>& rows = blocks_[b].rows;
    const std::size_t stride = rows.stride(), ld = fittings_[t].layers.back().ld;
    const T* energy = type_[t].tape.back().y + row_of(block) * ld;
    const double* force = blocks_[b].force.data();
    const double* d = rows.d.data();
    for (std::size_t a = 0; a < block.size(); ++a) {
      const Centre& centre = partition_.centres[block.begin + a];
      const Configuration& frame = frames_[centre.frame];
      Result& result = results[centre.frame];
      result.atom_energy[centre.atom] += static_cast<double>(energy[a * ld]);
      for (std::size_t u = 0; u < types(); ++u)
        for (std::size_t p = rows.first(u, a); p < rows.last(u, a); ++p) {
          const Vec3 f{force[p], force[stride + p], force[2 * stride + p]};
          const Vec3 r{d[p], d[stride + p], d[2 * stride + p]};
          result.force[centre.atom] += f;
          result.force[static_cast<std::size_t>(frame.index[rows.entry(p)])] -= f;
          result.virial += outer(-f, r);
        }
      // A block may hold centres of several frames; its largest counts are given to each.
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

  void reverse_block(std::span<const LossSeeds> seeds, std::size_t index,
                     DescriptorScratch<T>& scratch) {
    const Block& block = partition_.blocks[index];
    const auto t = static_cast<std::size_t>(block.type);
    const std::size_t row = row_of(block), place = row * stride_;
    DescriptorState<T>& state = blocks_[index];
    set_delta(seeds, block, state);
    descriptor_.tangent(t, type_[t].d_dot + place, stride_, state);
    reverse_fitting(t, row, block.size(), c_.data() + block.begin, scratch);
    if (model_.descriptor.trainable)
      descriptor_.reverse(t, type_[t].mu_d.data() + place, type_[t].lambda_d.data() + place,
                          stride_, state, scratch);
  }

  void reverse_vacuum(std::size_t t, DescriptorScratch<T>& scratch) {
    reverse_fitting(t, type_[t].n - 1, 1, &c_vacuum_[t], scratch);
  }

  /// The tangent of each row: delta d = -[(c_j - c_i) + P d], c = dL/dF, P = dL/dW (design,
  /// section 1.7).
  void set_delta(std::span<const LossSeeds> seeds, const Block& block, DescriptorState<T>& state) {
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
  }

  void reverse_fitting(std::size_t t, std::size_t row, std::size_t n, const double* c,
                       DescriptorScratch<T>& scratch) {
    TypeState<T>& state = type_[t];
    const std::vector<FittingTape<T>> tape = state.tape_at(fittings_[t], row);
    const std::size_t place = row * stride_;
    fitting_tangent<T>(fittings_[t], gemm_, {n, state.d.data() + place, state.d_dot + place}, tape,
                       scratch.network);
    fitting_reverse<T>(fittings_[t], gemm_, n, c, tape, state.mu_d.data() + place, scratch.network);
  }

  /// The gradient of a task's part, dense, in the thread's own array.
  const double* gather(const Task& task, std::size_t thread) {
    const std::size_t embeddings = descriptor_.embeddings().size();
    const ParameterPart& part = task.part;
    double* to = part_[thread].need(part.count);
    if (task.net < embeddings) {
      gather_embedding(task.net, to);
      return to;
    }
    const std::size_t t = task.net - embeddings;
    const TypeState<T>& state = type_[t];
    if (state.n == 0)
      std::fill_n(to, part.count, 0.0);
    else if (task.rows.count > 0)
      weight_gradient<T>(fittings_[t], gemm_, {state.n, state.d.data(), state.d_dot}, state.tape,
                         task.layer, task.rows, to, scratch_[thread].network);
    else
      vector_gradient<T>(fittings_[t], state.n, state.tape[task.layer], task.layer, to,
                         scratch_[thread].network);
    return to;
  }

  /// Takes the parameters of a task's part.
  void load(const Task& task, std::span<const double> parameters) {
    std::vector<PackedNetwork<T>>& embeddings = descriptor_.embeddings();
    const double* from = parameters.data() + task.part.begin;
    if (task.net < embeddings.size()) {
      embeddings[task.net].load(from);
      return;
    }
    PackedNetwork<T>& net = fittings_[task.net - embeddings.size()];
    if (task.rows.count > 0)
      net.load_rows(task.layer, task.rows.begin, task.rows.count, from);
    else
      net.load_vectors(task.layer, from);
  }

  /// Sums over the blocks that used the net, in their order.
  void gather_embedding(std::size_t i, double* to) {
    const PackedNetwork<T>& net = descriptor_.embeddings()[i];
    std::fill_n(to, net.count(), 0.0);
    if (!model_.descriptor.trainable) return;
    for (std::size_t b = 0; b < partition_.blocks.size(); ++b)
      for (std::size_t u = 0; u < types(); ++u)
        if (descriptor_.net_index(static_cast<std::size_t>(partition_.blocks[b].type), u) == i)
          blocks_[b].embedding[u].add_to(net, to);
  }

  Model model_;
  std::shared_ptr<ThreadPool> threads_;
  const Gemm& gemm_;
  DescriptorPass<T> descriptor_;
  std::vector<PackedNetwork<T>> fittings_;
  std::size_t stride_ = 0;           ///< of the descriptors
  std::vector<std::size_t> places_;  ///< of each net in parameters()
  std::size_t count_ = 0;            ///< of parameters()
  std::vector<Task> tasks_;

  std::span<const Configuration> frames_;
  bool predicted_ = false;
  Partition partition_;
  std::vector<DescriptorState<T>> blocks_;
  std::vector<TypeState<T>> type_;
  std::vector<std::size_t> vacuum_;  ///< types whose energy of D = 0 is subtracted
  std::vector<double> c_, c_vacuum_;
  std::vector<DescriptorScratch<T>> scratch_;
  std::vector<Buffer<double>> part_;  ///< (threads) gradient of a part
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

void BatchGradient::update(std::span<const LossSeeds> seeds, std::span<const double> parameters,
                           const MovePart& move) {
  implementation_->update(seeds, parameters, move);
}

std::string BatchGradient::description() const {
  return implementation_->description();
}

}  // namespace vitrion::potential
