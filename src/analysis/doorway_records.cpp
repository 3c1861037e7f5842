#include "analysis/doorway_records.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/estimate_json.hpp"
#include "analysis/statistics.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

using nlohmann::json;

namespace {

// A ten-thousandth of an A or ps is more than a path knows, and a third of the digits.
double rounded(double x) {
  return std::round(x * 1e4) / 1e4;
}

json rounded(const std::vector<double>& x) {
  json result = json::array();
  for (const double value : x) result.push_back(rounded(value));
  return result;
}

json vector_of(const Vec3& v) {
  return {rounded(v[0]), rounded(v[1]), rounded(v[2])};
}

json curve_of(const LagCurve& c) {
  return {{"count", c.count},
          {"value", rounded(c.value)},
          {"low", rounded(c.low)},
          {"high", rounded(c.high)}};
}

json kinds_of(const std::vector<DoorwayRun::Kind>& kinds) {
  json result = json::array();
  for (const DoorwayRun::Kind& k : kinds)
    result.push_back({{"anions", k.name},
                      {"units", k.units},
                      {"count", k.count},
                      {"area", k.area},
                      {"radius", k.radius}});
  return result;
}

json list_of(const Doorways& d, const std::vector<HopRun>& hops, std::size_t most) {
  std::size_t total = 0;
  for (const DoorwayRun& run : d.runs) total += run.gates.size();
  const std::size_t stride = total / most + 1;
  json list = json::array();
  std::size_t n = 0;
  for (std::size_t r = 0; r < d.runs.size(); ++r)
    for (const HopGate& g : d.runs[r].gates) {
      if (n++ % stride != 0) continue;
      const Hop& hop = hops[r].hops[g.hop];
      list.push_back({{"replica", r + 1},
                      {"frame", g.frame},
                      {"time_ps", rounded(static_cast<double>(g.frame) * hops[r].time_step)},
                      {"ion", hop.ion},
                      {"from", vector_of(hop.from)},
                      {"to", vector_of(hop.to)},
                      {"lasting", hop.lasting()},
                      {"anions", g.gate.anions},
                      {"kind", g.gate.kind},
                      {"units", g.gate.units},
                      {"radius", rounded(g.shape.radius)},
                      {"circumradius", rounded(g.shape.circumradius)},
                      {"area", rounded(g.shape.area)},
                      {"normal", vector_of(g.shape.normal)},
                      {"centre", vector_of(g.shape.centre)},
                      {"clearance", rounded(g.clearance)},
                      {"pierced", g.pierced},
                      {"opening", g.followed ? json(rounded(g.opening)) : json(nullptr)}});
    }
  return list;
}

json replicas_of(const Doorways& d, const std::vector<std::string>& files) {
  json replicas = json::array();
  for (std::size_t r = 0; r < d.runs.size(); ++r) {
    const DoorwayRun& run = d.runs[r];
    double pierced = 0;
    for (const HopGate& g : run.gates) pierced += g.pierced;
    json j = {{"file", r < files.size() ? files[r] : ""},
              {"lasting_hops", run.hops},
              {"gates", run.gates.size()},
              {"pierced", pierced},
              {"followed", run.at_hops.size()}};
    j["radius"] = run.frame_radius.empty() ? json(nullptr) : json(mean(run.frame_radius));
    j["fluctuation"] =
        run.at_rest.size() == 0 ? json(nullptr) : json(mean(run.at_rest.fluctuation));
    replicas.push_back(j);
  }
  return replicas;
}

}  // namespace

json to_json(const Doorways& d, const std::vector<HopRun>& hops,
             const std::vector<std::string>& files, std::size_t most_listed) {
  json openings = json::array();
  for (const OpeningOf& o : d.openings)
    openings.push_back({{"set", o.name},
                        {"opening", to_json(o.opening)},
                        {"excess", to_json(o.excess)},
                        {"curve", curve_of(o.curve)}});
  const std::size_t lags = d.before_ion.value.size();
  std::vector<double> correlation_lags;
  for (std::size_t k = 0; k < lags; ++k)
    correlation_lags.push_back((static_cast<double>(k) - static_cast<double>(lags / 2)) *
                               d.runs.front().lags.bin_ps());
  return {{"quantity", "doorways"},
          {"species", d.species},
          {"followed_ps", d.followed_ps},
          {"asked_ps", d.asked_ps},
          {"static_frames", d.frames},
          {"radius", to_json(d.radius)},
          {"count", to_json(d.count)},
          {"fluctuation", to_json(d.fluctuation)},
          {"passing_radius", to_json(d.passing_radius)},
          {"clearance", to_json(d.clearance)},
          {"kinds", kinds_of(d.kinds)},
          {"passed_kinds", kinds_of(d.hop_kinds)},
          {"radii",
           {{"r", rounded(d.r)},
            {"windows", rounded(d.static_density)},
            {"passing", rounded(d.passing_density)},
            {"resting", rounded(d.resting_density)}}},
          {"lag_ps", rounded(d.lag_ps)},
          {"openings", openings},
          {"lead", to_json(d.lead)},
          {"largest_opening", to_json(d.largest_opening)},
          {"correlation",
           {{"lag_ps", rounded(correlation_lags)},
            {"before_ion", curve_of(d.before_ion)},
            {"with_units", curve_of(d.with_units)}}},
          {"verdict", d.verdict},
          {"list", list_of(d, hops, most_listed)},
          {"replicas", replicas_of(d, files)}};
}

