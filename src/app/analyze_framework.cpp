// vitrion analyze framework: how flexible the network is that the ions move in.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/framework.hpp"
#include "analysis/space_records.hpp"
#include "app/analyze.hpp"
#include "base/error.hpp"

namespace vitrion::app {

namespace {

struct FrameworkArguments {
  Shared shared;
  bool hops = false;
  analysis::FrameworkOptions options;
};

void plot_framework(const AnalyzeArguments& a, const analysis::Framework& f) {
  report::Panel msd = panel("time (ps)", fmt::format("MSD of {} (A2)", f.options.centre));
  for (std::size_t r = 0; r < f.runs.size(); ++r)
    add_curve(msd, a.files[r], f.runs[r].time_ps, f.runs[r].msd_first, {}, r);
  report::Panel turns = panel("lag (ps)", "C_l of the bonds");
  turns.x.logarithmic = true;
  // A logarithmic axis has no lag of zero.
  const auto later = [](const std::vector<double>& x) {
    return x.empty() ? x : std::vector<double>(x.begin() + 1, x.end());
  };
  const analysis::RotationCurve& c = f.rotation;
  add_curve(turns, "l = 1", later(c.lag_ps), later(c.c1), later(c.c1_error), 0);
  add_curve(turns, "l = 2", later(c.lag_ps), later(c.c2), later(c.c2_error), 1);
  plot(a, {msd, turns});
}

void print_coincidence(const analysis::Coincidence& c) {
  if (!c.refused.empty()) {
    fmt::print("{:<24} not tested: {}\n", "jumps beside hops", c.refused);
    return;
  }
  fmt::print(
      "{:<24} {:g} pairs within {:g} ps and {:g} A, {:.3g} [{:g}, {:g}] by chance, p = {:.2g}\n",
      "jumps beside hops", c.observed, c.within_ps, c.within_A, c.expected, c.chance_low,
      c.chance_high, c.p_value);
}

void print_framework(const analysis::Framework& f) {
  const std::string& p = f.options.centre;
  print_line("cage of " + p + " in the MSD", f.cage_plateau);
  print_line("cage amplitude", f.cage_amplitude);
  print_line("Debye-Waller B", f.b_factor);
  print_line("share of the top 5 %", f.top_share);
  fmt::print("{:<24} {:.3g}\n", "  of Gaussian motion", analysis::gaussian_top_share);
  print_line(fmt::format("D2min in {:g} ps", f.non_affine_lag), f.non_affine);
  print_line(fmt::format("jumps over {:g} A", f.options.jump), f.jump_rate);
  print_line(fmt::format("turns over {:g} degrees", f.options.turn_degrees), f.turn_rate);
  if (f.hop_rate) print_line("hops of an ion", *f.hop_rate);
  if (f.coincidence) print_coincidence(*f.coincidence);
  const analysis::RotationCurve& c = f.rotation;
  if (!c.lag_ps.empty())
    fmt::print(
        "{:<24} C_1 = {:.3f} +- {:.3f}, C_2 = {:.3f} +- {:.3f} after {:g} ps; {} of {} bonds "
        "broke\n",
        "directions of bonds", c.c1.back(), c.c1_error.back(), c.c2.back(), c.c2_error.back(),
        c.lag_ps.back(), c.broken, c.bonds);
  fmt::print("{:>8} {:>8} {:>24} {:>12} {:>12}\n", "oxygens", "centres", "B (A2)", "jumps (1/ns)",
             "turns (1/ns)");
  for (const analysis::FrameworkClass& k : f.classes)
    fmt::print("{:>8} {:>8} {:>24} {:>12} {:>12}\n",
               k.oxygens < 0 ? "not four" : std::to_string(k.oxygens), k.centres,
               k.b_factor.value ? fmt::format("{:.3g} [{:.3g}, {:.3g}]", *k.b_factor.value,
                                              k.b_factor.low, k.b_factor.high)
                                : "-",
               k.jump_rate.value ? fmt::format("{:.3g}", *k.jump_rate.value) : "-",
               k.turn_rate.value ? fmt::format("{:.3g}", *k.turn_rate.value) : "-");
  for (std::size_t r = 0; r < f.runs.size(); ++r)
    for (const analysis::MsdRise& rise : f.runs[r].rises)
      fmt::print(
          "run {}: the MSD of {} rises by {:.3g} A2 at {:g} ps, {:.0f} % of it by one atom\n",
          r + 1, p, rise.rise, rise.time_ps, 100 * rise.top_share);
}

void run_framework(const FrameworkArguments& arguments) {
  const AnalyzeArguments& a = *arguments.shared;
  analysis::FrameworkOptions options = arguments.options;
  options.threads = a.threads;
  if (!a.species.empty()) options.mobile = a.species;
  const auto read = [&](const std::string& file) {
    return read_trajectory(file, a.input, {}, options.mobile, true);
  };
  analysis::HopOptions hop_options;
  hop_options.threads = a.threads;
  std::optional<analysis::HopScale> scale;
  if (arguments.hops) {
    if (options.mobile.size() != 1)
      throw InputError("--hops follows one mobile species: give one --species");
    hop_options.species = options.mobile[0];
    // What a hop is belongs to all runs, so each is read a second time below.
    analysis::HopSurvey survey(hop_options);
    for (const std::string& file : a.files) survey.add(read(file));
    scale = survey.scale();
    if (scale->threshold.is_refused()) throw Refused("no hops: " + scale->threshold.refused);
  }
  std::vector<analysis::FrameworkRun> runs;
  double ions = 0;
  for (const std::string& file : a.files) {
    const analysis::Trajectory t = read(file);
    std::optional<std::vector<analysis::Event>> hops;
    if (scale) {
      hops = lasting_hops(t, find_hops(t, *scale, hop_options));
      ions = static_cast<double>(t.atoms_of(hop_options.species).size());
    }
    runs.push_back(framework_of_run(t, options, hops));
  }
  const analysis::Framework f = framework(std::move(runs), options, ions);
  plot_framework(a, f);
  if (a.json)
    print_record(to_json(f), a);
  else if (a.csv)
    fmt::print("{}", to_csv(f));
  else
    print_framework(f);
}

}  // namespace

void add_framework(CLI::App* analyze, const Shared& a) {
  const auto s = std::make_shared<FrameworkArguments>();
  s->shared = a;
  CLI::App* c = quantity(analyze, a, "framework",
                         "Flexibility of the framework: cages, jumps, D2min, turns of PX4 units");
  add_transport_words(c, a);
  add_species_word(c, a, "mobile species, no part of the framework (default: Na)");
  c->add_flag("--hops", s->hops,
              "find the hops of the mobile species too: their rate, and jumps of the framework "
              "beside them");
  analysis::FrameworkOptions& o = s->options;
  c->add_option("--centre", o.centre, "network former")->capture_default_str();
  c->add_option("--jump", o.jump, "A, shortest jump")->capture_default_str();
  c->add_option("--jump-window", o.jump_window_ps, "ps averaged before and after a jump")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_option("--turn", o.turn_degrees, "degrees, smallest large turn of a unit")
      ->capture_default_str();
  c->add_option("--radius", o.non_affine_radius, "A, of the neighbours in D2min")
      ->capture_default_str();
  c->footer(
      "B = 8 pi^2 <u^2> / 3 about the mean of 20 ps; jumps between the means before and after; "
      "D2min = min_F 1/n sum\n|r_ij(t + dt) - F r_ij(t)|^2 (Falk and Langer, "
      "10.1103/PhysRevE.57.7192) over a tenth of the run; C_l(t) = <P_l(u(0).u(t))>\nof the bonds; "
      "rates with Poisson intervals. Source: docs/analysis.md, Framework.\n\nExample:\n"
      "  vitrion analyze framework run.lammpstrj --elements Na,P,S --frame-time 0.1");
  c->callback([s] { run_framework(*s); });
}

}  // namespace vitrion::app
