// vitrion analyze msd, conductivity, arrhenius: how fast the ions move.
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/records.hpp"
#include "app/analyze.hpp"
#include "base/error.hpp"
#include "report/palette.hpp"

namespace vitrion::app {

namespace {

using analysis::Estimate;
using nlohmann::json;

/// The two schemes differ by over a tenth and by what an eye could see.
bool schemes_disagree(double fractional, double cartesian) {
  constexpr double visible = 0.02;  // A^2
  return std::abs(cartesian - fractional) > std::max(0.1 * fractional, visible);
}

void run_msd(const AnalyzeArguments& a) {
  std::vector<analysis::MsdTable> runs;
  for (const std::string& file : a.files) {
    runs.push_back(analysis::msd_table(
        read_trajectory(file, a.input, a.species,
                        a.species.empty() ? std::vector<std::string>{"Na"} : a.species, false),
        a.threads));
    const analysis::MsdTable& m = runs.back();
    if (schemes_disagree(m.framework_msd, m.framework_msd_cartesian))
      fmt::print(
          stderr,
          "vitrion: {}: the framework moved by {:.3g} A^2; adding Cartesian steps would make "
          "it {:.3g} A^2, which is the breathing of the cell\n",
          file, m.framework_msd, m.framework_msd_cartesian);
  }
  const analysis::MsdTable m = analysis::mean_of(runs);
  report::Panel p = panel("lag (ps)", "MSD (A^2)");
  p.x.logarithmic = p.y.logarithmic = true;
  for (std::size_t s = 0; s < m.species.size(); ++s)
    add_curve(p, m.species[s], m.lag_ps, m.multi_origin[s], {}, s);
  plot(a, {p});
  if (a.json) {
    json record = to_json(m);
    record["replicas"] = runs.size();
    print_record(std::move(record), a);
  } else if (a.csv) {
    fmt::print("{}", to_csv(m));
  } else {
    fmt::print("MSD over all origins in A^2, {}\n{:>10}", m.drift_frame, "lag (ps)");
    for (const std::string& name : m.species) fmt::print(" {:>10}", name);
    for (std::size_t l = 0; l < m.lag_ps.size();
         l += std::max<std::size_t>(1, m.lag_ps.size() / 20)) {
      fmt::print("\n{:>10.4g}", m.lag_ps[l]);
      for (const auto& column : m.multi_origin) fmt::print(" {:>10.4g}", column[l]);
    }
    fmt::print("\n");
  }
}

analysis::Conductivity conductivity_of(const AnalyzeArguments& a,
                                       const std::vector<std::string>& files, double temperature) {
  analysis::ConductivityOptions options;
  options.species = a.species.empty() ? "Na" : a.species[0];
  options.charge = a.charge;
  options.temperature = temperature;
  options.viscosity = a.viscosity;
  options.diffusion.threads = a.threads;
  options.validate();
  std::vector<analysis::ConductivityRun> runs;
  for (const std::string& file : files)
    runs.push_back(analysis::conductivity_of_run(
        read_trajectory(file, a.input, {options.species}, {options.species}, true), options));
  return analysis::combine(std::move(runs), options);
}

void print_conductivity(const analysis::Conductivity& c, const AnalyzeArguments& a) {
  print_line("D", c.D);
  if (c.D_infinite) print_line("D of an infinite liquid", *c.D_infinite);
  print_line("D, paper's estimator", c.D_paper);
  print_line("sigma_NE", c.sigma_NE);
  print_line("sigma_collective", c.sigma_collective);
  print_line("Haven ratio", c.haven);
  for (std::size_t k = 0; k < c.runs.size(); ++k) {
    const analysis::Diffusion& d = c.runs[k].diffusion;
    fmt::print("  {}: D {}; window {:.3g} to {:.3g} ps, guard {}\n", a.files[k], text_of(d.D),
               d.window_first, d.window_last, d.guard.empty() ? "not reached" : d.guard);
  }
}

void run_conductivity(const AnalyzeArguments& a) {
  if (a.temperature.size() != 1) throw InputError("conductivity needs one --temperature in K");
  if (a.species.size() > 1) throw InputError("conductivity is of one --species");
  const analysis::Conductivity c = conductivity_of(a, a.files, a.temperature[0]);
  report::Panel p = panel("replica (the last: all)", "D (cm2/s)");
  p.y.logarithmic = true;
  for (std::size_t k = 0; k < c.runs.size(); ++k)
    add_estimate(p, static_cast<double>(k), c.runs[k].diffusion.D);
  add_estimate(p, static_cast<double>(c.runs.size()), c.D);
  plot(a, {p});
  if (a.json) {
    print_record(to_json(c, a.files), a);
  } else if (a.csv) {
    fmt::print("quantity,value,low,high,unit,refused,upper95\n");
    const auto row = [](const char* name, const Estimate& e) {
      if (e.is_refused())
        fmt::print("{},,,,{},\"{}\",{}\n", name, e.unit, e.refused,
                   e.upper95 ? fmt::format("{}", *e.upper95) : "");
      else
        fmt::print("{},{},{},{},{},,\n", name, *e.value, e.low, e.high, e.unit);
    };
    row("D", c.D);
    row("D_paper", c.D_paper);
    row("sigma_NE", c.sigma_NE);
    row("sigma_collective", c.sigma_collective);
    row("haven", c.haven);
  } else {
    print_conductivity(c, a);
  }
  if (c.D.is_refused()) throw Refused(c.D.refused);
}

std::vector<json> read_records(const std::vector<std::string>& files) {
  std::vector<json> records;
  for (const std::string& file : files) {
    std::ifstream in(file);
    json record = json::parse(in, nullptr, false);
    if (record.is_discarded()) throw InputError(fmt::format("{} is not a JSON record", file));
    if (record.is_array())
      records.insert(records.end(), record.begin(), record.end());
    else
      records.push_back(std::move(record));
  }
  return records;
}

/// Conductivity records as they are, or trajectories grouped by their temperature.
std::vector<json> conductivities(const AnalyzeArguments& a) {
  if (a.temperature.empty()) return read_records(a.files);
  if (a.temperature.size() != a.files.size())
    throw InputError(
        fmt::format("{} files but {} temperatures: give one --temperature a file, in their order "
                    "(equal ones are replicas)",
                    a.files.size(), a.temperature.size()));
  std::map<double, std::vector<std::string>> groups;
  for (std::size_t k = 0; k < a.files.size(); ++k) groups[a.temperature[k]].push_back(a.files[k]);
  std::vector<json> records;
  for (const auto& [temperature, files] : groups)
    records.push_back(to_json(conductivity_of(a, files, temperature), files));
  return records;
}

/// "298:363" as two temperatures in K.
void parse_band(const std::string& text, analysis::ArrheniusOptions& options) {
  if (text.empty()) return;
  const std::size_t colon = text.find(':');
  const auto number = [&](const std::string& word) {
    double value = 0;
    if (colon == std::string::npos || !CLI::detail::lexical_cast(word, value) || !(value > 0))
      throw InputError(fmt::format("--band '{}' must be two temperatures in K: 298:473", text));
    return value;
  };
  options.band_from = number(text.substr(0, colon));
  options.band_to = number(text.substr(colon + 1));
}

report::Panel arrhenius_panel(const analysis::Arrhenius& r) {
  report::Panel p = panel("1000 / T (1/K)", "sigma T (S K/cm)");
  p.y.logarithmic = true;
  report::Series band;
  band.mark = report::Mark::band;
  band.opacity = 0.25;
  band.colour = report::palette::blue;
  for (const auto& b : r.band) {
    band.x.push_back(1000 / b.temperature);
    band.y.push_back(b.sigma * b.temperature);
    band.low.push_back(b.low * b.temperature);
    band.high.push_back(b.high * b.temperature);
  }
  report::Series line = band;
  line.mark = report::Mark::line;
  line.opacity = 1;
  line.low.clear();
  line.high.clear();
  p.series = {band, line};
  for (const analysis::ArrheniusPoint& point : r.points)
    add_estimate(p, 1000 / point.temperature,
                 point.sigma.scaled(point.temperature, "S K/cm", point.sigma.method));
  return p;
}

void run_arrhenius(const AnalyzeArguments& a) {
  analysis::ArrheniusOptions options;
  parse_band(a.band, options);
  options.glass_transition = a.glass_transition;
  const analysis::Arrhenius r =
      analysis::arrhenius(analysis::arrhenius_points(conductivities(a)), options);
  plot(a, {arrhenius_panel(r)});
  if (a.json) {
    print_record(to_json(r), a);
  } else if (a.csv) {
    fmt::print("temperature_K,sigma_S_cm,low,high\n");
    for (const auto& b : r.band) fmt::print("{},{},{},{}\n", b.temperature, b.sigma, b.low, b.high);
  } else {
    print_line("activation energy", r.activation_energy);
    print_line("ln prefactor", r.ln_prefactor);
    if (!a.band.empty())
      for (const analysis::Arrhenius::BandPoint& b : {r.band.front(), r.band.back()})
        fmt::print("sigma at {:<15.4g} {:.3g} [{:.3g}, {:.3g}] S/cm\n", b.temperature, b.sigma,
                   b.low, b.high);
    fmt::print("{}\n", r.statement);
  }
  if (r.activation_energy.is_refused()) throw Refused(r.activation_energy.refused);
}

}  // namespace

void add_transport(CLI::App* analyze, const Shared& a) {
  CLI::App* c = quantity(analyze, a, "msd",
                         "Mean squared displacements, over all origins and from the first frame");
  add_transport_words(c, a);
  add_species_word(c, a, "species (default: all)");
  c->footer(
      "MSD(t) = < |R(t0 + t) - R(t0)|^2 > over ions and origins by Fourier transform "
      "(10.1051/sfn/201112010). Paths are\nunwrapped by fractional coordinates, which is right "
      "under a barostat too.\n\n"
      "Example:\n  vitrion analyze msd run.lammpstrj --elements Na,P,S,O --frame-time 0.1 --csv");
  c->callback([a] { run_msd(*a); });

  c = quantity(analyze, a, "conductivity",
               "D, Nernst-Einstein and collective conductivity, Haven ratio, or a refusal");
  add_transport_words(c, a);
  c->add_option("--species", a->species, "the mobile ion (default: Na)")->allow_extra_args(false);
  c->add_option("--charge", a->charge, "its charge, e")->capture_default_str();
  c->add_option("--temperature", a->temperature, "K")->required()->allow_extra_args(false);
  c->add_option("--viscosity", a->viscosity,
                "mPa s, of a liquid: adds what its periodic cell takes from D (Yeh-Hummer)");
  c->footer(
      "D = slope / 6 of the MSD over its diffusive window by generalised least squares; sigma = n "
      "q^2 D / kT with each\n"
      "run's own volume. Exit code 3 where D is refused: its 95 % interval includes 0, the log-log "
      "slope of the MSD\n"
      "excludes 1, or the MSD stays under three times its cage plateau; an upper bound is "
      "printed. Source: docs/analysis.md,\nDiffusion and Conductivity.\n\n"
      "Example:\n  vitrion analyze conductivity a.dump.zst b.dump.zst --elements Na,P,S,O "
      "--temperature 800 \\\n"
      "      --frame-time 0.1 --json");
  c->callback([a] { run_conductivity(*a); });

  c = quantity(analyze, a, "arrhenius", "Activation energy from ln(sigma T) against 1/T");
  add_transport_words(c, a);
  c->add_option("--species", a->species, "the mobile ion (default: Na)")->allow_extra_args(false);
  c->add_option("--charge", a->charge, "its charge, e")->capture_default_str();
  c->add_option("--temperature", a->temperature,
                "K, one a trajectory in their order (equal ones are replicas); "
                "without it the files are conductivity records")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("--band", a->band,
                "FROM:TO in K, where the line and its band are drawn (a fan beyond the points)");
  c->add_option("--tg", a->glass_transition,
                "K: no line crosses the glass transition; points over it are left out");
  c->footer(
      "sigma T = A exp(-Ea / kT), weighted with the points' errors. The interval is the wider of "
      "draws from the points'\nerrors and Student's t on the scatter about the line. Source: "
      "docs/analysis.md, Arrhenius.\n\n"
      "Example:\n  vitrion analyze arrhenius sigma_800.json sigma_1000.json sigma_1300.json "
      "--band 400:1300");
  c->callback([a] { run_arrhenius(*a); });
}

}  // namespace vitrion::app