json to_json(const DoorwayModel& m) {
  json j = {{"quantity", "doorway_model"},
            {"statement", m.statement},
            {"glasses", m.glasses},
            {"points", json::array()},
            {"terms", json::array()}};
  j["refused"] = m.is_refused() ? json(m.refused) : json(nullptr);
  for (std::size_t i = 0; i < m.points.size(); ++i) {
    const DoorwayPoint& p = m.points[i];
    j["points"].push_back({{"glass", p.glass},
                           {"temperature", p.temperature},
                           {"D", p.D},
                           {"radius", p.radius},
                           {"fluctuation", p.fluctuation}});
    if (i < m.fitted.size()) j["points"].back()["ln_D_fitted"] = m.fitted[i];
  }
  for (const DoorwayTerm& t : m.terms)
    j["terms"].push_back({{"name", t.name},
                          {"slope", to_json(t.slope)},
                          {"partial_r2", t.partial_r2},
                          {"inflation", t.inflation}});
  if (m.is_refused()) return j;
  j["intercept"] = m.intercept;
  j["r2"] = m.r2;
  j["glass_spread"] = m.glass_spread;
  j["residual"] = m.residual;
  return j;
}

std::string to_csv(const std::vector<DoorwayPoint>& points) {
  std::string text = "glass,temperature,D,radius,fluctuation\n";
  for (const DoorwayPoint& p : points)
    text += fmt::format("{},{},{},{},{}\n", p.glass, p.temperature, p.D, p.radius, p.fluctuation);
  return text;
}

std::vector<DoorwayPoint> doorway_points(const std::string& csv) {
  const auto cut = [](const std::string& line) {
    std::vector<std::string> cells(1);
    for (const char c : line)
      if (c == ',')
        cells.emplace_back();
      else if (c != '\r')
        cells.back() += c;
    return cells;
  };
  std::istringstream in(csv);
  std::string line;
  std::getline(in, line);
  const std::vector<std::string> header = cut(line);
  const std::vector<std::string> wanted = {"glass", "temperature", "D", "radius", "fluctuation"};
  std::vector<std::size_t> column;
  for (const std::string& name : wanted) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end())
      throw InputError(
          fmt::format("line 1: no column '{}'; the columns are {}", name, fmt::join(wanted, ", ")));
    column.push_back(static_cast<std::size_t>(found - header.begin()));
  }
  std::vector<DoorwayPoint> points;
  for (std::size_t n = 2; std::getline(in, line); ++n) {
    const std::vector<std::string> cells = cut(line);
    if (cells.size() == 1 && cells[0].empty()) continue;
    const auto value = [&](std::size_t k) {
      double x = 0;
      const std::string text = column[k] < cells.size() ? cells[column[k]] : "";
      const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), x);
      if (text.empty() || code != std::errc() || end != text.data() + text.size())
        throw InputError(fmt::format("line {}: {} = '{}' is not a number", n, wanted[k], text));
      return x;
    };
    points.push_back(
        {column[0] < cells.size() ? cells[column[0]] : "", value(1), value(2), value(3), value(4)});
  }
  return points;
}

std::string to_csv(const Doorways& d, const std::vector<HopRun>& hops) {
  std::string text =
      "replica,frame,time_ps,ion,lasting,kind,units,anion_1,anion_2,anion_3,radius_A,"
      "circumradius_A,area_A2,clearance_A,opening_A\n";
  for (std::size_t r = 0; r < d.runs.size(); ++r)
    for (const HopGate& g : d.runs[r].gates) {
      const Hop& hop = hops[r].hops[g.hop];
      text +=
          fmt::format("{},{},{:g},{},{:d},{},{},{},{},{},{:.4f},{:.4f},{:.4f},{:.4f},{}\n", r + 1,
                      g.frame, static_cast<double>(g.frame) * hops[r].time_step, hop.ion,
                      hop.lasting(), g.gate.kind, g.gate.units, g.gate.anions[0], g.gate.anions[1],
                      g.gate.anions[2], g.shape.radius, g.shape.circumradius, g.shape.area,
                      g.clearance, g.followed ? fmt::format("{:.4f}", g.opening) : "");
    }
  return text;
}

}  // namespace vitrion::analysis
