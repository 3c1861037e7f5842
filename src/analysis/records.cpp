#include "analysis/records.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "analysis/msd.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

using nlohmann::json;

namespace {

std::string number(double x) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, x).ptr;
  return {text, end};
}

json optional_number(const std::optional<double>& x) {
  return x ? json(*x) : json(nullptr);
}

json estimates(const std::map<std::string, Estimate>& all) {
  json result = json::object();
  for (const auto& [name, estimate] : all) result[name] = to_json(estimate);
  return result;
}

}  // namespace

MsdTable msd_table(const Trajectory& trajectory, std::size_t threads) {
  MsdTable table;
  table.drift_frame = trajectory.drift_frame;
  table.framework_msd = trajectory.framework_msd;
  table.framework_msd_cartesian = trajectory.framework_msd_cartesian;
  const double dt = trajectory.time_step();
  std::vector<std::size_t> lags;
  const std::size_t last = trajectory.frames() - 1;
  for (std::size_t lag = 1; lag <= std::min<std::size_t>(50, last); ++lag) lags.push_back(lag);
  for (const std::size_t lag : logarithmic_lags(last, 40)) lags.push_back(lag);
  for (std::size_t k = 1; k <= 200; ++k) lags.push_back(std::max<std::size_t>(1, k * last / 200));
  std::sort(lags.begin(), lags.end());
  lags.erase(std::unique(lags.begin(), lags.end()), lags.end());
  for (const std::size_t lag : lags) table.lag_ps.push_back(static_cast<double>(lag) * dt);
  const std::vector<int> counts = trajectory.species.counts();
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] == 0) continue;
    const std::string& name = trajectory.species.names[s];
    const std::vector<std::size_t> atoms = trajectory.atoms_of(name);
    const MultiOriginMsd multi = multi_origin_msd(trajectory, atoms, {}, threads);
    const std::vector<double> single = single_origin_msd(trajectory, atoms);
    table.species.push_back(name);
    std::vector<double>& m = table.multi_origin.emplace_back();
    std::vector<double>& o = table.single_origin.emplace_back();
    for (const std::size_t lag : lags) {
      m.push_back(multi.msd[lag]);
      o.push_back(single[lag]);
    }
  }
  return table;
}

MsdTable mean_of(const std::vector<MsdTable>& runs) {
  if (runs.empty()) throw InputError("a mean of no runs");
  MsdTable result = runs[0];
  const auto n = static_cast<double>(runs.size());
  for (std::size_t s = 0; s < result.species.size(); ++s)
    for (std::size_t l = 0; l < result.lag_ps.size(); ++l)
      result.multi_origin[s][l] = result.single_origin[s][l] = 0;
  for (const MsdTable& run : runs) {
    if (run.lag_ps != result.lag_ps || run.species != result.species)
      throw InputError(
          "the runs differ in their species, length or time between frames: analyze them one by "
          "one");
    for (std::size_t s = 0; s < result.species.size(); ++s)
      for (std::size_t l = 0; l < result.lag_ps.size(); ++l) {
        result.multi_origin[s][l] += run.multi_origin[s][l] / n;
        result.single_origin[s][l] += run.single_origin[s][l] / n;
      }
  }
  return result;
}

json to_json(const Rdf& r) {
  json j = {{"quantity", "rdf"},
            {"pair", r.pair},
            {"r", r.r},
            {"g", r.g},
            {"g_error", r.g_error},
            {"coordination", r.coordination},
            {"first_minimum", optional_number(r.first_minimum)},
            {"coordination_number", to_json(r.coordination_number)},
            {"frames", r.frames},
            {"replicas", r.replicas},
            {"normalisation",
             "V n / (N_a (N_b - delta_ab) shell), V of each frame: an ideal gas has g = 1"}};
  j["first_peak"] =
      r.first_peak ? json{{"r", r.first_peak->r}, {"g", r.first_peak->g}} : json(nullptr);
  return j;
}

