// vitrion analyze pathways: where the ions go.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/free_volume.hpp"
#include "analysis/pathways.hpp"
#include "analysis/space_records.hpp"
#include "app/analyze.hpp"
#include "base/error.hpp"
#include "edges/formats/volumes/cube.hpp"

namespace vitrion::app {

namespace {

struct PathwayArguments {
  Shared shared;
  analysis::PathwayOptions options;
  std::string cube;
  std::string hole;  ///< "auto" or A,B,C,R
};

/// The largest sphere between all ions of the first frame, or the one that was given.
analysis::Void void_of(const std::string& words, const analysis::Trajectory& t) {
  if (words != "auto") {
    std::vector<double> numbers;
    for (const std::string& word : CLI::detail::split(words, ',')) {
      double x = 0;
      if (!CLI::detail::lexical_cast(word, x)) break;
      numbers.push_back(x);
    }
    if (numbers.size() != 4 || !(numbers[3] > 0))
      throw InputError(fmt::format(
          "--void '{}' must be auto, or the fractional centre and the radius in A: 0.5,0.5,0.5,4",
          words));
    return {{{numbers[0], numbers[1], numbers[2]}}, numbers[3]};
  }
  return analysis::void_at_start(t);
}

/// The first frame of a trajectory, in its reference cell.
structures::Frame first_frame(const analysis::Trajectory& t) {
  structures::Frame frame;
  frame.cell = structures::Cell(t.reference_cell);
  frame.species = t.species;
  for (std::size_t i = 0; i < t.atoms(); ++i)
    frame.positions.push_back({t.path(i, 0)[0], t.path(i, 1)[0], t.path(i, 2)[0]});
  return frame;
}

void plot_pathways(const AnalyzeArguments& a, const analysis::Pathways& p) {
  report::Panel moved = panel(
      fmt::format("{}, from the least to the most moved", p.options.species), "displacement (A)");
  for (std::size_t r = 0; r < p.runs.size(); ++r) {
    std::vector<double> sorted = p.runs[r].displacements;
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> rank;
    for (std::size_t i = 0; i < sorted.size(); ++i) rank.push_back(static_cast<double>(i + 1));
    add_curve(moved, a.files[r], rank, sorted, {}, r);
  }
  plot(a, {moved});
}

void print_pathways(const analysis::Pathways& p) {
  print_line("percolating density", p.level);
  for (std::size_t k = 0; k < 3; ++k)
    print_line(fmt::format("  along {}", "abc"[k]), p.level_axes[k]);
  fmt::print("{:<24} over the mean density; 0: no path of visited places\n", "");
  print_line("volume at that density", p.percolating_volume);
  print_line("clusters of the mobile", p.cluster_size);
  print_line("  to random ions", p.cluster_ratio);
  if (!p.crossings) return;
  print_line("paths through the void", *p.crossings);
  for (std::size_t r = 0; r < p.runs.size(); ++r) {
    const analysis::VoidPassage& v = *p.runs[r].hole;
    fmt::print(
        "run {}: void of radius {:.2f} A at ({:.3f}, {:.3f}, {:.3f}), {} ions come near its "
        "centre\n",
        r + 1, v.hole.radius, v.hole.centre.s[0], v.hole.centre.s[1], v.hole.centre.s[2],
        v.visitors.size());
  }
}

void run_pathways(const PathwayArguments& arguments) {
  const AnalyzeArguments& a = *arguments.shared;
  analysis::PathwayOptions options = arguments.options;
  if (a.species.size() > 1) throw InputError("one --species at a time");
  if (!a.species.empty()) options.species = a.species[0];
  if (!arguments.cube.empty() && a.files.size() != 1)
    throw InputError("--cube writes the density of one trajectory: give one file");
  std::vector<analysis::PathwayRun> runs;
  for (const std::string& file : a.files) {
    const analysis::Trajectory t = read_trajectory(file, a.input, {}, {options.species}, true);
    std::optional<analysis::Void> hole;
    if (!arguments.hole.empty()) hole = void_of(arguments.hole, t);
    runs.push_back(pathways_of_run(t, options, hole));
    if (!arguments.cube.empty())
      formats::write_cube(arguments.cube,
                          fmt::format("density of {}, 1/A^3, smoothed by {:g} A", options.species,
                                      options.grid.smoothing),
                          first_frame(t), runs.back().density.size, runs.back().density.value);
  }
  const analysis::Pathways p = pathways(std::move(runs), options);
  plot_pathways(a, p);
  if (a.json)
    print_record(to_json(p), a);
  else if (a.csv)
    fmt::print("{}", to_csv(p));
  else
    print_pathways(p);
}

}  // namespace

void add_pathways(CLI::App* analyze, const Shared& a) {
  const auto s = std::make_shared<PathwayArguments>();
  s->shared = a;
  CLI::App* c = quantity(analyze, a, "pathways",
                         "Density of the ions, its percolation, mobile clusters and paths");
  add_transport_words(c, a);
  add_species_word(c, a, "one species (default: Na)");
  analysis::PathwayOptions& o = s->options;
  c->add_option("--spacing", o.grid.spacing, "A, largest spacing of the grid")
      ->capture_default_str();
  c->add_option("--smoothing", o.grid.smoothing, "A, standard deviation of each visit's Gaussian")
      ->capture_default_str();
  c->add_option("--paths", o.most_paths, "paths that are kept of a run")->capture_default_str();
  c->add_option("--points", o.most_points, "points of a path")
      ->capture_default_str()
      ->check(CLI::Range(2, 100000));
  c->add_option(
      "--void", s->hole,
      "count the paths through a void: auto (largest sphere of the first frame) or A,B,C,R "
      "(fractional centre, radius in A)");
  c->add_option("--cube", s->cube, "write the density as a Gaussian cube file");
  c->footer(
      "rho(r): visits on a periodic grid, each a Gaussian; the highest rho / <rho> down to which "
      "{rho >= level} goes round the\ncell, along a, b and c; clusters of the 5 % that move "
      "farthest in a tenth of the run, against as many ions at random\n(Donati et al., "
      "10.1103/PhysRevLett.80.2338). Source: docs/analysis.md, Pathways.\n\nExample:\n"
      "  vitrion analyze pathways run.lammpstrj --elements Na,P,S --frame-time 0.1");
  c->callback([s] { run_pathways(*s); });
}

}  // namespace vitrion::app
