#include "analysis/hop_records.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/estimate_json.hpp"

namespace vitrion::analysis {

using nlohmann::json;

namespace {

// A ten-thousandth of an A or ps is more than a path knows, and a third of the digits.
double rounded(double x) {
  return std::round(x * 1e4) / 1e4;
}

json vector_of(const Vec3& v) {
  return {rounded(v[0]), rounded(v[1]), rounded(v[2])};
}

json threshold_of(const HopThreshold& t) {
  json j = {{"contrast", t.contrast}, {"maxima", t.maxima}, {"above", t.above}};
  j["length"] = t.is_refused() ? json(nullptr) : json(t.length);
  j["cage"] = t.cage > 0 ? json(t.cage) : json(nullptr);
  j["hop"] = t.hop > 0 ? json(t.hop) : json(nullptr);
  j["refused"] = t.is_refused() ? json(t.refused) : json(nullptr);
  j["histogram"] = {{"r", t.r}, {"density", t.density}};
  return j;
}

json list_of(const Hops& h, std::size_t most) {
  std::size_t total = 0;
  for (const HopRun& run : h.runs) total += run.hops.size();
  const std::size_t stride = total / most + 1;
  json list = json::array();
  std::size_t k = 0;
  for (std::size_t r = 0; r < h.runs.size(); ++r)
    for (const Hop& hop : h.runs[r].hops) {
      if (k++ % stride != 0) continue;
      list.push_back({{"replica", r + 1},
                      {"frame", hop.frame},
                      {"time_ps", rounded(static_cast<double>(hop.frame) * h.runs[r].time_step)},
                      {"ion", hop.ion},
                      {"from", vector_of(hop.from)},
                      {"to", vector_of(hop.to)},
                      {"length", rounded(hop.length)},
                      {"lasting", hop.lasting()},
                      {"backward", hop.backward}});
    }
  return list;
}

}  // namespace

json to_json(const Hops& h, const std::vector<std::string>& files, std::size_t most_listed) {
  json replicas = json::array();
  HopCounts sum;
  for (std::size_t r = 0; r < h.runs.size(); ++r) {
    const HopCounts& c = h.counts[r];
    replicas.push_back({{"file", r < files.size() ? files[r] : ""},
                        {"ions", c.ions},
                        {"hops", c.hops},
                        {"lasting", c.lasting},
                        {"undone", c.undone},
                        {"pairs", c.pairs},
                        {"backward", c.backward},
                        {"excursions", c.excursions},
                        {"ion_time_ps", c.ion_time}});
    sum.hops += c.hops;
    sum.lasting += c.lasting;
    sum.undone += c.undone;
    sum.pairs += c.pairs;
    sum.backward += c.backward;
    sum.excursions += c.excursions;
  }
  json j = {{"quantity", "hops"},
            {"species", h.species},
            {"window_ps", h.scale.window_ps},
            {"windows_tried_ps", h.scale.tried_ps},
            {"threshold", threshold_of(h.scale.threshold)},
            {"counts",
             {{"hops", sum.hops},
              {"lasting", sum.lasting},
              {"undone", sum.undone},
              {"pairs", sum.pairs},
              {"backward", sum.backward},
              {"excursions", sum.excursions}}},
            {"rate", to_json(h.rate)},
            {"lasting_rate", to_json(h.lasting_rate)},
            {"excursion_rate", to_json(h.excursion_rate)},
            {"forward_backward", to_json(h.forward_backward)},
            {"length", to_json(h.length)},
            {"lengths", {{"r", h.lengths}, {"density", h.length_density}}},
            {"stay", to_json(h.stay)},
            {"stays", {{"time_ps", h.stay_times}, {"survival", h.stay_survival}}},
            {"random_walk_D", to_json(h.random_walk_D)},
            {"list", list_of(h, most_listed)},
            {"replicas", replicas}};
  j["median_stay_ps"] = h.median_stay ? json(*h.median_stay) : json(nullptr);
  j["bonded_anions"] = h.bonds ? json{{"hops", h.bonds->hops},
                                      {"changed", h.bonds->changed},
                                      {"others", h.bonds->others},
                                      {"others_changed", h.bonds->others_changed},
                                      {"exchanged", h.bonds->anions_exchanged},
                                      {"units_changed", h.bonds->units_changed}}
                               : json(nullptr);
  return j;
}

std::string to_csv(const Hops& h) {
  std::string text =
      "replica,frame,time_ps,ion,length_A,from_x,from_y,from_z,to_x,to_y,to_z,lasting,backward\n";
  for (std::size_t r = 0; r < h.runs.size(); ++r)
    for (const Hop& hop : h.runs[r].hops)
      text += fmt::format(
          "{},{},{:g},{},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:d},"
          "{:d}\n",
          r + 1, hop.frame, static_cast<double>(hop.frame) * h.runs[r].time_step, hop.ion,
          hop.length, hop.from[0], hop.from[1], hop.from[2], hop.to[0], hop.to[1], hop.to[2],
          hop.lasting(), hop.backward);
  return text;
}

}  // namespace vitrion::analysis
