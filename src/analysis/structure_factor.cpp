#include "analysis/structure_factor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <gemmi/it92.hpp>
#include <gemmi/neutron92.hpp>
#include <numbers>

#include "analysis/statistics.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

using Complex = std::complex<double>;

/// Row of the pair a <= b among all pairs of n species.
std::size_t pair_row(std::size_t a, std::size_t b, std::size_t n) {
  if (a > b) std::swap(a, b);
  return a * n - a * (a + 1) / 2 + b;
}

gemmi::El element_of(const std::string& name) {
  const gemmi::El element = gemmi::find_element(name.c_str());
  if (element == gemmi::El::X)
    throw InputError(fmt::format("'{}' is no element: it has no scattering length", name));
  return element;
}

double neutron_length(const std::string& name) {
  return gemmi::Neutron92<double>::get_(element_of(name));
}

double form_factor(const std::string& name, double q) {
  const gemmi::El element = element_of(name);
  if (!gemmi::IT92<double>::has(element))
    throw InputError(fmt::format("no X-ray form factor of {} is known", name));
  const double s = q / (4 * std::numbers::pi);
  return gemmi::IT92<double>::get(element).calculate_sf(s * s);
}

std::optional<StructureFactor::Peak> peak_of(const std::vector<double>& q,
                                             const std::vector<double>& s) {
  if (s.size() < 3) return std::nullopt;
  const double highest = *std::max_element(s.begin(), s.end());
  std::size_t i = 0;
  while (s[i] < highest / 2) ++i;
  while (i + 1 < s.size() && s[i + 1] > s[i]) ++i;
  return StructureFactor::Peak{q[i], s[i]};
}

}  // namespace

StructureFactorAccumulator::StructureFactorAccumulator(StructureFactorOptions options)
    : options_(options) {
  if (!(options.q_max > 0 && options.bin > 0 && options.bin < options.q_max))
    throw InputError(
        fmt::format("q_max = {:g} and bin = {:g} 1/A must be positive, bin the smaller",
                    options.q_max, options.bin));
}

void StructureFactorAccumulator::start(const structures::Frame& frame) {
  const std::vector<int> counts = frame.species.counts();
  std::vector<int> index(counts.size(), -1);
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0) continue;
    index[k] = static_cast<int>(names_.size());
    names_.push_back(frame.species.names[k]);
    counts_.push_back(counts[k]);
  }
  for (const int kind : frame.species.of_atom)
    kind_of_.push_back(index[static_cast<std::size_t>(kind)]);

  // Q = 2 pi h^-T n: |n_a| <= q_max |a| / 2 pi for each vector a of the cell.
  const Mat3 reciprocal = 2 * std::numbers::pi * transpose(inverse(frame.cell->rows()));
  const Vec3 lengths = frame.cell->lengths();
  for (std::size_t a = 0; a < 3; ++a)
    highest_[a] = static_cast<int>(options_.q_max * lengths[a] / (2 * std::numbers::pi));
  const auto bins = static_cast<std::size_t>(options_.q_max / options_.bin);
  std::vector<std::vector<std::pair<Wave, double>>> all(bins);
  for (int h = 0; h <= highest_[0]; ++h)
    for (int k = h == 0 ? 0 : -highest_[1]; k <= highest_[1]; ++k)
      for (int l = h == 0 && k == 0 ? 1 : -highest_[2]; l <= highest_[2]; ++l) {
        const double q = norm(Vec3{double(h), double(k), double(l)} * reciprocal);
        const auto bin = static_cast<std::size_t>(q / options_.bin);
        if (bin < bins) all[bin].push_back({{{h, k, l}, 0}, q});
      }
  for (const auto& waves : all) {
    if (waves.empty()) continue;
    const double stride = std::max(
        1.0, static_cast<double>(waves.size()) / static_cast<double>(options_.most_vectors));
    double sum = 0;
    double n = 0;
    for (double at = 0; at < static_cast<double>(waves.size()); at += stride, ++n) {
      auto [wave, q] = waves[static_cast<std::size_t>(at)];
      wave.bin = q_.size();
      waves_.push_back(wave);
      sum += q;
    }
    q_.push_back(sum / n);
    waves_in_.push_back(n);
  }
  if (q_.empty())
    throw InputError(
        fmt::format("q_max = {:g} 1/A is under the cell's longest wave, 2 pi / L", options_.q_max));
  sums_ = ChunkedSum(pair_row(names_.size() - 1, names_.size() - 1, names_.size()) * q_.size() +
                     q_.size());
}

