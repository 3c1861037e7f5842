#include "app/study/methods.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "app/study/cases.hpp"
#include "app/study/stages.hpp"
#include "edges/formats/model/file.hpp"

namespace vitrion::app {

using nlohmann::json;

namespace {

/// Rows of one group. The paper's values are of Luo et al. (10.1039/D4TA05071A), Computational
/// method.
class Rows {
 public:
  explicit Rows(json& list) : list_(list) {}
  void group(std::string name) { group_ = std::move(name); }
  /// Deviates if the two texts differ; an empty `paper` is what it does not say.
  void add(const std::string& name, const std::string& value, const std::string& paper,
           const std::string& note = "") {
    list_.push_back({{"group", group_},
                     {"name", name},
                     {"value", value},
                     {"paper", paper},
                     {"deviates", !paper.empty() && value != paper},
                     {"note", note}});
  }

 private:
  json& list_;
  std::string group_;
};

std::string ps_text(double ps) {
  return ps >= 1000 ? fmt::format("{:g} ns", ps / 1000) : fmt::format("{:g} ps", ps);
}

void add_potential(Rows& rows, const formats::Study& study,
                   const std::vector<std::string>& models) {
  const potential::Model model = formats::read_model(models.front());
  rows.group("Potential");
  rows.add("cutoff", fmt::format("{:g} A", model.descriptor.rcut), "6 A");
  rows.add("smoothing from", fmt::format("{:g} A", model.descriptor.rcut_smth), "2 A");
  rows.add("embedding net", fmt::format("{}", fmt::join(model.descriptor.neuron, "-")),
           "25-50-100");
  rows.add("fitting net", fmt::format("{}", fmt::join(model.fitting.neuron, "-")), "240-240-240");
  rows.add("models", fmt::format("{}", models.size()), "4",
           "the first drives all runs; the others say where they disagree");
  std::string levels;
  for (const formats::StudyLevel& level : study.levels)
    levels += (levels.empty() ? "" : ", then ") + level.name;
  rows.add("labels", levels.empty() ? "those of the given models" : levels,
           "VASP, PBE-D3(0), 400 eV", "docs/first_hour.md tells what the levels are");
  if (study.dynamics.repulsion)
    rows.add("screened nuclear repulsion",
             fmt::format("{:g} to {:g} A", (*study.dynamics.repulsion)[0],
                         (*study.dynamics.repulsion)[1]),
             "none", "under any bond length: a guard against contacts that no label has seen");
}

void add_schedule(Rows& rows, const formats::Study& study) {
  for (const md::Segment& s : study_schedule(study)) {
    switch (s.kind) {
      case md::Kind::ramp:
        rows.add(s.to > s.from ? "heating" : "cooling",
                 fmt::format("{:g} to {:g} K, {:.2g} K/ps", s.from, s.to,
                             std::abs(s.to - s.from) / s.time),
                 s.to > s.from ? "300 to 1400 K, 11 K/ps" : "1400 to 300 K, 2.2 K/ps",
                 s.to > s.from ? "" : "a faster quench freezes in a hotter, looser glass");
        break;
      case md::Kind::hold:
        rows.add(s.to > 600 ? "melt held" : "relaxed at constant volume",
                 fmt::format("{:g} K, {}", s.to, ps_text(s.time)),
                 s.to > 600 ? "1400 K, 1 ns" : "300 K, 50 ps",
                 s.to > 600 ? "each glass says whether its melt has forgotten its start" : "");
        break;
      case md::Kind::npt:
        rows.add("relaxed at constant pressure",
                 fmt::format("{:g} K, {:g} bar, {}", s.to, s.pressure, ps_text(s.time)),
                 "300 K, 1 bar, 200 ps");
        break;
      case md::Kind::minimise:
        break;
    }
  }
}

void add_glasses(Rows& rows, const formats::Study& study) {
  rows.group("Glasses");
  std::vector<std::string> xs;
  std::vector<std::string> atoms;
  for (const Case& what : study_cases(study)) {
    if (what.porous) continue;
    xs.push_back(fmt::format("{:g}", what.composition.x));
    const std::string n = fmt::format("{}", what.composition.atoms);
    if (std::ranges::find(atoms, n) == atoms.end()) atoms.push_back(n);
  }
  rows.add("x", fmt::format("{}", fmt::join(xs, ", ")), "0, 0.15, 0.3, 0.6");
  rows.add("atoms", fmt::format("{}", fmt::join(atoms, ", ")), "1600",
           "a smaller cell keeps fewer waves and makes a pore meet its images sooner");
  rows.add("glasses of each", fmt::format("{}", study.glass.replicas), "5");
  rows.add("packed at", fmt::format("{:g} g/cm3", study.glass.density), "",
           "the paper does not say; the last segment corrects it");
  add_schedule(rows, study);
  if (study.glass.pore)
    rows.add("pore",
             fmt::format("x = {:g}, {:.3g} A, then {} at constant pressure", study.glass.pore->x,
                         study.glass.pore->diameter, ps_text(study.glass.pore->time)),
             "x = 0, 14 A, then 200 ps at constant pressure");
}

void add_measurement(Rows& rows, const formats::Study& study) {
  const formats::StudyMeasure& m = study.measure;
  rows.group("Measurements");
  rows.add("temperatures", fmt::format("{:g} K", fmt::join(m.temperature, ", ")),
           "333, 363, 393, 423, 473 K");
  std::string time;
  for (std::size_t t = 0; t < m.time.size(); ++t)
    if (t == 0 || m.time[t] != m.time[t - 1]) time += (t > 0 ? ", " : "") + ps_text(m.time[t]);
  rows.add("production", time, "50 ns, 20 ns", "by rising temperature");
  rows.add("ensemble", m.ensemble == "npt" ? "NPT" : "NVT", "NPT",
           m.ensemble == "npt" ? "" : "at the volume that a run at 1 bar ended in");
  rows.add("time step", fmt::format("{:g} fs", 1000 * study.dynamics.timestep), "1 fs");
  rows.add("heated from the glass at", fmt::format("{:g} K/ps", m.heat_rate), "");
  rows.add("settled before", ps_text(m.settle_npt), "");
  rows.add("frames every", ps_text(m.every), "");
  rows.add("bulk modulus", "strain of +-1 % a side, 0 K, relaxed ions", "",
           "the paper strains by +-1 % and says neither temperature nor which strain");
}

}  // namespace

json methods_of(const Pipeline& p, const std::vector<std::string>& models) {
  json list = json::array();
  Rows rows(list);
  if (p.scale.changes_numbers()) {
    rows.group("Scale");
    rows.add("sizes", fmt::format("x {:g}", p.scale.size), "x 1");
    rows.add("times", fmt::format("x {:g}", p.scale.time), "x 1",
             "heating and cooling are as much faster");
  }
  add_potential(rows, p.study, models);
  add_glasses(rows, p.study);
  add_measurement(rows, p.study);
  return list;
}

}  // namespace vitrion::app
