// Where a step's time goes: each part of the engine on one core, in the order and on the blocks of
// the engine, with its arithmetic and its rate beside that of the matrix products (a roofline by
// part).
#include <fmt/format.h>
#include <time.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/threads.hpp"
#include "cell.hpp"
#include "potential/kernels/block.hpp"
#include "potential/kernels/block_descriptor.hpp"
#include "potential/kernels/energy_net.hpp"

namespace {

using namespace vitrion;
using namespace vitrion::potential;
using namespace vitrion::potential::kernels;

constexpr std::size_t atoms = 1600;
constexpr int rounds = 30;
enum Part { rows, values, nets, derivatives, forces, parts };
constexpr std::array<const char*, parts> names = {
    "environment: neighbours, rows", "table, mix, descriptor", "fitting net, both ways",
    "descriptor, mix, table backward", "force of each row"};

double seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Multiply-adds of the products and contractions of each part, times two, per atom; 0 where they
/// are not counted.
std::array<double, parts> flop_per_atom(const Model& model) {
  const auto width = static_cast<double>(model.descriptor.width());
  const auto axis = static_cast<double>(model.descriptor.axis_neuron);
  std::array<double, parts> flop{};
  flop[values] = 2 * 4 * axis * width;
  flop[derivatives] = 2 * flop[values];
  flop[nets] = bench::fitting_flop_per_atom({});
  return flop;
}

template <class T>
void measure() {
  const Model model = bench::random_model({});
  const bench::RandomCell cell(atoms, model.descriptor.rcut);
  const Configuration frame{cell.types, cell.neighbours.first, cell.neighbours.index,
                            cell.neighbours.displacement};
  ThreadPool one(1);
  const Gemm& gemm = find_gemm("");
  const BlockDescriptor<T> descriptor(model, gemm, one);
  std::vector<EnergyNet<T>> fittings(model.types());
  for (std::size_t t = 0; t < model.types(); ++t)
    fittings[t].load(model.fitting.nets[t], descriptor.order());
  const std::vector<TypeView> views = type_views(model);
  Partition partition;
  partition.assign(model, {&frame, 1}, 64);  // as the engine does for so many atoms
  BlockRows<T> block_rows;
  DescriptorWork<T> work;
  EnergyScratch<T> scratch;
  Buffer<T> d, dd, energy;
  Buffer<double> force;

  std::array<double, parts> best{};
  best.fill(1e9);
  double floor = 1e9;
  bench::Floor products({}, sizeof(T) == 4, one);
  for (int round = 0; round < rounds; ++round) {
    std::array<double, parts> taken{};
    for (const Block& block : partition.blocks) {
      const auto t = static_cast<std::size_t>(block.type);
      const std::size_t n = block.size(), stride = fittings[t].stride();
      const std::span<const Centre> centres{partition.centres.data() + block.begin, n};
      std::array<double, parts + 1> at{};
      at[rows] = seconds();
      block_rows.assign(model, views[t], {&frame, 1}, centres, false);
      at[values] = seconds();
      descriptor.values(t, block_rows, d.need(n * stride), stride, work);
      at[nets] = seconds();
      fittings[t].compute(gemm, n, d.data(), energy.need(n), dd.need(n * stride), scratch);
      at[derivatives] = seconds();
      descriptor.derivatives(t, block_rows, dd.data(), stride, work);
      at[forces] = seconds();
      environment_kernels<T>().backward(block_rows.stride(), views[t].scale, block_rows.d.data(),
                                        block_rows.shape.data(), work.drn.data(),
                                        block_rows.stride(), force.need(3 * block_rows.stride()));
      at[parts] = seconds();
      for (std::size_t p = 0; p < parts; ++p) taken[p] += at[p + 1] - at[p];
    }
    const double begin = seconds();
    products.run(atoms);
    floor = std::min(floor, seconds() - begin);
    for (std::size_t p = 0; p < parts; ++p) best[p] = std::min(best[p], taken[p]);
  }

  const std::array<double, parts> flop = flop_per_atom(model);
  fmt::print("{}, {} atoms, one core, {}\n", sizeof(T) == 4 ? "single" : "double", atoms,
             descriptor.description());
  fmt::print("{:34s} {:>8s} {:>8s} {:>9s}\n", "part", "ms", "x floor", "GFLOP/s");
  double sum = 0;
  for (std::size_t p = 0; p < parts; ++p) {
    sum += best[p];
    fmt::print("{:34s} {:8.2f} {:8.3f} {:>9s}\n", names[p], 1e3 * best[p], best[p] / floor,
               flop[p] > 0 ? fmt::format("{:.1f}", 1e-9 * flop[p] * atoms / best[p]) : "");
  }
  fmt::print("{:34s} {:8.2f} {:8.3f}\n", "sum", 1e3 * sum, sum / floor);
  fmt::print("{:34s} {:8.2f} {:8.3f} {:9.1f}\n\n", "floor: the fitting net's products", 1e3 * floor,
             1.0, 1e-9 * bench::fitting_flop_per_atom({}) * atoms / floor);
}

}  // namespace

int main() {
  measure<float>();
  measure<double>();
}
