#include "potential/kernels/table.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "potential/kernels/reduced_basis.hpp"

namespace vitrion::potential::kernels {

namespace {

/// Values and slopes of the net at the points s.
Samples sample(const PackedNetwork<double>& net, const Gemm& gemm, const std::vector<double>& s) {
  constexpr std::size_t at_once = 64;
  const std::size_t width = net.layers.back().out, ld = net.layers.back().ld;
  Samples sampled{std::vector<double>(s.size() * width), std::vector<double>(s.size() * width)};
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

/// Nodes of all channels; those of u = g Q^T are products of it with the basis.
struct Nodes {
  std::size_t count = 0, width = 0;
  std::vector<double> values;  ///< (count, 3, width): g, step g', step^2 g''
};

/// The second derivative is a central difference of the exact first one: its error enters the table
/// times step^2 / 60, and the check below sees it.
Nodes make_nodes(const PackedNetwork<double>& net, const Gemm& gemm, double low, double step,
                 std::size_t count) {
  const std::size_t width = net.layers.back().out;
  const double delta = 1e-4;
  const Samples at = sample(net, gemm, points(low, step, count, 0));
  const Samples left = sample(net, gemm, points(low - delta, step, count, 0));
  const Samples right = sample(net, gemm, points(low + delta, step, count, 0));
  Nodes nodes{count, width, std::vector<double>(count * 3 * width)};
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < width; ++k) {
      const std::size_t from = i * width + k;
      double* to = nodes.values.data() + i * 3 * width + k;
      to[0] = at.g[from];
      to[width] = step * at.dg[from];
      to[2 * width] = step * step * (right.dg[from] - left.dg[from]) / (2 * delta);
    }
  return nodes;
}

/// The rows of `values` (n, width) times basis^T (width, rank).
std::vector<double> reduced(const std::vector<double>& values, std::size_t width,
                            const std::vector<double>& basis) {
  const std::size_t rank = basis.size() / width, n = values.size() / width;
  std::vector<double> u(n * rank);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t r = 0; r < rank; ++r)
      for (std::size_t k = 0; k < width; ++k)
        u[i * rank + r] += values[i * width + k] * basis[r * width + k];
  return u;
}

/// Largest |x - u Q|, u (n, rank) = sum_m w[m] nodes[m].
double worst(const std::vector<double>& x, const std::vector<double>& nodes, const double (&w)[6],
             std::size_t width, const std::vector<double>& basis) {
  const std::size_t rank = basis.size() / width, n = x.size() / width;
  std::vector<double> u(rank), g(width);
  double result = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::fill(u.begin(), u.end(), 0.0);
    for (std::size_t m = 0; m < 6; ++m)
      for (std::size_t r = 0; r < rank; ++r) u[r] += w[m] * nodes[(3 * i + m) * rank + r];
    std::fill(g.begin(), g.end(), 0.0);
    for (std::size_t r = 0; r < rank; ++r)
      for (std::size_t k = 0; k < width; ++k) g[k] += u[r] * basis[r * width + k];
    for (std::size_t k = 0; k < width; ++k) {
      const double error = std::abs(g[k] - x[i * width + k]);
      // A NaN fails too.
      if (!(error <= result)) result = error;
    }
  }
  return result;
}

/// Error of the quintics at x = 1/4, 1/2, 3/4 of each interval, relative to the largest g and dg.
TableError measured_error(const PackedNetwork<double>& net, const Gemm& gemm, double low,
                          double step, std::size_t count, const std::vector<double>& nodes,
                          const std::vector<double>& basis) {
  const std::size_t width = net.layers.back().out;
  TableError error;
  for (const double x : {0.25, 0.5, 0.75}) {
    const Samples exact = sample(net, gemm, points(low, step, count - 1, x));
    const double x2 = x * x, x3 = x2 * x, x4 = x3 * x, x5 = x4 * x;
    const double w3 = 10 * x3 - 15 * x4 + 6 * x5, s3 = (30 * x2 - 60 * x3 + 30 * x4) / step;
    const double w[6] = {1 - w3, x - 6 * x3 + 8 * x4 - 3 * x5, 0.5 * (x2 - 3 * x3 + 3 * x4 - x5),
                         w3,     -4 * x3 + 7 * x4 - 3 * x5,    0.5 * (x3 - 2 * x4 + x5)};
    const double slope[6] = {
        -s3, (1 - 18 * x2 + 32 * x3 - 15 * x4) / step, (x - 4.5 * x2 + 6 * x3 - 2.5 * x4) / step,
        s3,  (-12 * x2 + 28 * x3 - 15 * x4) / step,    (1.5 * x2 - 4 * x3 + 2.5 * x4) / step};
    const double value_error = worst(exact.g, nodes, w, width, basis);
    const double slope_error = worst(exact.dg, nodes, slope, width, basis);
    error.value = std::max(error.value, value_error / std::max(1.0, largest(exact.g)));
    error.slope = std::max(error.slope, slope_error / std::max(1.0, largest(exact.dg)));
    if (std::isnan(value_error) || std::isnan(slope_error)) return {value_error, slope_error};
  }
  return error;
}

}  // namespace

template <class T>
std::optional<EmbeddingTable<T>> EmbeddingTable<T>::make(const PackedNetwork<double>& net,
                                                         const Gemm& gemm, double low,
                                                         double high) {
  constexpr double coarsest = 1.0 / 8, finest = 1.0 / 256;
  constexpr TableError tolerance = table_tolerance<T>();
  const std::size_t width = net.layers.back().out;
  for (double step = coarsest; step >= finest; step /= 2) {
    const std::size_t count =
        std::min(static_cast<std::size_t>((high - low) / step) + 2, max_nodes);
    // Half of the tolerance is left for the interpolation.
    const Samples samples = sample(net, gemm, points(low, step / 4, 4 * count - 3, 0));
    std::vector<double> basis =
        reduced_basis(width, samples, 0.5 * tolerance.value * std::max(1.0, largest(samples.g)),
                      0.5 * tolerance.slope * std::max(1.0, largest(samples.dg)));
    const Nodes full = make_nodes(net, gemm, low, step, count);
    const std::vector<double> nodes = reduced(full.values, width, basis);
    const TableError error = measured_error(net, gemm, low, step, count, nodes, basis);
    if (!(error.value <= tolerance.value && error.slope <= tolerance.slope)) continue;
    EmbeddingTable table;
    table.rank_ = basis.size() / width;
    table.basis_ = std::move(basis);
    table.error_ = error;
    table.ld_ = padded<T>(table.rank_);
    table.low_ = low;
    table.step_ = step;
    table.high_ = low + static_cast<double>(count - 1) * step;
    table.bytes_ = count * 3 * table.ld_ * sizeof(T);
    T* to = table.nodes_.need(count * 3 * table.ld_);
    for (std::size_t row = 0; row < 3 * count; ++row)
      for (std::size_t r = 0; r < table.rank_; ++r)
        to[row * table.ld_ + r] = static_cast<T>(nodes[row * table.rank_ + r]);
    return table;
  }
  return std::nullopt;
}

template class EmbeddingTable<float>;
template class EmbeddingTable<double>;

}  // namespace vitrion::potential::kernels
