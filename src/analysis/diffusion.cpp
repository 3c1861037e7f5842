#include "analysis/diffusion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/brownian_covariance.hpp"
#include "analysis/diffusive_window.hpp"
#include "analysis/gls.hpp"
#include "analysis/msd.hpp"
#include "base/error.hpp"
#include "base/units.hpp"

namespace vitrion::analysis {

namespace {

constexpr double slope_tolerance =
    0.02;                                // of the log-log slope: what "1" means for a finite sample
constexpr double plateau_multiple = 3;   // the MSD must end over so many cage plateaus
constexpr double gls_against_wls = 0.5;  // largest relative difference that the guard accepts
constexpr double largest_condition = 1e12;
constexpr double fewest_windows = 10;  // independent windows of the longest lag, over all ions
constexpr double hop_length = 3.5;  // A, for the bound of ions that made no hop: a Na-Na distance
constexpr double no_motion = 1e-4;  // A^2: under a hundredth of an Angstrom there is nothing to fit
constexpr const char* D_unit = "cm2/s";

/// Standard error of a mean over atoms.
double error_of_mean(const std::vector<double>& x) {
  return standard_deviation(x) / std::sqrt(static_cast<double>(x.size()));
}

/// How much more the mean squared displacement of all ions varies in time than independent ions
/// would let it, from windows that do not overlap; at least 1.
double collective_inflation(const Trajectory& t, const std::vector<std::size_t>& atoms,
                            std::size_t lag) {
  const std::size_t windows = (t.frames() - 1) / lag;
  if (windows < 2 || atoms.size() < 2) return 1;
  std::vector<double> means;
  double variance = 0;
  for (std::size_t b = 0; b < windows; ++b) {
    std::vector<double> r2;
    for (const std::size_t i : atoms) {
      double d2 = 0;
      for (std::size_t a = 0; a < 3; ++a) {
        const double d = t.path(i, a)[(b + 1) * lag] - t.path(i, a)[b * lag];
        d2 += d * d;
      }
      r2.push_back(d2);
    }
    means.push_back(mean(r2));
    variance += error_of_mean(r2) * error_of_mean(r2);
  }
  const double expected = variance / static_cast<double>(windows);
  const double found = standard_deviation(means) * standard_deviation(means);
  return expected > 0 ? std::max(1.0, found / expected) : 1;
}

/// The paper's estimator with its error over the ions. D in A^2/ps.
void paper_estimate(const Trajectory& t, const std::vector<std::size_t>& atoms, Diffusion& result) {
  const auto last = static_cast<double>(t.frames() - 1);
  const auto begin = static_cast<std::size_t>(std::ceil(0.50 * last));
  const auto end = static_cast<std::size_t>(std::floor(0.95 * last)) + 1;
  const std::string method = "slope of the MSD from the first frame, 50 to 95 % of the run";
  if (end < begin + 2) {
    result.D_paper =
        Estimate::refusal("too few frames between 50 and 95 % of the run", std::nullopt, D_unit);
    return;
  }
  const auto n = static_cast<double>(end - begin);
  double centre = 0;
  double spread = 0;
  for (std::size_t f = begin; f < end; ++f) centre += t.times[f] / n;
  for (std::size_t f = begin; f < end; ++f) spread += (t.times[f] - centre) * (t.times[f] - centre);
  std::vector<double> slopes(atoms.size(), 0.0);
  for (std::size_t k = 0; k < atoms.size(); ++k)
    for (std::size_t a = 0; a < 3; ++a) {
      const std::span<const double> x = t.path(atoms[k], a);
      for (std::size_t f = begin; f < end; ++f)
        slopes[k] += (t.times[f] - centre) / spread * (x[f] - x[0]) * (x[f] - x[0]);
    }
  const double D = mean(slopes) / 6 * units::A2_per_ps_in_cm2_per_s;
  const double error =
      std::sqrt(result.inflation) * error_of_mean(slopes) / 6 * units::A2_per_ps_in_cm2_per_s;
  const double dof = std::max<double>(1, static_cast<double>(atoms.size()) - 1);
  const double half = student_t95(dof) * error;
  result.within_paper = {D, D > 0 ? error / D : 0, dof};
  if (D - half > 0)
    result.D_paper = interval_of(result.within_paper, D_unit, method);
  else
    result.D_paper =
        Estimate::refusal("the 95 % interval of D includes 0", std::max(0.0, D + half), D_unit);
}

/// One-sided 95 % bound on D in A^2/ps: the MSD at the longest lag over 6t, which lies above D
/// while the MSD bends down; and not under what fewer than three hops in the run (95 %) would still
/// allow.
double upper_bound(const MultiOriginMsd& msd, std::size_t atoms, double lag_ps, double inflation,
                   double duration) {
  std::vector<double> last;
  for (std::size_t k = 0; k < atoms; ++k) last.push_back(msd.of_atom(k, msd.lags.size() - 1));
  const double factor =
      student_t_quantile(0.95, std::max<double>(1, static_cast<double>(atoms) - 1));
  const double bound =
      (mean(last) + factor * std::sqrt(inflation) * error_of_mean(last)) / (6 * lag_ps);
  const double no_hop = 3 * hop_length * hop_length / (6 * static_cast<double>(atoms) * duration);
  return std::max(bound, no_hop);
}

/// Weights for the slope: generalised least squares, or weighted ones where the guard does not
/// pass.
GlsFit guarded_fit(const std::vector<double>& x, const std::vector<double>& y,
                   const std::vector<double>& s, Diffusion& result) {
  const GlsFit gls = fit_gls(x, y, s);
  const GlsFit wls = fit_wls(x, y, s);
  result.condition = gls.condition;
  if (gls.condition > largest_condition)
    result.guard = fmt::format("degraded: condition number {:.0e}", gls.condition);
  else if (std::abs(gls.slope - wls.slope) > gls_against_wls * std::abs(wls.slope))
    result.guard = fmt::format("degraded: the generalised fit is {:.2f} times the weighted one",
                               gls.slope / wls.slope);
  else if (gls.intercept < -3 * gls.intercept_error)
    result.guard =
        "degraded: the intercept of the MSD is negative beyond three standard deviations";
  else
    result.guard = "passed";
  return result.guard == "passed" ? gls : wls;
}

bool is_caged(const Diffusion& r) {
  return r.cage_plateau > 0 && r.msd_at_end < plateau_multiple * r.cage_plateau;
}

/// The reason to refuse, or an empty text.
std::string refusal(const Diffusion& r, double low, const std::string& species) {
  const double margin = r.worst_slope.half_width();
  const double slope = *r.worst_slope.value;
  if (is_caged(r))
    return fmt::format(
        "not diffusive: the MSD of {} ends at {:.2g} A^2 after {:.3g} ps, under three times its "
        "cage plateau of {:.2g} A^2",
        species, r.msd_at_end, r.window_last, r.cage_plateau);
  if (std::abs(slope - 1) > margin + slope_tolerance)
    return fmt::format(
        "not diffusive: the log-log slope of the MSD of {} is {:.2f} +- {:.2f} between {:.3g} "
        "and {:.3g} ps, not 1",
        species, slope, margin, r.worst_first, r.worst_last);
  if (!(low > 0))
    return fmt::format("not resolved: the 95 % interval of D of {} includes 0", species);
  return {};
}

/// What the fit over the window says, before anything is refused.
struct WindowFit {
  double D = 0;      // cm^2/s
  double error = 0;  // cm^2/s
  double dof = 0;
};

/// Finds the window, fits the MSD over it and takes the error from the ions; fills the guard's part
/// of result.
WindowFit fit_window(const Trajectory& t, const std::vector<std::size_t>& atoms,
                     const MultiOriginMsd& msd, double dt, Diffusion& result) {
  const std::vector<std::size_t>& lags = msd.lags;
  const auto n = static_cast<double>(atoms.size());
  const Cage cage = find_cage(msd);
  result.cage_plateau = cage.plateau;
  // The model only sets weights; a caged ion gets a thousandth of its MSD as diffusion to keep them
  // finite.
  const double mobile = std::max(result.msd_at_end - result.cage_plateau, 1e-3 * result.msd_at_end);
  const BrownianModel model{mobile / (3 * static_cast<double>(lags.back())),
                            result.cage_plateau / 6};
  std::vector<double> covariance = msd_covariance(lags, t.frames(), model);
  for (double& c : covariance) c /= n;

  const DiffusiveWindow window = diffusive_window(msd, atoms.size(), covariance, cage);
  result.window_first = dt * static_cast<double>(lags[window.first]);
  result.inflation = collective_inflation(
      t, atoms, std::max<std::size_t>(1, std::min(lags[window.first], (t.frames() - 1) / 10)));
  const double widen = std::sqrt(result.inflation);
  const auto slope_estimate = [&](const LogLogSlope& part) {
    const double half = 1.96 * widen * part.error;
    return Estimate::of(part.slope, part.slope - half, part.slope + half, "1",
                        "generalised least squares on the logarithms");
  };
  result.loglog_slope = slope_estimate(window.slope);
  result.worst_slope = slope_estimate(window.worst);
  result.worst_first = dt * static_cast<double>(lags[window.worst.first]);
  result.worst_last = dt * static_cast<double>(lags[window.worst.last]);

  const std::size_t l = lags.size() - window.first;
  std::vector<double> x(l);
  std::vector<double> y(l);
  std::vector<double> s(l * l);
  for (std::size_t i = 0; i < l; ++i) {
    x[i] = dt * static_cast<double>(lags[window.first + i]);
    y[i] = msd.msd[lags[window.first + i]];
    for (std::size_t j = 0; j < l; ++j)
      s[i * l + j] = covariance[(window.first + i) * lags.size() + window.first + j];
  }
  const GlsFit fit = guarded_fit(x, y, s, result);
  constexpr double to_D = units::A2_per_ps_in_cm2_per_s / 6;
  // One ion has no spread over ions; then the model's error is all there is.
  if (atoms.size() == 1)
    return {to_D * fit.slope, to_D * fit.slope_error, std::numeric_limits<double>::infinity()};
  std::vector<double> slopes(atoms.size(), 0.0);
  for (std::size_t k = 0; k < atoms.size(); ++k)
    for (std::size_t i = 0; i < l; ++i)
      slopes[k] += fit.slope_weights[i] * msd.of_atom(k, window.first + i);
  return {to_D * fit.slope, to_D * widen * error_of_mean(slopes), n - 1};
}

}  // namespace

Diffusion diffusion(const Trajectory& trajectory, const std::string& species,
                    const DiffusionOptions& options) {
  const std::vector<std::size_t> atoms = trajectory.atoms_of(species);
  const double dt = trajectory.time_step();
  const std::size_t frames = trajectory.frames();
  const auto longest =
      static_cast<std::size_t>(options.longest_lag * static_cast<double>(frames - 1));
  const std::vector<std::size_t> lags = logarithmic_lags(longest, 15);
  if (lags.size() < 5)
    throw InputError(fmt::format(
        "{} frames are too few for a diffusion coefficient: at least 20 are needed", frames));
  const MultiOriginMsd msd = multi_origin_msd(trajectory, atoms, lags, options.threads);

  Diffusion result;
  result.ions = atoms.size();
  result.duration = dt * static_cast<double>(frames - 1);
  result.msd_at_end = msd.msd[lags.back()];
  result.window_first = dt * static_cast<double>(lags.front());
  result.window_last = dt * static_cast<double>(lags.back());
  result.loglog_slope = result.worst_slope = Estimate::refusal("no motion", std::nullopt, "1");

  std::string reason;
  WindowFit fit;
  if (result.msd_at_end < no_motion) {
    reason = fmt::format("not diffusive: {} does not move (MSD {:.1e} A^2 after {:.3g} ps)",
                         species, result.msd_at_end, result.window_last);
  } else {
    fit = fit_window(trajectory, atoms, msd, dt, result);
    reason = refusal(result, fit.D - student_t95(fit.dof) * fit.error, species);
    const double windows =
        static_cast<double>(atoms.size() * (frames - 1)) / static_cast<double>(lags.back());
    if (reason.empty() && windows < fewest_windows)
      reason = fmt::format(
          "not resolved: {:.0f} independent windows of the longest lag, but at least {:.0f} are "
          "needed",
          windows, fewest_windows);
  }

  if (reason.empty()) {
    result.within = {fit.D, fit.error / fit.D, fit.dof};
    result.D = interval_of(
        result.within, D_unit,
        fmt::format(
            "MSD over all origins, {} least squares, {:.3g} to {:.3g} ps, error over {} ions",
            result.guard == "passed" ? "generalised" : "weighted", result.window_first,
            result.window_last, atoms.size()));
  } else {
    // An MSD that surely bends upward is no bound on anything; the slope within a cage is noise.
    const bool bends_up = !is_caged(result) && !result.worst_slope.is_refused() &&
                          result.worst_slope.low > 1 + slope_tolerance;
    std::optional<double> bound;
    if (!bends_up)
      bound = units::A2_per_ps_in_cm2_per_s *
              upper_bound(msd, atoms.size(), result.window_last, result.inflation, result.duration);
    result.D = Estimate::refusal(reason, bound, D_unit);
  }
  paper_estimate(trajectory, atoms, result);
  return result;
}

}  // namespace vitrion::analysis
