// vitrion analyze: quantities of any trajectory, as text, JSON records or CSV.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/records.hpp"
#include "app/commands.hpp"
#include "app/trajectory_input.hpp"
#include "base/error.hpp"
#include "base/threads.hpp"

namespace vitrion::app {

namespace {

using analysis::Estimate;
using nlohmann::json;

/// The words that all quantities share; several files are replicas.
struct Arguments {
  std::vector<std::string> files;
  TrajectoryInput input;
  std::vector<std::string> species;
  double charge = 1;
  std::vector<double> temperature;
  std::vector<std::string> pairs;
  analysis::RdfOptions rdf;
  analysis::BondCutoffs cutoffs;
  std::size_t threads = default_threads();
  bool json = false;
  bool csv = false;
};

std::string text_of(const Estimate& e) {
  if (!e.is_refused())
    return fmt::format("{:.4g} [{:.4g}, {:.4g}] {}", *e.value, e.low, e.high, e.unit);
  if (e.upper95)
    return fmt::format("refused (under {:.3g} {}, 95 %): {}", *e.upper95, e.unit, e.refused);
  return "refused: " + e.refused;
}

void print_line(const std::string& name, const Estimate& e) {
  fmt::print("{:<22} {}\n", name, text_of(e));
}

/// The record as one line, with what it was made from.
void print_record(json record, const Arguments& a) {
  record["input"] = {{"files", a.files}, {"frames", a.input.frames}};
  record["vitrion"] = VITRION_VERSION;
  fmt::print("{}\n", record.dump());
}

void run_rdf(const Arguments& a) {
  std::vector<analysis::RdfAccumulator> runs;
  for (const std::string& file : a.files) {
    runs.emplace_back(a.rdf);
    for_each_frame(file, a.input, false,
                   [&](const structures::Frame& f, double) { runs.back().add(f); });
  }
  std::vector<std::string> pairs = a.pairs;
  if (pairs.empty()) {
    pairs = analysis::all_pairs(runs[0]);
    pairs.insert(pairs.begin(), "total");
  }
  std::vector<analysis::Rdf> results;
  for (const std::string& pair : pairs) results.push_back(analysis::rdf(runs, pair));
  if (a.json) {
    // The arrays of the first pair stand at the top, so that one pair is one plain record.
    json record = to_json(results[0]);
    for (std::size_t k = 0; results.size() > 1 && k < results.size(); ++k)
      record["pairs"].push_back(to_json(results[k]));
    print_record(std::move(record), a);
  } else if (a.csv) {
    if (results.size() > 1 && !a.pairs.empty())
      throw InputError("--csv writes one pair: give one --pair");
    fmt::print("{}", to_csv(results[0]));
  } else {
    fmt::print("{:<8} {:>9} {:>7} {:>11}  coordination [95 %]\n", "pair", "peak (A)", "g",
               "minimum (A)");
    for (const analysis::Rdf& r : results)
      fmt::print("{:<8} {:>9} {:>7} {:>11}  {}\n", r.pair,
                 r.first_peak ? fmt::format("{:.3f}", r.first_peak->r) : "-",
                 r.first_peak ? fmt::format("{:.2f}", r.first_peak->g) : "-",
                 r.first_minimum ? fmt::format("{:.2f}", *r.first_minimum) : "-",
                 text_of(r.coordination_number));
  }
}

void run_units(const Arguments& a) {
  std::vector<analysis::UnitSeries> runs;
  for (const std::string& file : a.files) {
    runs.emplace_back(a.cutoffs);
    for_each_frame(file, a.input, false,
                   [&](const structures::Frame& f, double) { runs.back().add(f); });
  }
  const analysis::UnitCensus c = analysis::unit_census(runs);
  if (a.json) {
    print_record(to_json(c), a);
  } else if (a.csv) {
    fmt::print("unit,count,count_low,count_high,fraction,fraction_low,fraction_high\n");
    for (const auto& k : c.classes)
      fmt::print("{},{},{},{},{},{},{}\n", k.name, *k.count.value, k.count.low, k.count.high,
                 *k.fraction.value, k.fraction.low, k.fraction.high);
  } else {
    for (const auto& k : c.classes) print_line(k.name, k.count);
    for (std::size_t n = 0; n < c.qn.size(); ++n) print_line(fmt::format("Q{} of P", n), c.qn[n]);
    for (const auto& [name, e] : c.anions) print_line(name, e);
    for (const auto& [name, e] : c.bonds) print_line(name + " bonds", e);
    if (c.frames_broken > 0)
      fmt::print(
          "{} of {} frames break the identity N_free = N_bridging + 2 N_PP: some P has not four "
          "bonds\n",
          c.frames_broken, c.frames);
  }
}

void run_density(const Arguments& a) {
  std::vector<analysis::DensitySeries> runs;
  for (const std::string& file : a.files) {
    runs.emplace_back();
    for_each_frame(file, a.input, false,
                   [&](const structures::Frame& f, double) { runs.back().add(f); });
  }
  const analysis::Density d = analysis::density(runs);
  if (a.json) {
    print_record(to_json(d), a);
  } else if (a.csv) {
    fmt::print("replica,frame,density_g_cm3,volume_A3\n");
    for (std::size_t r = 0; r < runs.size(); ++r)
      for (std::size_t f = 0; f < runs[r].density.size(); ++f)
        fmt::print("{},{},{},{}\n", r, f, runs[r].density[f], runs[r].volume[f]);
  } else {
    print_line("density", d.density);
    print_line("volume", d.volume);
    print_line("volume per atom", d.volume_per_atom);
    print_line("drift over the run", d.drift);
    fmt::print("{:<22} {}\n", "settled", d.settled ? "yes" : "no: the density still drifts");
  }
}

void run_msd(const Arguments& a) {
  std::vector<analysis::MsdTable> runs;
  for (const std::string& file : a.files)
    runs.push_back(analysis::msd_table(
        read_trajectory(file, a.input, a.species,
                        a.species.empty() ? std::vector<std::string>{"Na"} : a.species, false),
        a.threads));
  const analysis::MsdTable m = analysis::mean_of(runs);
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

analysis::Conductivity conductivity_of(const Arguments& a, const std::vector<std::string>& files,
                                       double temperature) {
  analysis::ConductivityOptions options;
  options.species = a.species.empty() ? "Na" : a.species[0];
  options.charge = a.charge;
  options.temperature = temperature;
  options.diffusion.threads = a.threads;
  options.validate();
  std::vector<analysis::ConductivityRun> runs;
  for (const std::string& file : files)
    runs.push_back(analysis::conductivity_of_run(
        read_trajectory(file, a.input, {options.species}, {options.species}, true), options));
  return analysis::combine(std::move(runs), options);
}

void run_conductivity(const Arguments& a) {
  if (a.temperature.size() != 1) throw InputError("conductivity needs one --temperature in K");
  if (a.species.size() > 1) throw InputError("conductivity is of one --species");
  const analysis::Conductivity c = conductivity_of(a, a.files, a.temperature[0]);
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
    print_line("D", c.D);
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
std::vector<json> conductivities(const Arguments& a) {
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

void run_arrhenius(const Arguments& a) {
  const analysis::Arrhenius r = analysis::arrhenius(analysis::arrhenius_points(conductivities(a)));
  if (a.json) {
    print_record(to_json(r), a);
  } else if (a.csv) {
    fmt::print("temperature_K,sigma_S_cm,low,high\n");
    for (const auto& b : r.band) fmt::print("{},{},{},{}\n", b.temperature, b.sigma, b.low, b.high);
  } else {
    print_line("activation energy", r.activation_energy);
    print_line("ln prefactor", r.ln_prefactor);
    fmt::print("{}\n", r.statement);
  }
  if (r.activation_energy.is_refused()) throw Refused(r.activation_energy.refused);
}

/// A quantity's sub-command with the words that all share.
CLI::App* quantity(CLI::App* analyze, const std::shared_ptr<Arguments>& a, const char* name,
                   const char* what) {
  CLI::App* c = analyze->add_subcommand(name, what);
  c->add_option("TRAJ", a->files, "trajectories; several are replicas")->required();
  c->add_option("--elements", a->input.elements,
                "names of the types, for files with types only: Na,P,S,O")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("--frames", a->input.frames, "Python slice of the frames, A:B:S")
      ->capture_default_str();
  CLI::Option* as_json = c->add_flag("--json", a->json, "print the record (docs/report_record.md)");
  c->add_flag("--csv", a->csv, "print CSV")->excludes(as_json);
  return c;
}

void add_transport_words(CLI::App* c, const std::shared_ptr<Arguments>& a) {
  c->add_option("--frame-time", a->input.frame_time,
                "ps between frames, where the file holds no time");
  c->add_option("--drift", a->input.drift,
                "what stands still: framework, com (centre of mass), none; auto is "
                "framework, and com if there is none")
      ->check(CLI::IsMember({"auto", "framework", "com", "none"}))
      ->capture_default_str();
  c->add_option("--framework", a->input.framework,
                "species of the framework (default: P if there is any, "
                "else all that are not mobile)")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_flag("--unwrapped", a->input.unwrapped, "the positions are unwrapped already (xu, xsu)");
  c->add_option("--threads", a->threads, "threads (default: all cores)");
}

void add_structure(CLI::App* analyze, const std::shared_ptr<Arguments>& a) {
  CLI::App* c = quantity(analyze, a, "rdf", "Pair distributions g(r) and coordination numbers");
  c->add_option("--pair", a->pairs, "A-B or total, may be given again; default all")
      ->allow_extra_args(false);
  c->add_option("--rmax", a->rdf.r_max,
                "A, at most half the smallest height of the cell (default 10 A or 0.47 of it)");
  c->add_option("--bin", a->rdf.bin, "A")->capture_default_str();
  c->footer(
      "g_ab(r) = <V n_ab(r)> / (N_a (N_b - d_ab) shell), with V of each frame; the coordination "
      "number counts up\n"
      "to the first minimum of the average.\n\nExample:\n  vitrion analyze rdf glass.extxyz --pair "
      "P-S --json");
  c->callback([a] { run_rdf(*a); });

  c = quantity(analyze, a, "units",
               "Structural units PS(4-k)O(k), Q^n, bridging and free anions, P-P and S-S bonds");
  c->add_option("--ps", a->cutoffs.P_S, "longest P-S bond, A")->capture_default_str();
  c->add_option("--po", a->cutoffs.P_O, "longest P-O bond, A")->capture_default_str();
  c->add_option("--pp", a->cutoffs.P_P, "longest P-P bond, A")->capture_default_str();
  c->add_option("--ss", a->cutoffs.S_S, "longest S-S bond, A")->capture_default_str();
  c->footer(
      "Counts per frame with errors that know the correlation in time, and the identity N_free = "
      "N_bridging + 2 N_PP.\n\n"
      "Example:\n  vitrion analyze units glass.extxyz --frames -100:");
  c->callback([a] { run_units(*a); });

  c = quantity(analyze, a, "density", "Density and volume, and whether they have settled");
  c->footer("Example:\n  vitrion analyze density npt.lammpstrj --elements Na,P,S,O");
  c->callback([a] { run_density(*a); });
}

void add_transport(CLI::App* analyze, const std::shared_ptr<Arguments>& a) {
  CLI::App* c = quantity(analyze, a, "msd",
                         "Mean squared displacements, over all origins and from the first frame");
  add_transport_words(c, a);
  c->add_option("--species", a->species, "species (default: all)")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->footer(
      "Paths are unwrapped by fractional coordinates, which is right under a barostat too.\n\n"
      "Example:\n  vitrion analyze msd run.lammpstrj --elements Na,P,S,O --frame-time 0.1 --csv");
  c->callback([a] { run_msd(*a); });

  c = quantity(analyze, a, "conductivity",
               "D, Nernst-Einstein and collective conductivity, Haven ratio, or a refusal");
  add_transport_words(c, a);
  c->add_option("--species", a->species, "the mobile ion (default: Na)")->allow_extra_args(false);
  c->add_option("--charge", a->charge, "its charge, e")->capture_default_str();
  c->add_option("--temperature", a->temperature, "K")->required()->allow_extra_args(false);
  c->footer(
      "D = slope / 6 of the MSD over its diffusive window by generalised least squares; sigma = n "
      "q^2 D / kT with each\n"
      "run's own volume. Exit code 3 where D is refused: its 95 % interval includes 0, the log-log "
      "slope of the MSD\n"
      "excludes 1, or the MSD stays under three times its cage plateau; an upper bound is "
      "printed.\n\n"
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
  c->footer(
      "The interval is the wider of draws from the points' errors and Student's t on the scatter "
      "about the line.\n\n"
      "Example:\n  vitrion analyze arrhenius sigma_800.json sigma_1000.json sigma_1300.json");
  c->callback([a] { run_arrhenius(*a); });
}

}  // namespace

void add_analyze(CLI::App& program) {
  CLI::App* analyze =
      program.add_subcommand("analyze", "Structure and transport of any trajectory");
  analyze->require_subcommand(1);
  analyze->footer("Example:\n  vitrion analyze rdf glass.extxyz --pair P-S");
  const auto a = std::make_shared<Arguments>();
  add_structure(analyze, a);
  add_transport(analyze, a);
}

}  // namespace vitrion::app
