#include "analysis/claims/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

namespace vitrion::analysis {

namespace {

constexpr double no_bond_is_shorter = 1.3;   // A; a P-O bond is 1.48 to 1.65, vibration 0.1
constexpr double one_bar = 1e-4;             // GPa
constexpr double a_bond_length_squared = 4;  // A^2
constexpr double fewest_hops = 500;          // of all runs of one temperature: D to about a tenth

/// Counts what is looked at and what is wrong with it, and keeps the first words of each.
class Tally {
 public:
  explicit Tally(const char* name) { check_.name = name; }

  void good() { ++seen_; }
  void bad(const std::string& what) {
    ++seen_;
    ++bad_;
    if (bad_ <= shown) check_.detail += (check_.detail.empty() ? "" : "; ") + what;
  }
  void look(bool is_good, const std::string& what) {
    if (is_good)
      good();
    else
      bad(what);
  }
  /// `one` names what was looked at, e.g. "glasses".
  Check done(CheckState if_bad, const std::string& one, const std::string& absent,
             const std::string& rule) {
    if (seen_ == 0) {
      check_.detail = absent;
      return check_;
    }
    check_.state = bad_ == 0 ? CheckState::pass : if_bad;
    if (bad_ == 0)
      check_.detail = fmt::format("{} {}: {}", seen_, one, rule);
    else
      check_.detail = fmt::format("{} of {} {}: {}{}", bad_, seen_, one, check_.detail,
                                  bad_ > shown ? "; ..." : "");
    return check_;
  }

