#include "analysis/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::analysis {

namespace {

bool is_anion(const std::string& name) {
  return name == "S" || name == "O";
}

/// "PS3O", "PO4", "PS3+P".
std::string class_name(int s, int o, int p) {
  std::string name = "P";
  const auto part = [&](const char* symbol, int n) {
    if (n > 0) name += n > 1 ? fmt::format("{}{}", symbol, n) : std::string(symbol);
  };
  part("S", s);
  part("O", o);
  if (p > 0) name += p > 1 ? fmt::format("+P{}", p) : "+P";
  return name;
}

bool is_class(const std::string& name) {
  return name.size() > 1 ? name[0] == 'P' && name != "P-P" : name == "P";
}

CorrelatedMean per_phosphorus(CorrelatedMean m, double phosphorus) {
  m.mean /= phosphorus;
  m.error /= phosphorus;
  return m;
}

/// chi-squared of observed against expected, classes with fewer than five expected added up.
void test_against(OxygenDistribution& d) {
  std::vector<double> observed;
  std::vector<double> expected;
  double o = 0;
  double e = 0;
  for (std::size_t k = 0; k < d.observed.size(); ++k) {
    o += d.observed[k];
    e += d.expected[k];
    if (e < 5) continue;
    observed.push_back(o);
    expected.push_back(e);
    o = e = 0;
  }
  if (!expected.empty()) {
    observed.back() += o;
    expected.back() += e;
  }
  for (std::size_t k = 0; k < expected.size(); ++k)
    d.chi_squared += (observed[k] - expected[k]) * (observed[k] - expected[k]) / expected[k];
  // One degree goes to the total and one to the share, which is estimated.
  d.degrees_of_freedom = static_cast<double>(expected.size()) - 2;
  if (d.degrees_of_freedom < 1) {
    d.verdict = "too few units to test";
    return;
  }
  d.p_value = chi_squared_tail(d.chi_squared, d.degrees_of_freedom);
  double mean_k = 0;
  double square = 0;
  double total = 0;
  for (std::size_t k = 0; k < d.observed.size(); ++k) {
    const auto x = static_cast<double>(k);
    total += d.observed[k];
    mean_k += x * d.observed[k];
    square += x * x * d.observed[k];
  }
  const double variance = square / total - mean_k * mean_k / (total * total);
  d.verdict = d.p_value > 0.05                         ? "random"
              : variance > 4 * d.share * (1 - d.share) ? "clustered"
                                                       : "spread evenly";
}

OxygenDistribution oxygen_distribution(std::span<const UnitSeries> runs) {
  OxygenDistribution d;
  d.observed.assign(5, 0.0);
  d.expected.assign(5, 0.0);
  double units = 0;
  double oxygens = 0;
  for (std::size_t k = 0; k <= 4; ++k)
    for (const UnitSeries& run : runs) {
      const double n =
          mean(run.series(class_name(static_cast<int>(4 - k), static_cast<int>(k), 0)));
      d.observed[k] += n;
      units += n;
      oxygens += static_cast<double>(k) * n;
    }
  if (units == 0 || oxygens == 0) {
    d.verdict = units == 0 ? "no P has four anions" : "no oxygen is bonded to P";
    return d;
  }
  d.share = oxygens / (4 * units);
  const double binomial[] = {1, 4, 6, 4, 1};
  for (std::size_t k = 0; k <= 4; ++k)
    d.expected[k] = units * binomial[k] * std::pow(d.share, static_cast<double>(k)) *
                    std::pow(1 - d.share, static_cast<double>(4 - k));
  test_against(d);
  return d;
}

}  // namespace

double longest_bond(const std::string& a, const std::string& b, const BondCutoffs& c) {
  const auto is = [&](const char* x, const char* y) {
    return (a == x && b == y) || (a == y && b == x);
  };
  if (is("P", "S")) return c.P_S;
  if (is("P", "O")) return c.P_O;
  if (is("P", "P")) return c.P_P;
  if (is("S", "S")) return c.S_S;
  return 0;
}

std::vector<std::pair<std::size_t, std::size_t>> bonds(const structures::Frame& frame,
                                                       const BondCutoffs& cutoffs) {
  const double reach = std::max({cutoffs.P_S, cutoffs.P_O, cutoffs.P_P, cutoffs.S_S});
  const structures::NeighbourList list =
      structures::neighbour_list(frame.cell, frame.positions, reach);
  std::vector<std::pair<std::size_t, std::size_t>> result;
  for (std::size_t i = 0; i < list.centres(); ++i)
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k) {
      const auto j = static_cast<std::size_t>(list.index[k]);
      if (j <= i) continue;
      if (norm(list.displacement[k]) <=
          longest_bond(frame.species.name(i), frame.species.name(j), cutoffs))
        result.emplace_back(i, j);
    }
  return result;
}