json to_json(const UnitCensus& c) {
  json classes = json::array();
  for (const UnitCensus::Class& k : c.classes)
    classes.push_back(
        {{"name", k.name}, {"count", to_json(k.count)}, {"fraction", to_json(k.fraction)}});
  json qn = json::array();
  for (std::size_t n = 0; n < c.qn.size(); ++n)
    qn.push_back({{"n", n}, {"fraction", to_json(c.qn[n])}});
  json anions = json::object();
  for (const auto& [name, estimate] : c.anions) {  // "terminal S"
    const std::size_t blank = name.find(' ');
    anions[name.substr(0, blank)][name.substr(blank + 1)] = to_json(estimate);
  }
  return {
      {"quantity", "units"},
      {"classes", classes},
      {"qn", qn},
      {"anions", anions},
      {"bonds", estimates(c.bonds)},
      {"identity",
       {{"residual", to_json(c.residual)},
        {"frames_broken", c.frames_broken},
        {"statement",
         "(N_free - N_bridging - 2 N_PP) - (N_anion - 4 N_P) is 0 if every P has four bonds and "
         "every bridge two ends"}}},
      {"oxygen",
       {{"observed", c.oxygen.observed},
        {"expected", c.oxygen.expected},
        {"share", c.oxygen.share},
        {"chi_squared", c.oxygen.chi_squared},
        {"degrees_of_freedom", c.oxygen.degrees_of_freedom},
        {"p_value", c.oxygen.p_value},
        {"verdict", c.oxygen.verdict}}},
      {"cutoffs",
       {{"P-S", c.cutoffs.P_S},
        {"P-O", c.cutoffs.P_O},
        {"P-P", c.cutoffs.P_P},
        {"S-S", c.cutoffs.S_S}}},
      {"frames", c.frames},
      {"replicas", c.replicas}};
}

json to_json(const Density& d) {
  return {{"quantity", "density"},
          {"density", to_json(d.density)},
          {"volume", to_json(d.volume)},
          {"volume_per_atom", to_json(d.volume_per_atom)},
          {"volume_per_formula_unit", to_json(d.volume_per_formula_unit)},
          {"drift", to_json(d.drift)},
          {"settled", d.settled},
          {"frames", d.frames},
          {"replicas", d.replicas}};
}

json to_json(const MsdTable& m) {
  json multi = json::object();
  json single = json::object();
  for (std::size_t s = 0; s < m.species.size(); ++s) {
    multi[m.species[s]] = m.multi_origin[s];
    single[m.species[s]] = m.single_origin[s];
  }
  return {{"quantity", "msd"},
          {"lag_ps", m.lag_ps},
          {"multi_origin", multi},
          {"single_origin", single},
          {"unit", "A2"},
          {"drift_frame", m.drift_frame},
          {"unwrapping",
           {{"framework_msd", m.framework_msd},
            {"framework_msd_cartesian", m.framework_msd_cartesian}}}};
}

json to_json(const StructureFactor& s) {
  return {{"quantity", "sq"},
          {"pair", s.pair},
          {"q", s.q},
          {"s", s.s},
          {"s_error", s.s_error},
          {"first_peak",
           s.first_peak ? json{{"q", s.first_peak->q}, {"s", s.first_peak->s}} : json(nullptr)},
          {"normalisation", s.normalisation},
          {"frames", s.frames},
          {"replicas", s.replicas}};
}

json to_json(const BondAngles& a) {
  return {{"quantity", "angles"},
          {"triplet", a.triplet},
          {"angle", a.angle},
          {"density", a.density},
          {"density_error", a.density_error},
          {"mean", to_json(a.mean)},
          {"spread", a.spread},
          {"per_frame", a.per_frame},
          {"frames", a.frames},
          {"replicas", a.replicas}};
}

json to_json(const MotionCurve& c, const std::string& quantity) {
  return {{"quantity", quantity},  {"species", c.species}, {"lag_ps", c.lag_ps},
          {"value", c.value},      {"error", c.error},     {"ions", c.ions},
          {"replicas", c.replicas}};
}

json to_json(const VanHove& v) {
  return {{"quantity", "vanhove"}, {"part", "self"},        {"species", v.species},
          {"lag_ps", v.lag_ps},    {"msd", v.msd},          {"r", v.r},
          {"density", v.density},  {"gaussian", v.gaussian}};
}

json to_json(const DistinctVanHove& v) {
  return {{"quantity", "vanhove"},
          {"part", "distinct"},
          {"pair", v.pair},
          {"lag_ps", v.lag_ps},
          {"r", v.r},
          {"g", v.g},
          {"g_error", v.error},
          {"origins", v.origins},
          {"replicas", v.replicas}};
}

json to_json(const Rings& r) {
  json sizes = json::array();
  for (const Rings::Size& s : r.sizes)
    sizes.push_back(
        {{"members", s.members}, {"count", to_json(s.count)}, {"per_P", to_json(s.per_P)}});
  return {{"quantity", "rings"},
          {"criterion", r.options.criterion == RingCriterion::king ? "king" : "guttman"},
          {"longest", r.options.longest},
          {"sizes", sizes},
          {"in_rings", to_json(r.in_rings)},
          {"cutoffs", {{"P-S", r.options.cutoffs.P_S}, {"P-O", r.options.cutoffs.P_O}}},
          {"frames", r.frames},
          {"replicas", r.replicas}};
}