 private:
  static constexpr std::size_t shown = 3;
  Check check_;
  std::size_t seen_ = 0;
  std::size_t bad_ = 0;
};

std::string name_of(const CompositionFindings& c, const GlassFindings& glass) {
  return fmt::format("{}, replica {}", c.name, glass.replica);
}

std::string name_of(const CompositionFindings& c, const GlassFindings& glass,
                    const RunFindings& run) {
  return fmt::format("{}, {:g} K", name_of(c, glass), run.temperature);
}

template <class Body>
void each_glass(const Findings& f, const Body& body) {
  for (const CompositionFindings& c : f.compositions)
    for (const GlassFindings& glass : c.glasses) body(c, glass);
}

template <class Body>
void each_run(const Findings& f, const Body& body) {
  each_glass(f, [&](const CompositionFindings& c, const GlassFindings& glass) {
    for (const RunFindings& run : glass.runs) body(c, glass, run);
  });
}

int count(const GlassFindings& glass, const char* species) {
  const auto found = glass.atoms.find(species);
  return found == glass.atoms.end() ? 0 : found->second;
}

Check neutrality(const Findings& f) {
  Tally tally("neutral");
  each_glass(f, [&](const CompositionFindings& c, const GlassFindings& g) {
    if (g.atoms.empty()) return;
    const int charge = count(g, "Na") + 5 * count(g, "P") - 2 * count(g, "S") - 2 * count(g, "O");
    tally.look(charge == 0, fmt::format("{} has the charge {:+}", name_of(c, g), charge));
  });
  return tally.done(CheckState::fail, "glasses", "no structure is at hand",
                    "charges of Na+, P5+, S2- and O2- add up to nothing");
}

Check composition(const Findings& f) {
  Tally tally("composition");
  each_glass(f, [&](const CompositionFindings& c, const GlassFindings& g) {
    if (g.atoms.empty()) return;
    const int P = count(g, "P");
    const double x = P > 0 ? static_cast<double>(count(g, "O")) / P : -1;
    const bool exact = P > 0 && count(g, "Na") == 3 * P && count(g, "S") + count(g, "O") == 4 * P &&
                       std::abs(x - c.x) * P < 0.5;
    tally.look(exact, fmt::format("{} holds Na{} P{} S{} O{}", name_of(c, g), count(g, "Na"), P,
                                  count(g, "S"), count(g, "O")));
  });
  return tally.done(CheckState::fail, "glasses", "no structure is at hand",
                    "Na3PS(4-x)O(x) to the atom");
}

Check distances(const Findings& f) {
  Tally tally("smallest distance");
  each_glass(f, [&](const CompositionFindings& c, const GlassFindings& g) {
    if (g.smallest_distance)
      tally.look(*g.smallest_distance > no_bond_is_shorter,
                 fmt::format("{}: {:.2f} A", name_of(c, g), *g.smallest_distance));
  });
  return tally.done(CheckState::fail, "glasses", "no structure is at hand",
                    fmt::format("no two atoms nearer than {:g} A", no_bond_is_shorter));
}

Check melts(const Findings& f) {
  Tally tally("melt forgot its start");
  each_glass(f, [&](const CompositionFindings& c, const GlassFindings& g) {
    if (g.melt_equilibrated)
      tally.look(*g.melt_equilibrated, fmt::format("{}: {}", name_of(c, g), g.melt));
  });
  return tally.done(CheckState::warn, "melts", "no record of a quench is at hand",
                    "bonds broke, anions were exchanged, all species diffused");
}

Check settled(const Findings& f, const char* name, std::optional<bool> GlassFindings::*what) {
  Tally tally(name);
  each_glass(f, [&](const CompositionFindings& c, const GlassFindings& g) {
    if (g.*what) tally.look(*(g.*what), name_of(c, g) + " still drifts");
  });
  return tally.done(CheckState::warn, "glasses", "it was not recorded",
                    "no drift beyond two standard errors");
}

/// A mean against its target, within three standard errors or a tolerance.
Check means(const Findings& f, const char* name, const char* unit,
            std::optional<CorrelatedMean> GlassFindings::*what,
            const std::function<std::optional<double>(const CompositionFindings&)>& target,
            double tolerance) {
  Tally tally(name);
  each_glass(f, [&](const CompositionFindings& c, const GlassFindings& g) {
    const std::optional<double> wanted = target(c);
    if (!(g.*what) || !wanted) return;
    const CorrelatedMean& m = *(g.*what);
    tally.look(std::abs(m.mean - *wanted) <= std::max(3 * m.error, tolerance),
               fmt::format("{}: {:.4g} +- {:.2g} {}, not {:.4g}", name_of(c, g), m.mean, m.error,
                           unit, *wanted));
  });
  return tally.done(CheckState::warn, "glasses", "no trace of the last segment is at hand",
                    "within three standard errors of what was asked for");
}

Check convergence(const Findings& f) {
  Tally tally("runs that diffuse");
  each_run(f, [&](const CompositionFindings& c, const GlassFindings& g, const RunFindings& r) {
    tally.look(r.D.has_value(), name_of(c, g, r) + ": " + r.refused);
  });
  return tally.done(CheckState::warn, "runs", "there is no run", "each has a D");
}

Check fits(const Findings& f) {
  Tally tally("fit of D");
  each_run(f, [&](const CompositionFindings& c, const GlassFindings& g, const RunFindings& r) {
    if (r.D) tally.look(r.guard == "passed", name_of(c, g, r) + ": " + r.guard);
  });
  return tally.done(CheckState::warn, "runs", "no run has a D",
                    "the covariance is sound and weighted least squares agree");
}

Check identity(const Findings& f) {
  Check check{"bridges and free anions", CheckState::not_run, "there is no census of units"};
  std::size_t frames = 0;
  std::size_t broken = 0;
  for (const CompositionFindings& c : f.compositions)
    if (c.units) {
      frames += c.units->frames;
      broken += c.units->frames_broken;
    }
  if (frames == 0) return check;
  check.state = broken == 0 ? CheckState::pass : CheckState::warn;
  check.detail = fmt::format(
      "{} of {} frames break N_free = N_bridging + 2 N_PP + N_anion - 4 N_P, which holds "
      "where every P has four bonds",
      broken, frames);
  return check;
}

Check unwrapping(const Findings& f) {
  Tally tally("unwrapping");
  each_run(f, [&](const CompositionFindings& c, const GlassFindings& g, const RunFindings& r) {
    if (!r.framework_msd || !r.framework_msd_cartesian) return;
    const double difference = std::abs(*r.framework_msd_cartesian - *r.framework_msd);
    tally.look(difference <= 0.1 * std::max(0.1, *r.framework_msd),
               fmt::format("{}: {:.3g} A2 as used, {:.3g} by Cartesian steps", name_of(c, g, r),
                           *r.framework_msd, *r.framework_msd_cartesian));
  });
  return tally.done(CheckState::warn, "runs", "it was not recorded",
                    "the framework moves the same by fractional and by Cartesian steps");
}

Check framework_stands(const Findings& f) {
  Tally tally("framework is solid");
  each_run(f, [&](const CompositionFindings& c, const GlassFindings& g, const RunFindings& r) {
    if (r.framework_flow)
      tally.look(*r.framework_flow < a_bond_length_squared,
                 fmt::format("{}: it moves by {:.3g} A2", name_of(c, g, r), *r.framework_flow));
  });
  return tally.done(CheckState::warn, "runs", "no MSD of the framework is at hand",
                    "the framework moves by less than a bond length while the ions diffuse");
}

Check hops(const Findings& f) {
  Tally tally("hops enough");
  for (const CompositionFindings& c : f.compositions) {
    std::map<double, double> sums;
    for (const GlassFindings& glass : c.glasses)
      for (const RunFindings& run : glass.runs)
        if (run.hops) sums[run.temperature] += *run.hops;
    for (const auto& [temperature, sum] : sums)
      tally.look(sum >= fewest_hops,
                 fmt::format("{}, {:g} K: {:g} hops", c.name, temperature, sum));
  }
  return tally.done(CheckState::warn, "temperatures", "there is no record of hops",
                    fmt::format("at least {:g} hops each", fewest_hops));
}

Check moduli(const Findings& f) {
  Tally tally("two ways to the bulk modulus");
  for (const CompositionFindings& c : f.compositions)
    if (c.modulus_agreement)
      tally.look(c.modulus_agreement->agree, c.name + ": " + c.modulus_agreement->statement);
  return tally.done(CheckState::warn, "compositions",
                    "no composition has K by strain and by fluctuation",
                    "strain and fluctuation agree");
}

/// Means of sigma rise with temperature; of one composition, where all its runs have one.
Check order_in_temperature(const Findings& f) {
  Tally tally("conductivity rises with temperature");
  for (const CompositionFindings& c : f.compositions) {
    std::map<double, std::vector<double>> sigma;
    std::map<double, bool> whole;
    for (const GlassFindings& glass : c.glasses)
      for (const RunFindings& run : glass.runs) {
        whole.try_emplace(run.temperature, true);
        if (run.sigma)
          sigma[run.temperature].push_back(*run.sigma);
        else
          whole[run.temperature] = false;
      }
    double last = 0;
    double last_temperature = 0;
    for (const auto& [temperature, values] : sigma) {
      if (!whole[temperature]) continue;
      const double m = mean(values);
      if (last > 0)
        tally.look(m > last, fmt::format("{}: {:.3g} S/cm at {:g} K, {:.3g} at {:g} K", c.name,
                                         last, last_temperature, m, temperature));
      last = m;
      last_temperature = temperature;
    }
  }
  return tally.done(CheckState::warn, "pairs of temperatures",
                    "no composition has a conductivity at two temperatures", "each rises");
}

}  // namespace

const char* to_string(CheckState state) {
  switch (state) {
    case CheckState::pass:
      return "pass";
    case CheckState::warn:
      return "warn";
    case CheckState::fail:
      return "fail";
    case CheckState::not_run:
      return "not run";
  }
  return "";
}

std::vector<Check> self_checks(const Findings& f) {
  const auto asked = [](const CompositionFindings& c) { return c.target_temperature; };
  const auto bar = [](const CompositionFindings&) -> std::optional<double> { return one_bar; };
  return {neutrality(f),
          composition(f),
          distances(f),
          melts(f),
          settled(f, "energy has settled", &GlassFindings::energy_settled),
          settled(f, "volume has settled", &GlassFindings::settled),
          means(f, "mean temperature", "K", &GlassFindings::mean_temperature, asked, 3),
          means(f, "mean pressure", "GPa", &GlassFindings::mean_pressure, bar, 0.01),
          identity(f),
          moduli(f),
          convergence(f),
          fits(f),
          hops(f),
          unwrapping(f),
          framework_stands(f),
          order_in_temperature(f)};
}

nlohmann::json to_json(const Check& check) {
  return {{"name", check.name}, {"state", to_string(check.state)}, {"detail", check.detail}};
}

}  // namespace vitrion::analysis
