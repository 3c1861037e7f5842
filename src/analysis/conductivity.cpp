#include "analysis/conductivity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "analysis/brownian_covariance.hpp"
#include "analysis/diffusive_window.hpp"
#include "analysis/gls.hpp"
#include "analysis/msd.hpp"
#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "base/units.hpp"

namespace vitrion::analysis {

namespace {

constexpr const char* sigma_unit = "S/cm";
// A chi-squared with fewer degrees of freedom spans more than a factor of four: no result, only a
// bound.
constexpr double fewest_dof = 8;

/// Slope of the squared charge displacement of one run over D's window: sigma in S/cm with its
/// relative error from the covariance of one Brownian path (the sum over many ions is normal),
/// which needs no replicas.
std::optional<ReplicaValue> collective_of_run(const Trajectory& t,
                                              const ConductivityOptions& options,
                                              const Diffusion& d, double volume) {
  const std::vector<std::size_t> atoms = t.atoms_of(options.species);
  const std::size_t frames = t.frames();
  std::vector<std::vector<double>> dipole(3, std::vector<double>(frames, 0.0));
  for (const std::size_t i : atoms)
    for (std::size_t a = 0; a < 3; ++a) {
      const std::span<const double> x = t.path(i, a);
      for (std::size_t f = 0; f < frames; ++f) dipole[a][f] += options.charge * x[f];
    }
  MultiOriginMsd mscd;
  mscd.msd = multi_origin_msd_of_path(dipole[0], dipole[1], dipole[2]);

  const double dt = t.time_step();
  const auto last = static_cast<std::size_t>(std::llround(d.window_last / dt));
  for (const std::size_t lag : logarithmic_lags(last, 15)) {
    if (static_cast<double>(lag) * dt < d.window_first * (1 - 1e-9)) continue;
    mscd.lags.push_back(lag);
    mscd.per_atom.push_back(mscd.msd[lag]);
  }
  const double end = mscd.per_atom.back();
  if (!(end > 0)) return std::nullopt;
  const auto n = static_cast<double>(atoms.size());
  const double noise = n * options.charge * options.charge * d.cage_plateau / 6;
  const double mobile = std::max(end - 6 * noise, 1e-3 * end);
  const std::vector<double> covariance =
      msd_covariance(mscd.lags, frames, {mobile / (3 * static_cast<double>(last)), noise});
  // Ions that push each other back are subdiffusive together for longer than alone: a window of its
  // own.
  const double plateau = std::min(6 * noise, 0.9 * end);
  const DiffusiveWindow window = diffusive_window(mscd, 1, covariance, {plateau, plateau});
  // Two and a half errors: the worst of four parts is beyond them in one run of twenty.
  if (std::abs(window.worst.slope - 1) > 2.5 * window.worst.error + 0.02) return std::nullopt;

  const std::size_t l = mscd.lags.size() - window.first;
  std::vector<double> x(l);
  std::vector<double> y(l);
  std::vector<double> s(l * l);
  for (std::size_t i = 0; i < l; ++i) {
    x[i] = static_cast<double>(mscd.lags[window.first + i]) * dt;
    y[i] = mscd.per_atom[window.first + i];
    for (std::size_t j = 0; j < l; ++j)
      s[i * l + j] = covariance[(window.first + i) * mscd.lags.size() + window.first + j];
  }
  const GlsFit fit = fit_gls(x, y, s);
  if (!(fit.slope > 0)) return std::nullopt;
  // The slope is charge^2 times 6 times "D of the sum"; the sum's density is one path per volume.
  const double sigma = nernst_einstein(fit.slope / 6 * units::A2_per_ps_in_cm2_per_s, 1, volume, 1,
                                       options.temperature);
  return ReplicaValue{sigma, fit.slope_error / fit.slope, std::numeric_limits<double>::infinity()};
}

/// MSD over all origins of the framework's atoms at one lag.
std::optional<double> framework_msd(const Trajectory& t, double lag_ps) {
  const auto lag = static_cast<std::size_t>(std::llround(lag_ps / t.time_step()));
  double sum = 0;
  std::size_t terms = 0;
  for (std::size_t i = 0; i < t.atoms(); ++i) {
    if (std::find(t.framework.begin(), t.framework.end(), t.species.name(i)) == t.framework.end())
      continue;
    for (std::size_t f = 0; f + lag < t.frames(); ++f, ++terms)
      for (std::size_t a = 0; a < 3; ++a) {
        const double d = t.path(i, a)[f + lag] - t.path(i, a)[f];
        sum += d * d;
      }
  }
  return terms > 0 ? std::optional<double>(sum / static_cast<double>(terms)) : std::nullopt;
}

/// Refused if a run is, with the mean of the runs' bounds.
std::optional<Estimate> refused_run(const std::vector<ConductivityRun>& runs,
                                    Estimate Diffusion::*estimate, const std::string& unit) {
  std::size_t refused = 0;
  std::string why;
  std::optional<double> bound = 0.0;
  for (const ConductivityRun& run : runs) {
    const Estimate& e = run.diffusion.*estimate;
    const std::optional<double> upper = e.is_refused() ? e.upper95 : std::optional<double>(e.high);
    bound = bound && upper
                ? std::optional<double>(*bound + *upper / static_cast<double>(runs.size()))
                : std::nullopt;
    if (!e.is_refused()) continue;
    ++refused;
    if (why.empty()) why = e.refused;
  }
  if (refused == 0) return std::nullopt;
  if (runs.size() > 1) why = fmt::format("{} of {} runs refused; {}", refused, runs.size(), why);
  return Estimate::refusal(why, bound, unit);
}

/// Paths add up as chi-squared with 2 / (relative error)^2 degrees of freedom each.
Estimate combine_collective(const std::vector<ConductivityRun>& runs) {
  double dof = 0;
  double sum = 0;
  for (const ConductivityRun& run : runs) {
    if (!run.collective)
      return Estimate::refusal(
          "the squared charge displacement of a run does not grow linearly with time", std::nullopt,
          sigma_unit);
    const double nu = 2 / (run.collective->relative_error * run.collective->relative_error);
    dof += nu;
    sum += nu * run.collective->value;
  }
  const double value = sum / dof;
  const double high = value * dof / chi_squared_quantile(0.025, dof);
  const double bound = value * dof / chi_squared_quantile(0.05, dof);
  if (dof < fewest_dof)
    return Estimate::refusal(fmt::format("one collective path over the whole run: {:.1f} "
                                         "independent displacements, but at least "
                                         "{:.1f} are needed",
                                         dof / 3, fewest_dof / 3),
                             std::isfinite(bound) ? std::optional<double>(bound) : std::nullopt,
                             sigma_unit);
  return Estimate::of(
      value, value * dof / chi_squared_quantile(0.975, dof), high, sigma_unit,
      fmt::format("slope of the squared charge displacement of the mobile ions in the frame of the "
                  "framework, chi-squared with {:.0f} degrees of freedom",
                  dof));
}

/// The errors of numerator and denominator add on the logarithm; the collective one rules.
Estimate haven_ratio(const Estimate& sigma, const Estimate& collective) {
  if (sigma.is_refused()) return Estimate::refusal("sigma_NE is refused", std::nullopt, "1");
  if (collective.is_refused())
    return Estimate::refusal("sigma_collective is refused", std::nullopt, "1");
  const double ratio = *sigma.value / *collective.value;
  const double below =
      std::hypot(std::log(*sigma.value / sigma.low), std::log(collective.high / *collective.value));
  const double above =
      std::hypot(std::log(sigma.high / *sigma.value), std::log(*collective.value / collective.low));
  return Estimate::of(ratio, ratio * std::exp(-below), ratio * std::exp(above), "1",
                      "sigma_NE / sigma_collective, errors added on the logarithm");
}

}  // namespace

void ConductivityOptions::validate() const {
  if (!(temperature > 0))
    throw InputError(fmt::format("temperature = {:g} K must be positive", temperature));
  if (!(viscosity >= 0) || !std::isfinite(viscosity))
    throw InputError(fmt::format("viscosity = {:g} mPa s must be positive", viscosity));
  if (!(std::abs(charge) > 0) || !std::isfinite(charge))
    throw InputError(fmt::format("charge = {:g} e must not be zero", charge));
}

double nernst_einstein(double D, double ions, double volume, double charge, double temperature) {
  constexpr double A3_in_cm3 = 1e-24;
  const double q = charge * units::elementary_charge_C;
  return ions / (volume * A3_in_cm3) * q * q * D / (units::boltzmann_J_per_K * temperature);
}

double yeh_hummer(double temperature, double viscosity, double length) {
  constexpr double xi = 2.837297;
  constexpr double A_in_m = 1e-10;
  constexpr double m2_in_cm2 = 1e4;
  return xi * units::boltzmann_J_per_K * temperature /
         (6 * std::numbers::pi * 1e-3 * viscosity * A_in_m * length) * m2_in_cm2;
}

ConductivityRun conductivity_of_run(const Trajectory& trajectory,
                                    const ConductivityOptions& options) {
  options.validate();
  ConductivityRun run;
  run.diffusion = diffusion(trajectory, options.species, options.diffusion);
  run.framework_msd = framework_msd(trajectory, run.diffusion.window_last);
  const CorrelatedMean volume = correlated_mean(trajectory.volumes);
  run.volume = volume.mean;
  run.volume_error = volume.error;
  const double factor = nernst_einstein(1, static_cast<double>(run.diffusion.ions), run.volume,
                                        options.charge, options.temperature);
  run.sigma_NE =
      run.diffusion.D.scaled(factor, sigma_unit, "Nernst-Einstein with the run's own mean volume");
  if (!run.diffusion.D.is_refused())
    run.collective = collective_of_run(trajectory, options, run.diffusion, run.volume);
  return run;
}

Conductivity combine(std::vector<ConductivityRun> runs, const ConductivityOptions& options) {
  Conductivity result;
  result.species = options.species;
  result.charge = options.charge;
  result.temperature = options.temperature;
  if (runs.empty()) throw InputError("a conductivity of no runs");

  const auto factor = [&](const ConductivityRun& run) {
    return nernst_einstein(1, static_cast<double>(run.diffusion.ions), run.volume, options.charge,
                           options.temperature);
  };
  std::vector<ReplicaValue> D;
  std::vector<ReplicaValue> D_paper;
  std::vector<ReplicaValue> sigma;
  std::vector<ReplicaValue> sigma_paper;
  double mean_factor = 0;
  for (const ConductivityRun& run : runs) {
    D.push_back(run.diffusion.within);
    D_paper.push_back(run.diffusion.within_paper);
    const auto as_sigma = [&](ReplicaValue s) {
      s.value *= factor(run);
      s.relative_error = std::hypot(s.relative_error, run.volume_error / run.volume);
      return s;
    };
    sigma.push_back(as_sigma(run.diffusion.within));
    sigma_paper.push_back(as_sigma(run.diffusion.within_paper));
    mean_factor += factor(run) / static_cast<double>(runs.size());
  }

  if (const std::optional<Estimate> refused = refused_run(runs, &Diffusion::D, "cm2/s")) {
    result.D = *refused;
    result.sigma_NE = refused->scaled(mean_factor, sigma_unit, "");
    result.sigma_collective =
        Estimate::refusal("D is refused: " + refused->refused, std::nullopt, sigma_unit);
  } else {
    result.D = combine_replicas(D, "cm2/s", runs[0].diffusion.D.method);
    result.sigma_NE =
        combine_replicas(sigma, sigma_unit, "Nernst-Einstein, each run with its own mean volume");
    result.sigma_collective = combine_collective(runs);
  }
  if (const std::optional<Estimate> refused = refused_run(runs, &Diffusion::D_paper, "cm2/s")) {
    result.D_paper = *refused;
    result.sigma_paper = refused->scaled(mean_factor, sigma_unit, "");
  } else {
    result.D_paper = combine_replicas(D_paper, "cm2/s", runs[0].diffusion.D_paper.method);
    result.sigma_paper = combine_replicas(sigma_paper, sigma_unit, "Nernst-Einstein of D_paper");
  }
  if (options.viscosity > 0 && !result.D.is_refused()) {
    double volume = 0;
    for (const ConductivityRun& run : runs) volume += run.volume / static_cast<double>(runs.size());
    const double more = yeh_hummer(options.temperature, options.viscosity, std::cbrt(volume));
    result.D_infinite = Estimate::of(
        *result.D.value + more, result.D.low + more, result.D.high + more, "cm2/s",
        fmt::format(
            "D + {:.3g} cm2/s for the size of the cell (Yeh-Hummer, a liquid of {:g} mPa s)", more,
            options.viscosity));
  }
  result.haven = haven_ratio(result.sigma_NE, result.sigma_collective);
  result.runs = std::move(runs);
  return result;
}

}  // namespace vitrion::analysis
