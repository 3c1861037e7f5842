#include "analysis/diffusive_window.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "analysis/gls.hpp"

namespace vitrion::analysis {

namespace {

constexpr double slope_of_a_cage = 0.5;
constexpr double slope_of_a_soft_cage = 0.9;
constexpr double slope_of_a_plain_dip = 0.75;
constexpr double rise_of_a_plain_dip = 0.2;
constexpr double least_rise = 0.05;
constexpr double rise_errors = 3;
constexpr double shortest_span = 3;  // last lag over first
constexpr double safety = 2;         // start of the window over the earliest lag that passes
constexpr double whole_errors = 1;   // standard errors within which the whole window's slope is 1
constexpr double part_errors = 2;    // the same for its ends and its halves
constexpr double near_enough = 0.02;

/// The lags first ..= last of an MSD with their covariance.
struct Stretch {
  const MultiOriginMsd* msd = nullptr;
  std::size_t atoms = 0;
  std::size_t first = 0;
  std::size_t last = 0;
  std::vector<double> covariance;

  Stretch(const MultiOriginMsd& m, std::size_t n, const std::vector<double>& all, std::size_t from,
          std::size_t to)
      : msd(&m), atoms(n), first(from), last(to), covariance(size() * size()) {
    for (std::size_t i = 0; i < size(); ++i)
      for (std::size_t j = 0; j < size(); ++j)
        covariance[i * size() + j] = all[(first + i) * m.lags.size() + first + j];
  }
  [[nodiscard]] std::size_t size() const { return last - first + 1; }
  [[nodiscard]] double lag(std::size_t i) const {
    return static_cast<double>(msd->lags[first + i]);
  }
  [[nodiscard]] double mean(std::size_t i) const { return msd->msd[msd->lags[first + i]]; }
  /// What is left of the MSD without its intercept. One that eats the whole MSD leaves a millionth:
  /// the slope is then far from 1, as it should be.
  [[nodiscard]] double rest(std::size_t i, double intercept) const {
    return std::max(mean(i) - intercept, 1e-6 * mean(i));
  }
};

/// Intercept of the diffusive line as it is taken off, and each atom's share in its deviation.
struct Intercept {
  double value = 0;
  std::vector<double> of_atom;  // (atoms) deviation from the mean; zero where it is a bound
};

Intercept intercept_of(const Stretch& s, const Cage& cage) {
  Intercept result{0, std::vector<double>(s.atoms, 0.0)};
  if (cage.highest <= 0) return result;
  std::vector<double> x(s.size());
  std::vector<double> y(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    x[i] = s.lag(i);
    y[i] = s.mean(i);
  }
  const GlsFit line = fit_gls(x, y, s.covariance);
  result.value = std::clamp(line.intercept, 0.0, cage.highest);
  if (result.value != line.intercept) return result;
  for (std::size_t atom = 0; atom < s.atoms; ++atom)
    for (std::size_t i = 0; i < s.size(); ++i)
      result.of_atom[atom] +=
          line.intercept_weights[i] * (s.msd->of_atom(atom, s.first + i) - s.mean(i));
  return result;
}

/// A weighted sum of the logarithms of the MSD less its intercept.
LogLogSlope weighted_slope(const Stretch& s, const Intercept& intercept,
                           const std::vector<double>& weights, double model_error) {
  LogLogSlope result{0, model_error, s.first, s.last};
  for (std::size_t i = 0; i < s.size(); ++i)
    result.slope += weights[i] * std::log(s.rest(i, intercept.value));
  if (s.atoms < 2) return result;
  // Each atom's influence: sum_i w_i d (MSD_i - intercept) / (MSD_i - intercept).
  double sum = 0;
  for (std::size_t atom = 0; atom < s.atoms; ++atom) {
    double u = 0;
    for (std::size_t i = 0; i < s.size(); ++i)
      if (weights[i] != 0)
        u += weights[i] *
             (s.msd->of_atom(atom, s.first + i) - s.mean(i) - intercept.of_atom[atom]) /
             s.rest(i, intercept.value);
    sum += u * u;
  }
  const auto n = static_cast<double>(s.atoms);
  result.error = std::sqrt(sum / (n * (n - 1)));
  return result;
}

/// By generalised least squares, whose weights are mostly with the short lags.
LogLogSlope fitted_slope(const Stretch& s, const Intercept& intercept) {
  const std::size_t l = s.size();
  std::vector<double> x(l);
  std::vector<double> relative = s.covariance;
  for (std::size_t i = 0; i < l; ++i) {
    x[i] = std::log(s.lag(i));
    for (std::size_t j = 0; j < l; ++j)
      relative[i * l + j] /= s.rest(i, intercept.value) * s.rest(j, intercept.value);
  }
  const GlsFit fit = fit_gls(x, std::vector<double>(l, 0.0), relative);
  return weighted_slope(s, intercept, fit.slope_weights, fit.slope_error);
}

/// From end to end, which feels a bend at long lags.
LogLogSlope secant(const Stretch& s, const Intercept& intercept) {
  const std::size_t l = s.size();
  const double span = std::log(s.lag(l - 1) / s.lag(0));
  std::vector<double> weights(l, 0.0);
  weights.front() = -1 / span;
  weights.back() = 1 / span;
  const auto relative = [&](std::size_t i, std::size_t j) {
    return s.covariance[i * l + j] / (s.rest(i, intercept.value) * s.rest(j, intercept.value));
  };
  const double variance = relative(0, 0) + relative(l - 1, l - 1) - 2 * relative(0, l - 1);
  return weighted_slope(s, intercept, weights, std::sqrt(std::max(0.0, variance)) / span);
}

/// Log-log slope of the MSD from lag i to lag j with each atom's influence on it.
struct AtomSlope {
  double value = 0;
  std::vector<double> of_atom;
};

AtomSlope slope_between(const MultiOriginMsd& msd, std::size_t i, std::size_t j) {
  const double span = std::log(static_cast<double>(msd.lags[j]) / static_cast<double>(msd.lags[i]));
  const double at_i = msd.msd[msd.lags[i]];
  const double at_j = msd.msd[msd.lags[j]];
  AtomSlope slope{std::log(at_j / at_i) / span, {}};
  const std::size_t atoms = msd.per_atom.size() / msd.lags.size();
  for (std::size_t atom = 0; atom < atoms; ++atom)
    slope.of_atom.push_back((msd.of_atom(atom, j) / at_j - msd.of_atom(atom, i) / at_i) / span);
  return slope;
}

/// Standard error over the atoms of the difference of two slopes.
double error_of_difference(const AtomSlope& a, const AtomSlope& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.of_atom.size(); ++k) {
    const double u = a.of_atom[k] - b.of_atom[k];
    sum += u * u;
  }
  const auto n = static_cast<double>(a.of_atom.size());
  return n > 1 ? std::sqrt(sum / (n * (n - 1))) : 0;
}

/// A cage that is left before its plateau shows: the slope, over factors of two in time, dips and
/// rises again towards the end, by over 0.2 from under 0.75, or by less where that is three times
/// what chance would do, as that of a + b tau does. A slope that stays low is subdiffusion, one
/// that goes on falling is a cage; neither has an intercept.
Cage soft_cage(const MultiOriginMsd& msd) {
  const std::vector<std::size_t>& lags = msd.lags;
  const auto time = [&](std::size_t i) { return static_cast<double>(lags[i]); };
  AtomSlope flattest{slope_of_a_soft_cage, {}};
  std::size_t late = 0;
  Cage cage;
  for (std::size_t i = 0; 3 * lags[i] <= lags.back(); ++i) {
    late = i;
    std::size_t j = i;
    while (lags[j] < 2 * lags[i]) ++j;
    AtomSlope slope = slope_between(msd, i, j);
    if (slope.value >= flattest.value) continue;
    flattest = std::move(slope);
    const double m = msd.msd[lags[i]];
    cage.plateau = std::clamp(m - time(i) * (msd.msd[lags[j]] - m) / (time(j) - time(i)), 0.0, m);
    // The tangent's intercept falls short of the line's where the cage is still being left.
    cage.highest = std::min(2 * cage.plateau, m);
    cage.flattest = i;
  }
  if (flattest.of_atom.empty()) return {};
  const AtomSlope end = slope_between(msd, late, lags.size() - 1);
  const double rise = end.value - flattest.value;
  const bool plain = flattest.value < slope_of_a_plain_dip && rise > rise_of_a_plain_dip;
  const bool sure = rise > least_rise && rise > rise_errors * error_of_difference(end, flattest);
  return plain || sure ? cage : Cage{};
}

}  // namespace