json to_json(const StrainModulus& m) {
  json points = json::array();
  for (const StrainPoint& p : m.points)
    points.push_back({{"linear_strain", p.linear_strain},
                      {"volume", p.volume},
                      {"pressure", p.pressure},
                      {"going_up", p.going_up}});
  return {{"K", to_json(m.K)},
          {"linear_slope", m.linear_slope},
          {"pressure_derivative", m.derivative},
          {"hysteresis", m.hysteresis},
          {"elastic", m.elastic},
          {"points", points}};
}

json to_json(const Conductivity& c, const std::vector<std::string>& files) {
  json runs = json::array();
  for (std::size_t k = 0; k < c.runs.size(); ++k) {
    const ConductivityRun& run = c.runs[k];
    const Diffusion& d = run.diffusion;
    json j = {{"file", k < files.size() ? files[k] : ""},
              {"D", to_json(d.D)},
              {"D_paper", to_json(d.D_paper)},
              {"sigma_NE", to_json(run.sigma_NE)},
              {"volume", run.volume},
              {"ions", d.ions},
              {"duration_ps", d.duration},
              {"window_ps", {d.window_first, d.window_last}},
              {"loglog_slope", to_json(d.loglog_slope)},
              {"loglog_slope_worst", to_json(d.worst_slope)},
              {"cage_plateau", d.cage_plateau},
              {"msd_at_window_end", d.msd_at_end},
              {"variance_inflation", d.inflation},
              {"condition", d.condition},
              {"guard", d.guard},
              {"framework_msd", optional_number(run.framework_msd)}};
    runs.push_back(std::move(j));
  }
  json record = {{"quantity", "conductivity"},
                 {"species", c.species},
                 {"charge", c.charge},
                 {"temperature", c.temperature},
                 {"D", to_json(c.D)},
                 {"D_paper", to_json(c.D_paper)},
                 {"sigma_NE", to_json(c.sigma_NE)},
                 {"sigma_paper", to_json(c.sigma_paper)},
                 {"sigma_collective", to_json(c.sigma_collective)},
                 {"haven", to_json(c.haven)},
                 {"replicas", runs}};
  if (c.D_infinite) record["D_infinite"] = to_json(*c.D_infinite);
  return record;
}

json to_json(const Arrhenius& a) {
  json points = json::array();
  for (const ArrheniusPoint& p : a.points)
    points.push_back(
        {{"temperature", p.temperature}, {"replica", p.replica}, {"sigma", to_json(p.sigma)}});
  json band = {{"temperature", json::array()},
               {"sigma", json::array()},
               {"low", json::array()},
               {"high", json::array()}};
  for (const Arrhenius::BandPoint& b : a.band) {
    band["temperature"].push_back(b.temperature);
    band["sigma"].push_back(b.sigma);
    band["low"].push_back(b.low);
    band["high"].push_back(b.high);
  }
  return {{"quantity", "arrhenius"},
          {"activation_energy", to_json(a.activation_energy)},
          {"ln_prefactor", to_json(a.ln_prefactor)},
          {"slope_error", a.slope_error},
          {"degrees_of_freedom", a.degrees_of_freedom},
          {"points", points},
          {"band", band},
          {"statement", a.statement}};
}

std::vector<ArrheniusPoint> arrhenius_points(const std::vector<json>& records) {
  std::vector<ArrheniusPoint> points;
  for (const json& record : records) {
    if (!record.is_object() || record.value("quantity", "") != "conductivity" ||
        !record.contains("temperature"))
      throw InputError(
          "an Arrhenius line is made of conductivity records (vitrion analyze conductivity "
          "--json)");
    const double temperature = record["temperature"].get<double>();
    int replica = 0;
    for (const json& run : record.value("replicas", json::array()))
      points.push_back({temperature, replica++, estimate_from_json(run.at("sigma_NE"))});
    if (replica == 0)
      points.push_back({temperature, -1, estimate_from_json(record.at("sigma_NE"))});
  }
  return points;
}

std::string to_csv(const Rdf& r) {
  std::string text = "r_A,g,g_error,coordination\n";
  for (std::size_t i = 0; i < r.r.size(); ++i)
    text += fmt::format("{},{},{},{}\n", number(r.r[i]), number(r.g[i]), number(r.g_error[i]),
                        number(r.coordination[i]));
  return text;
}

std::string to_csv(const MsdTable& m) {
  std::string text = fmt::format("lag_ps,{}", fmt::join(m.species, ","));
  for (const std::string& species : m.species) text += fmt::format(",{}_first", species);
  text += "\n";
  for (std::size_t l = 0; l < m.lag_ps.size(); ++l) {
    text += number(m.lag_ps[l]);
    for (const auto* columns : {&m.multi_origin, &m.single_origin})
      for (const std::vector<double>& column : *columns)
        text.append(1, ',').append(number(column[l]));
    text += "\n";
  }
  return text;
}

}  // namespace vitrion::analysis