void StructureFactorAccumulator::add(const structures::Frame& frame) {
  if (!frame.cell) throw InputError(fmt::format("frame {} has no cell", frames()));
  if (frames() == 0) start(frame);
  if (frame.size() != kind_of_.size())
    throw InputError(fmt::format("frame {} has {} atoms, but frame 0 has {}", frames(),
                                 frame.size(), kind_of_.size()));
  const std::size_t n = frame.size();
  const std::size_t kinds = names_.size();

  // exp(2 pi i m s) for all m of an axis, by repeated multiplication.
  std::array<std::vector<Complex>, 3> powers;  // (2 highest + 1, atoms)
  for (std::size_t a = 0; a < 3; ++a)
    powers[a].resize(static_cast<std::size_t>(2 * highest_[a] + 1) * n);
  for (std::size_t i = 0; i < n; ++i) {
    if (frame.species.name(i) != names_[static_cast<std::size_t>(kind_of_[i])])
      throw InputError(fmt::format("frame {}: atom {} is {}, but was {} in frame 0", frames(), i,
                                   frame.species.name(i),
                                   names_[static_cast<std::size_t>(kind_of_[i])]));
    const Vec3 s = frame.cell->fractional(frame.positions[i]).s;
    for (std::size_t a = 0; a < 3; ++a) {
      const auto middle = static_cast<std::size_t>(highest_[a]);
      const Complex step = std::polar(1.0, 2 * std::numbers::pi * (s[a] - std::floor(s[a])));
      Complex power = 1;
      for (std::size_t m = 0; m <= middle; ++m, power *= step) {
        powers[a][(middle + m) * n + i] = power;
        powers[a][(middle - m) * n + i] = std::conj(power);
      }
    }
  }

  std::vector<double> sum(pair_row(kinds - 1, kinds - 1, kinds) * q_.size() + q_.size(), 0.0);
  std::vector<Complex> rho(kinds);
  for (const Wave& wave : waves_) {
    std::fill(rho.begin(), rho.end(), Complex(0));
    std::array<const Complex*, 3> row{};
    for (std::size_t a = 0; a < 3; ++a)
      row[a] = powers[a].data() + static_cast<std::size_t>(wave.h[a] + highest_[a]) * n;
    for (std::size_t i = 0; i < n; ++i)
      rho[static_cast<std::size_t>(kind_of_[i])] += row[0][i] * row[1][i] * row[2][i];
    for (std::size_t a = 0; a < kinds; ++a)
      for (std::size_t b = a; b < kinds; ++b)
        sum[pair_row(a, b, kinds) * q_.size() + wave.bin] +=
            (rho[a] * std::conj(rho[b])).real() / waves_in_[wave.bin];
  }
  const auto total = static_cast<double>(n);
  for (std::size_t a = 0; a < kinds; ++a)
    for (std::size_t b = a; b < kinds; ++b)
      for (std::size_t k = 0; k < q_.size(); ++k) {
        double& s = sum[pair_row(a, b, kinds) * q_.size() + k];
        s = 1 + (s - (a == b ? counts_[a] : 0)) * total / (counts_[a] * counts_[b]);
      }
  sums_.add(sum);
}

std::vector<std::string> all_pairs(const StructureFactorAccumulator& run) {
  std::vector<std::string> pairs;
  for (std::size_t a = 0; a < run.names().size(); ++a)
    for (std::size_t b = a; b < run.names().size(); ++b)
      pairs.push_back(run.names()[a] + "-" + run.names()[b]);
  return pairs;
}

/// Reads what the accumulators hold.
struct StructureFactorBuilder {
  std::span<const StructureFactorAccumulator> runs;
  std::vector<std::vector<double>> weights;  // (pairs) of each bin, or of the only pair
  std::size_t bins = 0;

