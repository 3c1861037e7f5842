// vitrion analyze hops, doorways: why the ions move.
#include <fmt/format.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>

#include "analysis/doorway_records.hpp"
#include "analysis/doorway_statistics.hpp"
#include "analysis/hop_records.hpp"
#include "analysis/hop_statistics.hpp"
#include "analysis/ionic_radii.hpp"
#include "app/analyze.hpp"
#include "base/error.hpp"
#include "report/palette.hpp"

namespace vitrion::app {

namespace {

struct MechanismArguments {
  Shared shared;
  analysis::HopOptions hops;
  analysis::DoorwayOptions doorways;
  std::string points;
};
using SharedMechanism = std::shared_ptr<MechanismArguments>;

/// All atoms, so that an index in a record is the atom's place in the file.
analysis::Trajectory whole_trajectory(const AnalyzeArguments& a, const std::string& file,
                                      const std::string& ion) {
  return read_trajectory(file, a.input, {}, {ion}, false);
}

/// Calls see(run, hops) for each file: read once for the scale, which belongs to all replicas, and
/// again for the hops, so that one run at a time is in memory. A single file is read once.
void for_each_run(const AnalyzeArguments& a, const analysis::HopOptions& options,
                  const std::function<void(const analysis::Trajectory&, analysis::HopRun)>& see) {
  analysis::HopSurvey survey(options);
  std::optional<analysis::Trajectory> run;
  for (const std::string& file : a.files) {
    run.reset();
    run = whole_trajectory(a, file, options.species);
    survey.add(*run);
  }
  const analysis::HopScale scale = survey.scale();
  for (const std::string& file : a.files) {
    if (a.files.size() > 1) {
      run.reset();
      run = whole_trajectory(a, file, options.species);
    }
    see(*run, analysis::find_hops(*run, scale, options));
  }
}

analysis::HopOptions hop_options(const MechanismArguments& m) {
  analysis::HopOptions options = m.hops;
  const AnalyzeArguments& a = *m.shared;
  if (a.species.size() > 1) throw InputError("one --species at a time");
  if (!a.species.empty()) options.species = a.species[0];
  options.threads = a.threads;
  options.validate();
  return options;
}

void plot_hops(const analysis::Hops& h, const AnalyzeArguments& a) {
  report::Panel modes = panel("square root of p_hop (A)", "maxima, per unit of ln r");
  modes.x.logarithmic = true;
  add_curve(modes, "", h.scale.threshold.r, h.scale.threshold.density, {}, 0);
  std::vector<report::Panel> panels = {modes};
  if (!h.scale.threshold.is_refused()) {
    report::Series cut;
    cut.label = fmt::format("threshold {:.2f} A", h.scale.threshold.length);
    cut.mark = report::Mark::vertical;
    cut.x = {h.scale.threshold.length};
    panels[0].series.push_back(cut);
    panels.push_back(panel("hop length (A)", "density (1/A)"));
    add_curve(panels[1], "", h.lengths, h.length_density, {}, 0);
    panels.push_back(panel("time since a hop (ps)", "share that stayed"));
    panels[2].x.logarithmic = true;
    add_curve(panels[2], "", h.stay_times, h.stay_survival, {}, 0);
  }
  plot(a, panels);
}

void print_hops(const analysis::Hops& h) {
  const analysis::HopThreshold& t = h.scale.threshold;
  fmt::print("{:<24} {:g} ps\n", "window", h.scale.window_ps);
  if (t.cage == 0 && !t.is_refused())
    fmt::print("{:<24} {:.3g} A, as given\n", "threshold", t.length);
  else if (!t.is_refused())
    fmt::print("{:<24} {:.3g} A, between modes at {:.3g} and {:.3g} A (contrast {:.2f})\n",
               "threshold", t.length, t.cage, t.hop, t.contrast);
  print_line("rate", h.rate);
  if (t.is_refused()) return;
  print_line("rate of lasting hops", h.lasting_rate);
  print_line("failed attempts", h.excursion_rate);
  print_line("forward / backward", h.forward_backward);
  print_line("hop length", h.length);
  print_line("stay", h.stay);
  if (h.median_stay) fmt::print("{:<24} {:.4g} ps\n", "median stay", *h.median_stay);
  print_line("D of a random walk", h.random_walk_D);
  if (h.bonds)
    fmt::print(
        "{:<24} changed at {} of {} hops ({} to other units), and at {} of {} instants in "
        "between\n",
        "bonded anions", h.bonds->changed, h.bonds->hops, h.bonds->units_changed,
        h.bonds->others_changed, h.bonds->others);
}

void run_hops(const MechanismArguments& m) {
  const AnalyzeArguments& a = *m.shared;
  const analysis::HopOptions options = hop_options(m);
  std::vector<analysis::HopRun> runs;
  std::vector<analysis::BondChanges> bonds;
  for_each_run(a, options, [&](const analysis::Trajectory& run, analysis::HopRun hops) {
    if (!analysis::anions_of(run.species).empty() && analysis::ionic_radius(options.species))
      bonds.push_back(analysis::bond_changes(run, hops));
    runs.push_back(std::move(hops));
  });
  const analysis::Hops h = analysis::combine_hops(std::move(runs), options, bonds);
  plot_hops(h, a);
  if (a.json)
    print_record(to_json(h, a.files), a);
  else if (a.csv)
    fmt::print("{}", to_csv(h));
  else
    print_hops(h);
}

void plot_doorways(const analysis::Doorways& d, const AnalyzeArguments& a) {
  std::vector<report::Panel> panels(1);
  panels[0] = panel("gate radius (A)", "density (1/A)");
  add_curve(panels[0], "all doorways", d.r, d.static_density, {}, 0);
  if (d.runs.front().no_hops.empty()) {
    add_curve(panels[0], "while an ion passes", d.r, d.passing_density, {}, 1);
    add_curve(panels[0], "the same, at other times", d.r, d.resting_density, {}, 2);
    panels.push_back(panel("time from the passage (ps)", "opening (A)"));
    for (std::size_t k = 0; k < d.openings.size(); ++k) {
      const analysis::LagCurve& c = d.openings[k].curve;
      if (c.count == 0) continue;
      report::Series band;
      band.mark = report::Mark::band;
      band.opacity = 0.25;
      band.colour = report::palette::distinct(k);
      band.x = d.lag_ps;
      band.y = c.value;
      band.low = c.low;
      band.high = c.high;
      panels[1].series.push_back(std::move(band));
      add_curve(panels[1], fmt::format("{} ({})", d.openings[k].name, c.count), d.lag_ps, c.value,
                {}, k);
    }
  }
  plot(a, panels);
}

void print_doorways(const analysis::Doorways& d) {
  print_line("radius of doorways", d.radius);
  print_line("doorways per frame", d.count);
  print_line("fluctuation in time", d.fluctuation);
  for (const auto& kind : d.kinds)
    fmt::print("  {:<4} of {} unit{}  {:>8.1f} per frame, radius {:.3f} A\n", kind.name, kind.units,
               kind.units == 1 ? " " : "s", kind.count, kind.radius);
  fmt::print("followed for {:.3g} ps on either side of a passage{}\n", d.followed_ps,
             d.followed_ps < 0.9 * d.asked_ps
                 ? fmt::format(" ({:g} ps were asked for: the runs are too short)", d.asked_ps)
                 : "");
  if (d.runs.front().no_hops.empty()) {
    print_line("radius at a passage", d.passing_radius);
    print_line("clearance of the ion", d.clearance);
    for (const analysis::OpeningOf& o : d.openings) {
      print_line("opening, " + o.name, o.opening);
      if (!o.excess.is_refused()) print_line("  at hops, more by", o.excess);
    }
    print_line("opens before the ion by", d.lead);
    print_line("largest opening", d.largest_opening);
  }
  fmt::print("flexible doorways: {}\n", d.verdict);
}

void run_doorways(const MechanismArguments& m) {
  const AnalyzeArguments& a = *m.shared;
  const analysis::HopOptions hop_words = hop_options(m);
  analysis::DoorwayOptions options = m.doorways;
  options.species = hop_words.species;
  options.smooth = hop_words.smooth;
  options.threads = a.threads;
  options.validate();
  std::vector<analysis::HopRun> hops;
  std::vector<analysis::DoorwayRun> runs;
  std::optional<analysis::LagGrid> lags;
  for_each_run(a, hop_words, [&](const analysis::Trajectory& run, analysis::HopRun found) {
    if (!lags) lags = analysis::LagGrid::of(run, options.follow);
    runs.push_back(analysis::doorways_of_run(run, found, *lags, options));
    hops.push_back(std::move(found));
  });
  const analysis::Doorways d = analysis::combine_doorways(std::move(runs), options);
  plot_doorways(d, a);
  if (a.json)
    print_record(to_json(d, hops, a.files), a);
  else if (a.csv)
    fmt::print("{}", to_csv(d, hops));
  else
    print_doorways(d);
}

void run_doorway_model(const MechanismArguments& m) {
  std::ifstream in(m.points);
  if (!in) throw InputError(fmt::format("cannot read {}", m.points));
  std::vector<analysis::DoorwayPoint> points;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  try {
    points = analysis::doorway_points(text);
  } catch (const InputError& e) {
    throw InputError(fmt::format("{}: {}", m.points, e.what()));
  }
  const analysis::DoorwayModel model = analysis::fit_doorway_model(points);
  if (m.shared->json) {
    nlohmann::json record = to_json(model);
    record["input"] = {{"files", {m.points}}};
    record["vitrion"] = VITRION_VERSION;
    fmt::print("{}\n", record.dump());
  } else if (!model.is_refused()) {
    for (const analysis::DoorwayTerm& t : model.terms) {
      print_line(t.name, t.slope);
      fmt::print("{:<24} partial R2 {:.3f}, variance inflated {:.3g} times by the other terms\n",
                 "", t.partial_r2, t.inflation);
    }
    fmt::print("{:<24} {:.3g} from glass to glass, {:.3g} within one (ln D)\n", "spread",
               model.glass_spread, model.residual);
    fmt::print("{:<24} {:.3f}\n{}\n", "R2", model.r2, model.statement);
  }
  if (model.is_refused()) throw Refused(model.refused);
}

void add_hop_words(CLI::App* c, const SharedMechanism& m) {
  add_transport_words(c, m->shared);
  add_species_word(c, m->shared, "one species (default: Na)");
  c->add_option("--window", m->hops.window,
                "ps of path before and after an instant (default: from the data)");
  c->add_option("--threshold", m->hops.threshold,
                "A, of the square root of p_hop (default: the valley between its two modes)");
  c->add_option("--returns-within", m->hops.returns_within,
                "ps; a hop taken back sooner counts apart (default: the window)");
  c->add_option("--smooth", m->hops.smooth, "ps, over which paths are averaged to find excursions")
      ->capture_default_str();
}

}  // namespace

void add_mechanism(CLI::App* analyze, const Shared& a) {
  const auto m = std::make_shared<MechanismArguments>();
  m->shared = a;
  CLI::App* c = quantity(analyze, a, "hops", "Hops of one species between cages, without sites");
  add_hop_words(c, m);
  c->footer(
      "p_hop(t)^2 = < |r_A - <r>_B|^2 >_A < |r_B - <r>_A|^2 >_B with A, B the path before and "
      "after "
      "t (Candelier,\n10.1103/PhysRevLett.102.088001). The threshold is the valley of its "
      "distribution; without a second mode there\nare no hops, and a bound is given. --csv lists "
      "the hops.\n\nExample:\n"
      "  vitrion analyze hops run.lammpstrj --elements Na,P,S,O --frame-time 0.1 --json");
  c->callback([m] { run_hops(*m); });

  c = quantity(analyze, a, "doorways", "Gates that ions hop through: width, and whether they open");
  add_hop_words(c, m);
  c->add_option("--longest", m->doorways.longest, "A between the anions of a doorway")
      ->capture_default_str();
  c->add_option("--follow", m->doorways.follow,
                "ps before and after a passage; at most a sixth of the run")
      ->capture_default_str();
  c->add_option("--windows", m->doorways.static_frames,
                "frames of a run in which all doorways are found")
      ->capture_default_str();
  c->add_option("--seed", m->doorways.seed, "of the controls and the bootstrap")
      ->capture_default_str();
  c->footer(
      "A doorway is an empty triangle of anions; its radius is that of the circle that touches the "
      "three from between\nthem (circumradius less the anion's if they are alike), with Shannon's "
      "radii (10.1107/S0567739476001551).\nThe gate of each hop is followed before and after, "
      "beside three controls: gates of the same kind, the same gate at\nanother time, gates that "
      "an "
      "ion came to and did not pass. --csv lists the gates.\n\nExample:\n"
      "  vitrion analyze doorways run.lammpstrj --elements Na,P,S,O --frame-time 0.1 --longest "
      "4.5");
  c->callback([m] { run_doorways(*m); });

  c = analyze->add_subcommand("doorway-model",
                              "ln D against the width and the flexibility of doorways");
  c->add_option("POINTS", m->points,
                "CSV with the columns glass, temperature (K), D (cm2/s), radius (A), fluctuation "
                "(A); a line a run")
      ->required();
  c->add_flag("--json", a->json, "print the record (docs/report_record.md)");
  c->footer(
      "ln D = a + b radius + c fluctuation + d / T + u(glass) by restricted maximum likelihood "
      "(10.1093/biomet/58.3.545);\nintervals by bootstrap over glasses. Refused with six points or "
      "fewer, or under three glasses.\n\nExample:\n  vitrion analyze doorway-model points.csv");
  c->callback([m] { run_doorway_model(*m); });
}

}  // namespace vitrion::app
