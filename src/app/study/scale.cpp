#include "app/study/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "md/protocol.hpp"

namespace vitrion::app {

namespace {

// Periods of thermostat and barostat under which a segment does not do what it is for.
constexpr double thermostat_periods = 10;
constexpr double barostat_periods = 5;
constexpr double shortest_production = 5;  // ps: some vibrations and a few hops of a hot glass
constexpr double least_frames = 100;
constexpr double shortest_frame = 0.02;  // ps: a bond vibrates in 0.06
// A: at 2 g/cm3 it holds one and a half formula units, so that wherever it lies one can leave.
constexpr double smallest_pore = 8.5;

/// The time times the factor, but not under `floor` unless it was before.
double shortened(double ps, double factor, double floor) {
  return factor >= 1 ? ps * factor : std::min(ps, std::max(ps * factor, floor));
}

void shorten_schedule(double factor, formats::StudyGlass& glass, std::vector<std::string>& notes) {
  const md::Protocol usual;
  std::string held;
  for (formats::StudyScheduleLine& line : glass.schedule) {
    if (line.numbers.empty()) continue;
    const bool npt = line.kind == "npt";
    const double floor = npt ? barostat_periods * usual.barostat_damping
                             : thermostat_periods * usual.thermostat_damping;
    double& ps = line.numbers.back();
    const double before = ps;
    ps = shortened(ps, factor, floor);
    if (std::abs(ps - before * factor) > 1e-9 * before)
      held += fmt::format("{}{} of {:g} ps to {:g} ps (x {:.3g})", held.empty() ? "" : ", ",
                          line.kind, before, ps, ps / before);
  }
  if (!held.empty())
    notes.push_back(fmt::format(
        "The schedule's times are multiplied by {:g}, but no segment is made shorter than 10 "
        "periods of its thermostat or 5 of its barostat: {}.",
        factor, held));
}

void shorten_measurement(double factor, formats::Study& study, std::vector<std::string>& notes) {
  const md::Protocol usual;
  formats::StudyMeasure& m = study.measure;
  const double npt = barostat_periods * usual.barostat_damping;
  const double nvt = thermostat_periods * usual.thermostat_damping;
  m.settle_npt = shortened(m.settle_npt, factor, npt);
  m.settle_nvt = shortened(m.settle_nvt, factor, nvt);
  m.heat_rate /= factor;
  double longest_factor = 0;
  for (double& ps : m.time) {
    const double before = ps;
    ps = shortened(ps, factor, shortest_production);
    if (std::abs(ps - before * factor) > 1e-9 * before)
      longest_factor = std::max(longest_factor, ps / before);
  }
  if (longest_factor > 0)
    notes.push_back(
        fmt::format("No production is made shorter than {:g} ps: a factor of up to {:.3g} where "
                    "{:g} was asked.",
                    shortest_production, longest_factor, factor));
  const double shortest = std::ranges::min(m.time);
  m.every = std::clamp(m.every * factor, std::min(m.every, shortest_frame),
                       std::max(shortest_frame, shortest / least_frames));
  if (study.glass.pore) study.glass.pore->time = shortened(study.glass.pore->time, factor, npt);
}

void shrink(double factor, formats::Study& study, std::vector<std::string>& notes) {
  formats::StudyGlass& glass = study.glass;
  const std::vector<double> asked = glass.x;
  glass.atoms = static_cast<std::size_t>(
      std::max(1.0, std::round(factor * static_cast<double>(glass.atoms))));
  glass.round = true;
  if (glass.pore) {
    const double same_share = glass.pore->diameter * std::cbrt(factor);
    glass.pore->diameter = std::min(glass.pore->diameter, std::max(same_share, smallest_pore));
    if (glass.pore->diameter > same_share)
      notes.push_back(fmt::format(
          "The pore of {:g} A takes a larger share of the cell than the study's: {:.2g} A would "
          "hold no whole formula unit.",
          glass.pore->diameter, same_share));
  }
  const std::vector<Case> cases = study_cases(study);
  std::string moved;
  for (const double x : asked) {
    const double built = study_composition(study, x).x;
    if (std::abs(built - x) > 1e-9)
      moved += fmt::format("{}{:g} became {:g}", moved.empty() ? "" : ", ", x, built);
  }
  if (!moved.empty())
    notes.push_back(fmt::format("x is rounded to what {} atoms reach: {}.",
                                cases.front().composition.atoms, moved));
  const auto dense = static_cast<std::size_t>(std::ranges::count(cases, false, &Case::porous));
  if (dense < asked.size())
    notes.push_back(fmt::format("Only {} of the {} compositions are different at this size.", dense,
                                asked.size()));
}

}  // namespace

Scale Scale::parse(const std::string& text) {
  Scale scale;
  std::vector<std::string> seen;
  const std::vector<std::string> names = {"size", "time", "train"};
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    const std::size_t sign = word.find('=');
    const std::string name = word.substr(0, sign);
    if (std::ranges::find(names, name) == names.end())
      throw InputError(fmt::format("--scale '{}' must be words size=S, time=T or train=F{}", text,
                                   did_you_mean(name, names)));
    if (std::ranges::find(seen, name) != seen.end())
      throw InputError(fmt::format("--scale '{}' names {} twice", text, name));
    seen.push_back(name);
    double value = 0;
    const std::string number = sign == std::string::npos ? "" : word.substr(sign + 1);
    const auto [stop, code] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (code != std::errc{} || stop != number.data() + number.size() || !(value > 0) ||
        !(value <= 1))
      throw InputError(fmt::format("--scale {} = '{}' must be over 0 and at most 1", name, number));
    (name == "size" ? scale.size : name == "time" ? scale.time : scale.train) = value;
  }
  return scale;
}

std::string Scale::name() const {
  std::string text;
  if (changes_numbers()) text = "scale";
  if (size != 1) text += fmt::format("-size{:g}", size);
  if (time != 1) text += fmt::format("-time{:g}", time);
  if (train != 1) text += fmt::format("-train{:g}", train);
  if (replicas > 0) text += fmt::format("{}replicas{}", text.empty() ? "" : "-", replicas);
  return text;
}

std::vector<std::string> apply(const Scale& scale, formats::Study& study) {
  std::vector<std::string> notes;
  if (scale.replicas > 0) study.glass.replicas = scale.replicas;
  if (!scale.changes_numbers()) return notes;
  notes.push_back(
      fmt::format("Scaled, not comparable: sizes x {:g}, times x {:g}, training steps x {:g} of "
                  "the study's; heating and cooling are as much faster.",
                  scale.size, scale.time, scale.train));
  if (scale.size != 1) shrink(scale.size, study, notes);
  if (scale.time != 1) {
    shorten_schedule(scale.time, study.glass, notes);
    shorten_measurement(scale.time, study, notes);
  }
  for (formats::StudyTraining* t : {&study.train.first, &study.train.finish, &study.train.retrain})
    t->steps = static_cast<std::size_t>(std::ceil(scale.train * static_cast<double>(t->steps)));
  return notes;
}

}  // namespace vitrion::app