  void choose(const std::string& pair) {
    const StructureFactorAccumulator& run = runs[0];
    const std::size_t kinds = run.names_.size();
    bins = run.q_.size();
    weights.assign(pair_row(kinds - 1, kinds - 1, kinds) + 1, std::vector<double>(bins, 0.0));
    if (pair == "neutron" || pair == "X-ray") {
      double total = 0;
      for (const double n : run.counts_) total += n;
      for (std::size_t k = 0; k < bins; ++k) {
        std::vector<double> f;
        double mean = 0;
        for (std::size_t a = 0; a < kinds; ++a) {
          f.push_back(pair == "neutron" ? neutron_length(run.names_[a])
                                        : form_factor(run.names_[a], run.q_[k]));
          mean += run.counts_[a] / total * f[a];
        }
        for (std::size_t a = 0; a < kinds; ++a)
          for (std::size_t b = 0; b < kinds; ++b)
            weights[pair_row(a, b, kinds)][k] +=
                run.counts_[a] / total * run.counts_[b] / total * f[a] * f[b] / (mean * mean);
      }
      return;
    }
    for (std::size_t a = 0; a < kinds; ++a)
      for (std::size_t b = 0; b < kinds; ++b)
        if (pair == run.names_[a] + "-" + run.names_[b]) {
          weights[pair_row(a, b, kinds)].assign(bins, 1.0);
          return;
        }
    throw InputError(fmt::format("pair '{}' must be A-B of the species {}, or neutron, or X-ray",
                                 pair, fmt::join(run.names_, ", ")));
  }

  [[nodiscard]] std::vector<double> weighted(const std::vector<double>& all) const {
    std::vector<double> s(bins, 0.0);
    for (std::size_t p = 0; p < weights.size(); ++p)
      for (std::size_t k = 0; k < bins; ++k) s[k] += weights[p][k] * all[p * bins + k];
    return s;
  }

  [[nodiscard]] StructureFactor build(const std::string& pair) const {
    StructureFactor result;
    result.pair = pair;
    result.q = runs[0].q_;
    result.replicas = runs.size();
    std::vector<std::vector<double>> samples;
    result.s.assign(bins, 0.0);
    for (const StructureFactorAccumulator& run : runs) {
      result.frames += run.frames();
      const std::vector<double> s = weighted(run.sums_.mean());
      for (std::size_t k = 0; k < bins; ++k) result.s[k] += s[k] / static_cast<double>(runs.size());
      if (runs.size() > 1) samples.push_back(s);
    }
    if (runs.size() == 1)
      for (const std::vector<double>& block : runs[0].sums_.blocks())
        samples.push_back(weighted(block));
    for (std::size_t k = 0; k < bins; ++k) {
      std::vector<double> x;
      for (const std::vector<double>& s : samples) x.push_back(s[k]);
      result.s_error.push_back(
          x.empty() ? 0 : standard_deviation(x) / std::sqrt(static_cast<double>(x.size())));
    }
    result.first_peak = peak_of(result.q, result.s);
    if (pair == "neutron")
      result.normalisation = "sum c_a c_b b_a b_b S_ab / <b>^2, Faber-Ziman S_ab";
    else if (pair == "X-ray")
      result.normalisation = "sum c_a c_b f_a f_b S_ab / <f>^2, Faber-Ziman S_ab";
    else
      result.normalisation = "Faber-Ziman: 1 at large Q for every pair";
    return result;
  }
};

StructureFactor structure_factor(std::span<const StructureFactorAccumulator> runs,
                                 const std::string& pair) {
  if (runs.empty() || runs[0].frames() == 0) throw InputError("S(Q) of no frames");
  StructureFactorBuilder builder{runs, {}, 0};
  builder.choose(pair);
  for (const StructureFactorAccumulator& run : runs)
    if (run.names_ != runs[0].names_ || run.q_.size() != runs[0].q_.size())
      throw InputError(
          "the runs differ in their species or in the wave vectors of their cells: analyze them "
          "one "
          "by one");
  return builder.build(pair);
}

}  // namespace vitrion::analysis
