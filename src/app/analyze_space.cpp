// vitrion analyze voids: the room between the ions.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "analysis/free_volume.hpp"
#include "analysis/space_records.hpp"
#include "app/analyze.hpp"
#include "base/error.hpp"

namespace vitrion::app {

namespace {

/// The words of this file's quantities beside those that all share.
struct SpaceArguments {
  Shared shared;
  std::vector<std::string> radii;
  std::size_t sample = 20;
  analysis::FreeVolumeOptions voids;
};

/// "A=R" into a radius.
void set_radius(std::map<std::string, double>& radii, const std::string& word) {
  const std::size_t equals = word.find('=');
  double radius = -1;
  if (equals == std::string::npos || equals == 0 ||
      !CLI::detail::lexical_cast(word.substr(equals + 1), radius) || !(radius >= 0))
    throw InputError(fmt::format("--radius '{}' must be ELEMENT=A with 0 A or more: S=1.84", word));
  radii[word.substr(0, equals)] = radius;
}

void plot_voids(const SpaceArguments& s, const analysis::FreeVolume& f) {
  report::Panel fraction = panel("probe radius (A)", "share of the cell where it fits");
  report::Panel time = panel("time (ps) or frame", "largest sphere, diameter (A)");
  const auto add = [&](const analysis::RoomSummary& room, const char* label, std::size_t k) {
    std::vector<double> y;
    std::vector<double> error;
    for (const analysis::Estimate& e : room.fractions) {
      y.push_back(*e.value);
      error.push_back(e.half_width());
    }
    add_curve(fraction, label, f.options.probes, y, error, k);
  };
  add(f.full, "all ions", 0);
  const std::string without = fmt::format("without {}", fmt::join(f.options.mobile, ", "));
  if (f.framework) add(*f.framework, without.c_str(), 1);
  for (std::size_t r = 0; r < f.runs.size(); ++r) {
    std::vector<double> at;
    std::vector<double> full;
    for (const analysis::FreeVolumeFrame& frame : f.runs[r].frames) {
      at.push_back(frame.time_ps);
      full.push_back(2 * frame.full.included);
    }
    add_curve(time, s.shared->files[r], at, full, {}, r);
  }
  plot(*s.shared, {fraction, time});
}

void print_room(const std::string& name, const analysis::RoomSummary& room,
                const std::vector<double>& probes) {
  fmt::print("{}\n", name);
  print_line("  Di, largest sphere", room.Di);
  print_line("  Df, largest free sphere", room.Df);
  for (std::size_t k = 0; k < 3; ++k)
    print_line(fmt::format("  Df along {}", "abc"[k]), room.Df_axes[k]);
  for (std::size_t k = 0; k < probes.size(); k += 5)
    print_line(fmt::format("  fits a probe of {:g} A", probes[k]), room.fractions[k]);
}

void run_voids(const SpaceArguments& s) {
  const AnalyzeArguments& a = *s.shared;
  analysis::FreeVolumeOptions options = s.voids;
  for (const std::string& word : s.radii) set_radius(options.radii, word);
  if (!a.species.empty()) options.mobile = a.species;
  options.threads = a.threads;
  std::vector<analysis::FreeVolumeRun> runs;
  for (const std::string& file : a.files) {
    analysis::FrameSample sample(s.sample);
    for_each_frame(file, a.input, false,
                   [&](const structures::Frame& f, double time) { sample.add(f, time); });
    runs.push_back(free_volume_of_run(sample.frames(), options));
  }
  const analysis::FreeVolume f = free_volume(std::move(runs), options);
  plot_voids(s, f);
  if (a.json) {
    print_record(to_json(f), a);
  } else if (a.csv) {
    fmt::print("{}", to_csv(f));
  } else {
    print_line("volume per atom", f.volume_per_atom);
    print_line("volume per formula unit", f.volume_per_formula_unit);
    print_line("excess per atom", f.excess_per_atom);
    print_line("excess per formula unit", f.excess_per_formula_unit);
    print_line("excess share", f.excess_fraction);
    if (f.mobile_cell)
      print_line(fmt::format("Voronoi cell of {}", fmt::join(f.options.mobile, ", ")),
                 *f.mobile_cell);
    print_room("between all ions", f.full, f.options.probes);
    if (f.framework)
      print_room(fmt::format("without {}", fmt::join(f.options.mobile, ", ")), *f.framework,
                 f.options.probes);
    fmt::print("{} frames\n", f.frames);
  }
}

}  // namespace

void add_space(CLI::App* analyze, const Shared& a) {
  const auto s = std::make_shared<SpaceArguments>();
  s->shared = a;
  CLI::App* c =
      quantity(analyze, a, "voids", "Free volume: volumes, probes, largest spheres, Voronoi cells");
  add_species_word(c, a, "mobile species, taken out for the framework (default: Na)");
  c->add_option("--radius", s->radii,
                "ionic radius of a species, A (default Na=1.02, S=1.84, O=1.40, P=0.20); may be "
                "given again")
      ->allow_extra_args(false);
  c->add_option("--probes", s->voids.probes, "radii of the probes, A (default 0 to 1.5 by 0.1)")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("--sample", s->sample,
                "least number of frames of a run to look at, spread evenly over it")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_option("--points", s->voids.points, "random points a frame")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_option("--seed", s->voids.seed, "of the points")->capture_default_str();
  c->add_option("--frame-time", a->input.frame_time, "ps between frames, for the series over time");
  c->add_option("--threads", a->threads, "threads (default: all cores)");
  c->footer(
      "V per atom and formula unit; excess V - sum 4/3 pi R^3 (Shannon, "
      "10.1107/S0567739476001551); share of random points\nfarther than R + r_probe from every "
      "ion; the largest sphere between the ions (Di) and the largest that percolates\n(Df), by the "
      "max-min path through the radical Voronoi graph (voro++, 10.1063/1.3215722). With and "
      "without the mobile ions.\n\nExample:\n  vitrion analyze voids glass.extxyz");
  c->callback([s] { run_voids(*s); });
}

}  // namespace vitrion::app