Cage find_cage(const MultiOriginMsd& msd) {
  double flattest = slope_of_a_cage;
  Cage cage;
  for (std::size_t i = 0; i + 1 < msd.lags.size() && 3 * msd.lags[i] <= msd.lags.back(); ++i) {
    const double m0 = msd.msd[msd.lags[i]];
    const double m1 = msd.msd[msd.lags[i + 1]];
    const auto t0 = static_cast<double>(msd.lags[i]);
    const auto t1 = static_cast<double>(msd.lags[i + 1]);
    cage.plateau = std::min(cage.plateau, m1);
    const double slope = std::log(m1 / m0) / std::log(t1 / t0);
    if (slope >= flattest) continue;
    flattest = slope;
    cage.plateau = std::clamp(m0 - t0 * (m1 - m0) / (t1 - t0), 0.0, std::min(m0, m1));
    cage.highest = m0;
    cage.flattest = i;
  }
  return cage.highest > 0 ? cage : soft_cage(msd);
}

DiffusiveWindow diffusive_window(const MultiOriginMsd& msd, std::size_t atoms,
                                 const std::vector<double>& covariance, const Cage& cage) {
  const std::size_t last = msd.lags.size() - 1;
  const auto judge = [&](std::size_t first) {
    const Stretch whole(msd, atoms, covariance, first, last);
    const Intercept intercept = intercept_of(whole, cage);
    const std::size_t middle = first + (last - first) / 2;
    const std::array<LogLogSlope, 4> parts = {
        fitted_slope(whole, intercept), secant(whole, intercept),
        fitted_slope(Stretch(msd, atoms, covariance, first, middle), intercept),
        fitted_slope(Stretch(msd, atoms, covariance, middle, last), intercept)};
    DiffusiveWindow window{first, parts[0], parts[0], true};
    double worst = 0;
    for (std::size_t k = 0; k < parts.size(); ++k) {
      const double off = std::abs(parts[k].slope - 1);
      const double errors = k == 0 ? whole_errors : part_errors;
      window.straight = window.straight && off <= std::max(errors * parts[k].error, near_enough);
      if (const double misfit = off / std::max(parts[k].error, 1e-12); misfit > worst) {
        worst = misfit;
        window.worst = parts[k];
      }
    }
    return window;
  };
  const auto long_enough = [&](std::size_t first) {
    const double span = static_cast<double>(msd.lags[last]) / static_cast<double>(msd.lags[first]);
    return first == 0 || (first + 4 <= msd.lags.size() && span >= shortest_span);
  };

  DiffusiveWindow best;
  double best_misfit = std::numeric_limits<double>::infinity();
  const std::size_t earliest = long_enough(cage.flattest) ? cage.flattest : 0;
  for (std::size_t first = earliest; long_enough(first); ++first) {
    const DiffusiveWindow window = judge(first);
    if (window.straight) {
      std::size_t start = first;
      while (first > 0 && long_enough(start + 1) &&
             static_cast<double>(msd.lags[start]) < safety * static_cast<double>(msd.lags[first]))
        ++start;
      return start == first ? window : judge(start);
    }
    const double misfit = std::abs(window.worst.slope - 1) / std::max(window.worst.error, 1e-12);
    if (misfit < best_misfit) {
      best_misfit = misfit;
      best = window;
    }
  }
  return best;
}

}  // namespace vitrion::analysis
