#include "edges/formats/study/glass.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "edges/formats/study/toml_reader.hpp"

namespace vitrion::formats {

namespace {

constexpr double default_time = 20;  // ps

void read_pore(TomlReader& parent, StudyGlass& glass) {
  const toml::node* node = parent.take("pore");
  if (node == nullptr) return;
  if (node->as_table() == nullptr)
    parent.fail("pore", "must be a table such as { x = 0, diameter = 14 }");
  StudyPore& pore = glass.pore.emplace();
  TomlReader t = parent.sub("pore", *node->as_table());
  t.get("x", pore.x);
  t.check(std::ranges::find(glass.x, pore.x) != glass.x.end(), "x", "must be one of glass.x");
  t.get("diameter", pore.diameter);
  t.check(pore.diameter > 0, "diameter", "A must be positive");
  t.get("time", pore.time);
  t.check(pore.time > 0, "time", "ps must be positive");
  t.finish();
}

/// "below_390" -> 390, if the key starts with `word`.
std::optional<double> bound_of(const std::string& key, const std::string& word) {
  if (!key.starts_with(word)) return std::nullopt;
  double kelvin = 0;
  const char* end = key.data() + key.size();
  const auto [stop, code] = std::from_chars(key.data() + word.size(), end, kelvin);
  if (code != std::errc{} || stop != end) return std::nullopt;
  return kelvin;
}

/// measure.time: one number, or { below_390 = 50_000, above_390 = 20_000 }.
void read_time(TomlReader& t, StudyMeasure& m) {
  const toml::node* node = t.take("time");
  if (node == nullptr || node->is_number()) {
    m.time.assign(m.temperature.size(), node == nullptr ? default_time : *node->value<double>());
    t.check(m.time.front() > 0, "time", "ps must be positive");
    return;
  }
  const char* rule = "must be a number of ps or a table { below_K = ps, above_K = ps } of one K";
  const toml::table* table = node->as_table();
  if (table == nullptr || table->size() != 2) t.fail("time", rule);
  std::optional<double> below;
  std::optional<double> above;
  double ps_below = 0;
  double ps_above = 0;
  for (const auto& [word, value] : *table) {
    const std::string key(word.str());
    const auto number = value.value<double>();
    if (!value.is_number() || !(*number > 0)) t.fail("time", rule);
    if (const auto kelvin = bound_of(key, "below_")) {
      below = kelvin;
      ps_below = *number;
    } else if (const auto from = bound_of(key, "above_")) {
      above = from;
      ps_above = *number;
    }
  }
  if (!below || below != above) t.fail("time", rule);
  for (const double kelvin : m.temperature) {
    if (kelvin == *below)
      t.fail("time", fmt::format("leaves open how long {} K is measured", kelvin));
    m.time.push_back(kelvin < *below ? ps_below : ps_above);
  }
}

}  // namespace

void read_glass(TomlReader& t, StudyGlass& glass) {
  t.get("units", glass.units);
  t.get("formula", glass.formula);
  t.get_one_or_more("x", glass.x);
  for (std::size_t k = 0; k < glass.x.size(); ++k)
    t.check(std::find(glass.x.begin(), glass.x.begin() + static_cast<long>(k), glass.x[k]) ==
                glass.x.begin() + static_cast<long>(k),
            "x", "must name each composition once");
  t.get("atoms", glass.atoms);
  t.get("round", glass.round);
  t.get("density", glass.density);
  t.check(glass.density > 0, "density", "g/cm3 must be positive");
  t.get("replicas", glass.replicas);
  t.check(glass.replicas >= 1, "replicas", "must be at least 1");
  t.require("schedule");
  read_schedule(t, glass.schedule);
  read_pore(t, glass);
}

void read_measure(TomlReader& t, StudyMeasure& m) {
  t.require("temperature");
  t.get_one_or_more("temperature", m.temperature);
  for (const double kelvin : m.temperature)
    t.check(kelvin > 0, "temperature", "K must be positive");
  t.get("ensemble", m.ensemble);
  t.check(m.ensemble == "nvt" || m.ensemble == "npt", "ensemble", "must be \"nvt\" or \"npt\"");
  t.get("mobile", m.mobile);
  t.get("framework", m.framework);
  t.get("charge", m.charge);
  t.check(m.charge != 0, "charge", "must not be zero");
  t.get("heat_rate", m.heat_rate);
  t.check(m.heat_rate > 0, "heat_rate", "K/ps must be positive");
  t.get("settle_npt", m.settle_npt);
  t.get("settle_nvt", m.settle_nvt);
  t.check(m.settle_npt > 0, "settle_npt", "ps must be positive");
  t.check(m.settle_nvt > 0, "settle_nvt", "ps must be positive");
  read_time(t, m);
  t.get("every", m.every);
  t.check(m.every > 0 && 20 * m.every <= std::ranges::min(m.time), "every",
          "ps must be positive and at most a twentieth of measure.time");
}

}  // namespace vitrion::formats
