#include "cell.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/random.hpp"
#include "base/threads.hpp"
#include "potential/kernels/gemm.hpp"
#include "potential/kernels/panels.hpp"

namespace vitrion::bench {

namespace {

potential::Network random_network(std::size_t in, std::vector<std::size_t> widths, bool fitting,
                                  RandomStream& random) {
  potential::Network network;
  if (fitting) widths.push_back(1);
  for (std::size_t l = 0; l < widths.size(); ++l) {
    potential::Layer layer;
    layer.in = in;
    layer.out = widths[l];
    layer.resnet = !fitting || l + 1 < widths.size();
    if (fitting && l + 1 == widths.size())
      layer.activation.kind = potential::Activation::Kind::linear;
    const double scale = 1 / std::sqrt(static_cast<double>(in + layer.out));
    for (std::size_t k = 0; k < in * layer.out; ++k) layer.w.push_back(scale * random.normal());
    for (std::size_t k = 0; k < layer.out; ++k) layer.b.push_back(random.normal());
    if (fitting && layer.resnet && layer.out == in) layer.idt.assign(layer.out, 0.1);
    network.layers.push_back(std::move(layer));
    in = widths[l];
  }
  return network;
}

template <class T>
double rate(std::size_t threads) {
  const auto& gemm = potential::kernels::find_gemm("");
  constexpr std::size_t m = 32, n = 240, k = 1600, repeats = 20;
  ThreadPool pool(threads);
  std::vector<std::vector<T>> a(threads, std::vector<T>(m * k, T(0.01)));
  std::vector<std::vector<T>> b(threads, std::vector<T>(k * n, T(0.02)));
  std::vector<std::vector<T>> c(threads, std::vector<T>(m * n));
  double best = 0;
  for (int round = 0; round < 20; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    pool.for_each(threads, [&](std::size_t t, std::size_t) {
      for (std::size_t r = 0; r < repeats; ++r)
        gemm.nn(m, n, k, a[t].data(), k, b[t].data(), n, c[t].data(), n, false);
    });
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    best = std::max(best, 2e-9 * static_cast<double>(m * n * k * repeats * threads) / wall.count());
  }
  return best;
}

}  // namespace

potential::Model random_model(const NetworkSize& size) {
  RandomStream random(1, "bench-model");
  potential::Model model;
  model.type_map = {"Na", "P", "S", "O"};
  potential::Descriptor& d = model.descriptor;
  d.rcut = 6;
  d.rcut_smth = 2;
  d.sel = {44, 20, 52, 20};
  d.neuron = size.neuron;
  d.axis_neuron = size.axis_neuron;
  d.davg.assign(4, {0.05, 0, 0, 0});
  d.dstd.assign(4, {0.14, 0.09, 0.09, 0.09});
  for (int k = 0; k < 16; ++k)
    d.embeddings.push_back(random_network(1, size.neuron, false, random));
  model.fitting.neuron = size.fitting;
  for (int t = 0; t < 4; ++t)
    model.fitting.nets.push_back(random_network(d.size(), size.fitting, true, random));
  model.fitting.bias_atom_e.assign(4, 0);
  model.out_bias.assign(4, 0);
  model.out_std.assign(4, 1);
  model.validate();
  return model;
}

RandomCell::RandomCell(std::size_t atoms, double cutoff) {
  RandomStream random(2, "bench-cell");
  const double side = std::cbrt(static_cast<double>(atoms) / 0.048);
  const structures::Cell cell({{{side, 0, 0}, {0, side, 0}, {0, 0, side}}});
  // A jittered lattice keeps atoms apart at any number.
  const auto steps = static_cast<std::size_t>(std::ceil(std::cbrt(static_cast<double>(atoms))));
  const double step = side / static_cast<double>(steps);
  std::vector<Vec3> sites;
  for (std::size_t x = 0; x < steps; ++x)
    for (std::size_t y = 0; y < steps; ++y)
      for (std::size_t z = 0; z < steps; ++z)
        sites.push_back({step * static_cast<double>(x), step * static_cast<double>(y),
                         step * static_cast<double>(z)});
  random.shuffle(sites);
  sites.resize(atoms);
  for (Vec3& r : sites)
    for (double& x : r) x += random.uniform(-0.15, 0.15) * step;
  for (std::size_t i = 0; i < atoms; ++i)
    types.push_back(i % 8 < 3 ? 0 : i % 8 < 4 ? 1 : i % 8 < 7 ? 2 : 3);
  neighbours = structures::neighbour_list(cell, sites, cutoff);
}

double fitting_flop_per_atom(const NetworkSize& size) {
  double multiply_adds = 0;
  auto in = static_cast<double>(size.neuron.back() * size.axis_neuron);
  for (const std::size_t width : size.fitting) {
    multiply_adds += in * static_cast<double>(width);
    in = static_cast<double>(width);
  }
  return 2 * 2 * multiply_adds;
}

double measured_gflops(bool single, std::size_t threads) {
  return single ? rate<float>(threads) : rate<double>(threads);
}

struct Floor::Implementation {
  virtual ~Implementation() = default;
  virtual void run(std::size_t atoms) = 0;
};

namespace {

template <class T>
class Products final : public Floor::Implementation {
 public:
  Products(const NetworkSize& size, ThreadPool& threads)
      : threads_(threads), work_(threads.size()) {
    std::size_t in = size.neuron.back() * size.axis_neuron;
    widest_ = in;
    for (const std::size_t width : size.fitting) {
      forward_.push_back(constant_weights(in, width));
      backward_.push_back(constant_weights(width, in));
      in = width;
    }
    std::reverse(backward_.begin(), backward_.end());
    for (auto& [x, y] : work_) {
      x.assign(block * widest_, T(0.01));
      y.assign(block * widest_, T(0.01));
    }
  }

  void run(std::size_t atoms) override {
    const auto& gemm = potential::kernels::find_gemm("");
    threads_.for_each((atoms + block - 1) / block, [&](std::size_t b, std::size_t thread) {
      const std::size_t rows = std::min(block, atoms - b * block);
      auto& [x, y] = work_[thread];
      for (const auto* pass : {&forward_, &backward_})
        for (const Weights& w : *pass)
          w.matrix.product(gemm, rows, x.data(), w.k, y.data(), w.n, false);
    });
  }

 private:
  static constexpr std::size_t block = 64;
  struct Weights {
    std::size_t k, n;
    potential::kernels::PanelMatrix<T> matrix;
  };

  static Weights constant_weights(std::size_t k, std::size_t n) {
    const std::vector<T> values(k * n, T(0.02));
    Weights weights{k, n, {}};
    weights.matrix.assign(k, n, values.data(), n);
    return weights;
  }

  ThreadPool& threads_;
  std::size_t widest_ = 0;
  std::vector<Weights> forward_, backward_;
  std::vector<std::pair<std::vector<T>, std::vector<T>>> work_;
};

}  // namespace

Floor::Floor(const NetworkSize& size, bool single, ThreadPool& threads) {
  if (single)
    implementation_ = std::make_unique<Products<float>>(size, threads);
  else
    implementation_ = std::make_unique<Products<double>>(size, threads);
}

Floor::~Floor() = default;

void Floor::run(std::size_t atoms) {
  implementation_->run(atoms);
}

}  // namespace vitrion::bench
