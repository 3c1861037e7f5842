#include "report/record.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hpp"
#include "report/json_part.hpp"
#include "report/record_parts.hpp"

namespace vitrion::report {

using nlohmann::json;

namespace {

constexpr int schema = 2;

void check_schema(const json& value, const std::string& place) {
  const auto found = value.find("schema");
  if (found != value.end() && *found == schema) return;
  throw InputError(fmt::format(
      "{}: schema = {}, but this program reads {}; vitrion run writes the record of a finished "
      "study anew",
      place, found == value.end() ? "nothing" : found->dump(), schema));
}

/// A word that must be one of a few.
void read_word(const Part& part, const char* key, std::string& target,
               const std::vector<std::string>& words) {
  part.read(key, target);
  if (std::find(words.begin(), words.end(), target) == words.end())
    part.fail(key, fmt::format("= '{}' must be one of: {}", target, fmt::join(words, ", ")));
}

void read_study(const Part& e, Study& study) {
  e.read("name", study.name);
  if (study.name.empty()) e.fail("name", "is missing");
  e.read("seed", study.seed);
  e.read("demonstration", study.demonstration);
  e.read("statement", study.statement);
  e.read("file", study.file);
  e.read("settings_hash", study.settings_hash);
  e.read("started", study.started);
  e.read("finished", study.finished);
  e.read("seconds", study.seconds);
  e.read("machine", study.machine);
  e.object("scale", [&](const Part& s) {
    study.scale = Scale{};
    s.read("size", study.scale->size);
    s.read("time", study.scale->time);
    s.read("train", study.scale->train);
  });
}

json study_json(const Study& s) {
  return {
      {"name", s.name},
      {"seed", s.seed},
      {"demonstration", s.demonstration},
      {"statement", s.statement},
      {"file", s.file},
      {"settings_hash", s.settings_hash},
      {"started", s.started},
      {"finished", s.finished},
      {"seconds", s.seconds},
      {"machine", s.machine},
      {"scale",
       s.scale ? json{{"size", s.scale->size}, {"time", s.scale->time}, {"train", s.scale->train}}
               : json()}};
}

void read_claim(const Part& e, Claim& claim) {
  e.read("id", claim.id);
  e.read("statement", claim.statement);
  e.read("place", claim.place);
  read_word(e, "verdict", claim.verdict,
            {"reproduced", "not resolved", "contradicted", "not testable"});
  double value = 0;
  if (e.read("value", value)) claim.value = value;
  std::array<double, 2> interval{};
  if (e.read("interval95", interval)) claim.interval = interval;
  e.read("unit", claim.unit);
  e.read("test", claim.test);
  e.read("reason", claim.reason);
}

json claim_json(const Claim& c) {
  return {{"id", c.id},
          {"statement", c.statement},
          {"place", c.place},
          {"verdict", c.verdict},
          {"value", c.value ? json(*c.value) : json()},
          {"interval95", c.interval ? json(*c.interval) : json()},
          {"unit", c.unit},
          {"test", c.test},
          {"reason", c.reason}};
}

}  // namespace

Record record_from_json(const json& value, const std::string& place) {
  const Part part(value, place);
  check_schema(value, place);
  Record r;
  if (!value.contains("study")) part.fail("study", "is missing");
  part.object("study", [&](const Part& e) { read_study(e, r.study); });
  part.each("stages", [&](const Part& e) {
    Stage& stage = r.stages.emplace_back();
    e.read("name", stage.name);
    e.read("seconds", stage.seconds);
    e.read("detail", stage.detail);
  });
  part.object("potential", [&](const Part& e) { read_potential(e, r.potential); });
  part.each("glasses", [&](const Part& e) { read_glass(e, r.glasses.emplace_back()); });
  part.read("doorway_model", r.doorway_model);
  part.read("uncertainty", r.uncertainty);
  part.each("methods", [&](const Part& e) {
    Method& m = r.methods.emplace_back();
    e.read("group", m.group);
    e.read("name", m.name);
    e.read("value", m.value);
    e.read("paper", m.paper);
    e.read("deviates", m.deviates);
    e.read("note", m.note);
  });
  part.each("claims", [&](const Part& e) { read_claim(e, r.claims.emplace_back()); });
  part.read("reference", r.reference);
  part.each("checks", [&](const Part& e) {
    Check& check = r.checks.emplace_back();
    e.read("name", check.name);
    read_word(e, "state", check.state, {"pass", "warn", "fail", "not run"});
    e.read("detail", check.detail);
  });
  part.read("versions", r.versions);
  part.read("notes", r.notes);
  return r;
}

json to_json(const Record& r) {
  json j = {{"schema", schema},
            {"study", study_json(r.study)},
            {"stages", json::array()},
            {"potential", potential_json(r.potential)},
            {"glasses", json::array()},
            {"doorway_model", r.doorway_model},
            {"uncertainty", r.uncertainty},
            {"methods", json::array()},
            {"claims", json::array()},
            {"reference", r.reference},
            {"checks", json::array()},
            {"versions", r.versions},
            {"notes", r.notes}};
  for (const Stage& s : r.stages)
    j["stages"].push_back({{"name", s.name}, {"seconds", s.seconds}, {"detail", s.detail}});
  for (const Glass& g : r.glasses) j["glasses"].push_back(glass_json(g));
  for (const Method& m : r.methods)
    j["methods"].push_back({{"group", m.group},
                            {"name", m.name},
                            {"value", m.value},
                            {"paper", m.paper},
                            {"deviates", m.deviates},
                            {"note", m.note}});
  for (const Claim& c : r.claims) j["claims"].push_back(claim_json(c));
  for (const Check& c : r.checks)
    j["checks"].push_back({{"name", c.name}, {"state", c.state}, {"detail", c.detail}});
  return j;
}

}  // namespace vitrion::report
