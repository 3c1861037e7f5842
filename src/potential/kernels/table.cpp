#include "potential/kernels/table.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vitrion::potential::kernels {

namespace {

/// Values and slopes of the net at the points s, each (n, width).
struct Sampled {
  std::vector<double> g, dg;
};

Sampled sample(const PackedNetwork<double>& net, const Gemm& gemm, const std::vector<double>& s) {
  constexpr std::size_t at_once = 64;
  const std::size_t width = net.layers.back().out, ld = net.layers.back().ld;
  Sampled sampled{std::vector<double>(s.size() * width), std::vector<double>(s.size() * width)};
  std::vector<Buffer<double>> arrays(3 * net.layers.size());
  std::vector<LayerTape<double>> tape(net.layers.size());
  for (std::size_t l = 0; l < tape.size(); ++l) {
    tape[l].y = arrays[3 * l].need(at_once * net.layers[l].ld);
    tape[l].y_dot = arrays[3 * l + 1].need(at_once * net.layers[l].ld);
    tape[l].f1 = arrays[3 * l + 2].need(at_once * net.layers[l].ld);
  }
  NetworkScratch<double> scratch;
  for (std::size_t begin = 0; begin < s.size(); begin += at_once) {
    const std::size_t n = std::min(at_once, s.size() - begin);
    embedding_forward<double>(net, gemm, n, s.data() + begin, tape, scratch);
    for (std::size_t p = 0; p < n; ++p) {
      std::copy_n(tape.back().y + p * ld, width, sampled.g.data() + (begin + p) * width);
      std::copy_n(tape.back().y_dot + p * ld, width, sampled.dg.data() + (begin + p) * width);
    }
  }
  return sampled;
}

std::vector<double> points(double low, double step, std::size_t count, double shift) {
  std::vector<double> s(count);
  for (std::size_t i = 0; i < count; ++i) s[i] = low + (static_cast<double>(i) + shift) * step;
  return s;
}

double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double v : values) result = std::max(result, std::abs(v));
  return result;
}

/// The nodes (count, 3, width) of a table with `count` nodes. The second derivative is a central
/// difference of the exact first one: its error enters the table times step^2 / 60, and the check
/// below sees it.
std::vector<double> make_nodes(const PackedNetwork<double>& net, const Gemm& gemm, double low,
                               double step, std::size_t count) {
  const std::size_t width = net.layers.back().out;
  const double delta = 1e-4;
  const Sampled at = sample(net, gemm, points(low, step, count, 0));
  const Sampled left = sample(net, gemm, points(low - delta, step, count, 0));
  const Sampled right = sample(net, gemm, points(low + delta, step, count, 0));
  std::vector<double> nodes(count * 3 * width);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < width; ++k) {
      const std::size_t from = i * width + k;
      double* to = nodes.data() + i * 3 * width + k;
      to[0] = at.g[from];
      to[width] = step * at.dg[from];
      to[2 * width] = step * step * (right.dg[from] - left.dg[from]) / (2 * delta);
    }
  return nodes;
}

/// Whether the quintics stay within the tolerance at x = 1/4, 1/2, 3/4 of each interval.
bool accurate(const PackedNetwork<double>& net, const Gemm& gemm, double low, double step,
              std::size_t count, const std::vector<double>& nodes,
              const TableTolerance& tolerance) {
  const std::size_t width = net.layers.back().out;
  for (const double x : {0.25, 0.5, 0.75}) {
    const Sampled exact = sample(net, gemm, points(low, step, count - 1, x));
    const double value_bound = tolerance.value * std::max(1.0, largest(exact.g));
    const double slope_bound = tolerance.slope * std::max(1.0, largest(exact.dg));
    const double x2 = x * x, x3 = x2 * x, x4 = x3 * x, x5 = x4 * x;
    const double w3 = 10 * x3 - 15 * x4 + 6 * x5, s3 = (30 * x2 - 60 * x3 + 30 * x4) / step;
    const double w[6] = {1 - w3, x - 6 * x3 + 8 * x4 - 3 * x5, 0.5 * (x2 - 3 * x3 + 3 * x4 - x5),
                         w3,     -4 * x3 + 7 * x4 - 3 * x5,    0.5 * (x3 - 2 * x4 + x5)};
    const double slope[6] = {
        -s3, (1 - 18 * x2 + 32 * x3 - 15 * x4) / step, (x - 4.5 * x2 + 6 * x3 - 2.5 * x4) / step,
        s3,  (-12 * x2 + 28 * x3 - 15 * x4) / step,    (1.5 * x2 - 4 * x3 + 2.5 * x4) / step};
    for (std::size_t i = 0; i + 1 < count; ++i)
      for (std::size_t k = 0; k < width; ++k) {
        double g = 0, dg = 0;
        for (std::size_t m = 0; m < 6; ++m) {
          g += w[m] * nodes[(3 * i + m) * width + k];
          dg += slope[m] * nodes[(3 * i + m) * width + k];
        }
        // A NaN fails too.
        if (!(std::abs(g - exact.g[i * width + k]) <= value_bound)) return false;
        if (!(std::abs(dg - exact.dg[i * width + k]) <= slope_bound)) return false;
      }
  }
  return true;
}

}  // namespace

template <class T>
std::optional<EmbeddingTable<T>> EmbeddingTable<T>::make(const PackedNetwork<double>& net,
                                                         const Gemm& gemm, double low,
                                                         double high) {
  constexpr double coarsest = 1.0 / 8, finest = 1.0 / 256;
  for (double step = coarsest; step >= finest; step /= 2) {
    const std::size_t count =
        std::min(static_cast<std::size_t>((high - low) / step) + 2, max_nodes);
    const std::vector<double> nodes = make_nodes(net, gemm, low, step, count);
    if (!accurate(net, gemm, low, step, count, nodes, table_tolerance<T>())) continue;
    EmbeddingTable table;
    table.ld_ = padded<T>(net.layers.back().out);
    table.low_ = low;
    table.step_ = step;
    table.high_ = low + static_cast<double>(count - 1) * step;
    const std::size_t width = net.layers.back().out;
    T* to = table.nodes_.need(count * 3 * table.ld_);
    for (std::size_t row = 0; row < 3 * count; ++row)
      for (std::size_t k = 0; k < width; ++k)
        to[row * table.ld_ + k] = static_cast<T>(nodes[row * width + k]);
    return table;
  }
  return std::nullopt;
}

template class EmbeddingTable<float>;
template class EmbeddingTable<double>;

}  // namespace vitrion::potential::kernels