std::map<std::string, double> census(const structures::Frame& frame, const BondCutoffs& cutoffs) {
  const std::size_t n = frame.size();
  std::vector<int> s_of(n, 0);  // S, O and P bonded to an atom
  std::vector<int> o_of(n, 0);
  std::vector<int> p_of(n, 0);
  std::map<std::string, double> counts;
  for (const char* name : {"terminal S", "bridging S", "free S", "terminal O", "bridging O",
                           "free O", "P-P", "S-S", "residual"})
    counts[name] = 0;
  const auto all = bonds(frame, cutoffs);
  for (const auto& [i, j] : all) {
    const std::string& a = frame.species.name(i);
    const std::string& b = frame.species.name(j);
    if (a == "P" && b == "P") counts["P-P"] += 1;
    if (a == "S" && b == "S") counts["S-S"] += 1;
    for (const auto& [centre, other] : {std::pair{i, j}, std::pair{j, i}}) {
      const std::string& kind = frame.species.name(other);
      (kind == "S" ? s_of : kind == "O" ? o_of : p_of)[centre] += 1;
    }
  }

  std::vector<int> bridges_of(n, 0);
  for (const auto& [i, j] : all)
    for (const auto& [centre, other] : {std::pair{i, j}, std::pair{j, i}})
      if (is_anion(frame.species.name(other)) && p_of[other] > 1) bridges_of[centre] += 1;

  double phosphorus = 0;
  double anions = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string& kind = frame.species.name(i);
    if (kind == "P") {
      phosphorus += 1;
      counts[class_name(s_of[i], o_of[i], p_of[i])] += 1;
      counts[fmt::format("Q{}", bridges_of[i])] += 1;
    } else if (is_anion(kind)) {
      anions += 1;
      counts[(p_of[i] == 0 ? "free " : p_of[i] == 1 ? "terminal " : "bridging ") + kind] += 1;
    }
  }
  const double free = counts["free S"] + counts["free O"];
  const double bridging = counts["bridging S"] + counts["bridging O"];
  counts["residual"] = (free - bridging - 2 * counts["P-P"]) - (anions - 4 * phosphorus);
  return counts;
}

void UnitSeries::add(const structures::Frame& frame) {
  if (!frame.cell)
    throw InputError(
        fmt::format("frame {} has no cell: bonds across its faces are unknown", frames_));
  const int p = frame.species.find("P");
  const double phosphorus = p < 0 ? 0 : frame.species.counts()[static_cast<std::size_t>(p)];
  if (phosphorus == 0)
    throw InputError(fmt::format("frame {} has no P: there are no units to count", frames_));
  if (frames_ > 0 && phosphorus != phosphorus_)
    throw InputError(
        fmt::format("frame {} has {} P, but frame 0 has {}", frames_, phosphorus, phosphorus_));
  phosphorus_ = phosphorus;
  for (const auto& [name, count] : census(frame, cutoffs_)) counts_[name][frames_] = count;
  ++frames_;
}

std::vector<double> UnitSeries::series(const std::string& name) const {
  std::vector<double> x(frames_, 0.0);
  const auto found = counts_.find(name);
  if (found != counts_.end())
    for (const auto& [frame, count] : found->second) x[frame] = count;
  return x;
}

std::vector<std::string> UnitSeries::names() const {
  std::vector<std::string> result;
  for (const auto& entry : counts_) result.push_back(entry.first);
  return result;
}

UnitCensus unit_census(std::span<const UnitSeries> runs) {
  if (runs.empty() || runs[0].frames() == 0) throw InputError("a census of no frames");
  UnitCensus result;
  result.replicas = runs.size();
  result.cutoffs = runs[0].cutoffs();
  std::set<std::string> names;
  for (const UnitSeries& run : runs) {
    result.frames += run.frames();
    for (const std::string& name : run.names()) names.insert(name);
    for (const double r : run.series("residual")) result.frames_broken += r != 0;
  }
  const std::string method = "bonds by distance, error from the autocorrelation time";
  const auto count = [&](const std::string& name, bool fraction) {
    std::vector<CorrelatedMean> means;
    for (const UnitSeries& run : runs) {
      const CorrelatedMean m = correlated_mean(run.series(name));
      means.push_back(fraction ? per_phosphorus(m, run.phosphorus()) : m);
    }
    Estimate e = combine_means(means, "1", method);
    // A count is not negative and a fraction not over one, whatever few replicas allow.
    if (name != "residual") e.low = std::max(0.0, e.low);
    if (fraction) e.high = std::min(1.0, e.high);
    return e;
  };
  for (const std::string& name : names) {
    if (name == "residual")
      result.residual = count(name, false);
    else if (name == "P-P" || name == "S-S")
      result.bonds[name] = count(name, false);
    else if (name.find(' ') != std::string::npos)
      result.anions[name] = count(name, false);
    else if (is_class(name))
      result.classes.push_back({name, count(name, false), count(name, true)});
  }
  for (std::size_t q = 0; q <= 4 || names.count(fmt::format("Q{}", q)) > 0; ++q)
    result.qn.push_back(count(fmt::format("Q{}", q), true));
  std::stable_sort(result.classes.begin(), result.classes.end(),
                   [](const auto& a, const auto& b) { return *a.count.value > *b.count.value; });
  result.oxygen = oxygen_distribution(runs);
  return result;
}

}  // namespace vitrion::analysis
