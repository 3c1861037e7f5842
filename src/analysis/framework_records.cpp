#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/estimate_json.hpp"
#include "analysis/space_records.hpp"

namespace vitrion::analysis {

using nlohmann::json;

namespace {

constexpr std::size_t most_events = 500;  // of a record; the counts hold all
constexpr std::size_t most_points = 400;

json first_origin_json(const FrameworkRun& run, std::size_t replica) {
  json series = {{"replica", replica + 1}, {"time_ps", json::array()}, {"msd", json::array()}};
  const std::size_t step = (run.time_ps.size() + most_points - 1) / most_points;
  for (std::size_t f = 0; f < run.time_ps.size(); f += step) {
    series["time_ps"].push_back(run.time_ps[f]);
    series["msd"].push_back(run.msd_first[f]);
  }
  return series;
}

json coincidence_json(const Coincidence& c) {
  json j = {{"jumps", c.a}, {"hops", c.b}, {"within_ps", c.within_ps}, {"within_A", c.within_A}};
  if (!c.refused.empty()) {
    j["refused"] = c.refused;
    return j;
  }
  j["observed"] = c.observed;
  j["expected"] = c.expected;
  j["chance95"] = {c.chance_low, c.chance_high};
  j["p_value"] = c.p_value;
  j["shuffles"] = c.shuffles;
  return j;
}

}  // namespace

json to_json(const Framework& f) {
  json jumps = json::array();
  json rises = json::array();
  json turns = json::array();
  json first = json::array();
  std::size_t jump_count = 0;
  std::size_t turn_count = 0;
  for (std::size_t r = 0; r < f.runs.size(); ++r) {
    const FrameworkRun& run = f.runs[r];
    first.push_back(first_origin_json(run, r));
    jump_count += run.jumps.size();
    turn_count += run.turns.turns.size();
    for (const CentreJump& jump : run.jumps)
      if (jumps.size() < most_events)
        jumps.push_back({{"replica", r + 1},
                         {"atom", run.atoms[jump.centre]},
                         {"time_ps", jump.time_ps},
                         {"length", jump.length}});
    for (const Turn& turn : run.turns.turns)
      if (turns.size() < most_events)
        turns.push_back({{"replica", r + 1},
                         {"atom", run.atoms[turn.unit]},
                         {"time_ps", turn.time_ps},
                         {"angle", turn.angle}});
    for (const MsdRise& rise : run.rises)
      rises.push_back({{"replica", r + 1},
                       {"time_ps", rise.time_ps},
                       {"rise", rise.rise},
                       {"top_share", rise.top_share}});
  }
  json classes = json::array();
  for (const FrameworkClass& c : f.classes)
    classes.push_back({{"oxygens", c.oxygens},
                       {"centres", c.centres},
                       {"b_factor", to_json(c.b_factor)},
                       {"d2min", to_json(c.non_affine)},
                       {"jump_rate", to_json(c.jump_rate)},
                       {"turn_rate", to_json(c.turn_rate)}});
  std::size_t frames = 0;
  for (const FrameworkRun& run : f.runs) frames += run.frames;
  const RotationCurve& rot = f.rotation;
  return {{"quantity", "framework"},
          {"centre", f.options.centre},
          {"cage_plateau", to_json(f.cage_plateau)},
          {"cage_amplitude", to_json(f.cage_amplitude)},
          {"b_factor", to_json(f.b_factor)},
          {"b_spread", f.b_spread},
          {"top5_share", to_json(f.top_share)},
          {"top5_share_gaussian", gaussian_top_share},
          {"d2min",
           {{"value", to_json(f.non_affine)},
            {"lag_ps", f.non_affine_lag},
            {"radius", f.options.non_affine_radius}}},
          {"jumps",
           {{"count", jump_count},
            {"rate", to_json(f.jump_rate)},
            {"longer_than", f.options.jump},
            {"window_ps", f.options.jump_window_ps},
            {"events", jumps}}},
          {"turns",
           {{"count", turn_count},
            {"rate", to_json(f.turn_rate)},
            {"angle", f.options.turn_degrees},
            {"events", turns}}},
          {"hop_rate", f.hop_rate ? to_json(*f.hop_rate) : json(nullptr)},
          {"coincidence", f.coincidence ? coincidence_json(*f.coincidence) : json(nullptr)},
          {"rotation",
           {{"lag_ps", rot.lag_ps},
            {"c1", rot.c1},
            {"c1_error", rot.c1_error},
            {"c2", rot.c2},
            {"c2_error", rot.c2_error},
            {"units", rot.units},
            {"bonds", rot.bonds},
            {"broken", rot.broken}}},
          {"by_oxygen", classes},
          {"first_origin", first},
          {"rises", rises},
          {"frames", frames},
          {"replicas", f.runs.size()}};
}

std::string to_csv(const Framework& f) {
  std::string text = "replica,atom,oxygens,b_factor_A2,d2min_A2,jumps,turns\n";
  for (std::size_t r = 0; r < f.runs.size(); ++r) {
    const FrameworkRun& run = f.runs[r];
    for (std::size_t i = 0; i < run.atoms.size(); ++i) {
      const auto jumps = std::count_if(run.jumps.begin(), run.jumps.end(),
                                       [&](const CentreJump& j) { return j.centre == i; });
      const auto turns = std::count_if(run.turns.turns.begin(), run.turns.turns.end(),
                                       [&](const Turn& t) { return t.unit == i; });
      text +=
          fmt::format("{},{},{},{},{},{},{}\n", r + 1, run.atoms[i],
                      run.oxygens[i] < 0 ? "" : std::to_string(run.oxygens[i]), run.b_factor[i],
                      std::isfinite(run.non_affine[i]) ? fmt::format("{}", run.non_affine[i]) : "",
                      jumps, turns);
    }
  }
  return text;
}

}  // namespace vitrion::analysis
