#include "report/record.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace vitrion::report {

using nlohmann::json;

namespace {

constexpr const char* schema = "vitrion.report/1";

/// An object with its place in the file, so that each error names file and key.
class Part {
 public:
  Part(const json& value, std::string place) : value_(value), place_(std::move(place)) {
    if (!value.is_object()) throw InputError(fmt::format("{} must be an object", place_));
  }

  /// Sets `target` if the key is there and not null.
  template <class T>
  void read(const char* key, T& target) const {
    const auto found = value_.find(key);
    if (found == value_.end() || found->is_null()) return;
    try {
      target = found->template get<T>();
    } catch (const json::exception&) {
      throw InputError(
          fmt::format("{}.{} = {} has the wrong type", place_, key, found->dump().substr(0, 60)));
    }
  }

  /// Calls body(part) for the object at `key`, if there is one.
  template <class Body>
  void object(const char* key, const Body& body) const {
    const auto found = value_.find(key);
    if (found != value_.end() && !found->is_null())
      body(Part(*found, fmt::format("{}.{}", place_, key)));
  }

  /// Calls body(part) for each object of the array at `key`, if there is one.
  template <class Body>
  void each(const char* key, const Body& body) const {
    const auto found = value_.find(key);
    if (found == value_.end() || found->is_null()) return;
    if (!found->is_array()) throw InputError(fmt::format("{}.{} must be an array", place_, key));
    for (std::size_t i = 0; i < found->size(); ++i)
      body(Part((*found)[i], fmt::format("{}.{}[{}]", place_, key, i)));
  }

 private:
  const json& value_;
  std::string place_;
};

void read_potential(const Part& part, Potential& p) {
  part.read("network", p.network);
  part.read("members", p.members);
  part.each("levels", [&](const Part& e) {
    Level& level = p.levels.emplace_back();
    e.read("name", level.name);
    e.read("frames", level.frames);
    e.read("detail", level.detail);
  });
  part.each("parity", [&](const Part& e) {
    Parity& parity = p.parity.emplace_back();
    e.read("set", parity.set);
    e.read("level", parity.level);
    e.read("quantity", parity.quantity);
    e.read("rmse", parity.rmse);
    e.read("mae", parity.mae);
    e.read("n", parity.n);
    e.read("frames", parity.frames);
    e.read("unit", parity.unit);
  });
  part.each("parity_points", [&](const Part& e) {
    ParityPoints& points = p.parity_points.emplace_back();
    e.read("set", points.set);
    e.read("level", points.level);
    e.read("quantity", points.quantity);
    e.read("csv", points.csv);
  });
  part.each("learning_curves", [&](const Part& e) {
    LearningCurve& curve = p.learning_curves.emplace_back();
    e.read("member", curve.member);
    e.read("phase", curve.phase);
    e.read("file", curve.file);
  });
  part.object("selection", [&](const Part& e) {
    e.read("visited", p.selection.visited);
    e.read("candidates", p.selection.candidates);
    e.read("failed", p.selection.failed);
    e.read("labelled", p.selection.labelled);
    e.read("low", p.selection.low);
    e.read("high", p.selection.high);
  });
}

void read_glass(const Part& part, Glass& glass) {
  part.read("formula", glass.formula);
  part.read("x", glass.x);
  part.read("atoms", glass.atoms);
  part.read("density", glass.density);
  part.each("replicas", [&](const Part& e) {
    GlassReplica& replica = glass.replicas.emplace_back();
    e.read("replica", replica.replica);
    e.read("trace", replica.trace);
    e.read("snapshot", replica.snapshot);
    e.read("density", replica.density);
  });
}

json potential_json(const Potential& p) {
  json j = {{"network", p.network}, {"members", p.members}};
  for (const Level& l : p.levels)
    j["levels"].push_back({{"name", l.name}, {"frames", l.frames}, {"detail", l.detail}});
  for (const Parity& e : p.parity)
    j["parity"].push_back({{"set", e.set},
                           {"level", e.level},
                           {"quantity", e.quantity},
                           {"rmse", e.rmse},
                           {"mae", e.mae},
                           {"n", e.n},
                           {"frames", e.frames},
                           {"unit", e.unit}});
  for (const ParityPoints& e : p.parity_points)
    j["parity_points"].push_back(
        {{"set", e.set}, {"level", e.level}, {"quantity", e.quantity}, {"csv", e.csv}});
  for (const LearningCurve& e : p.learning_curves)
    j["learning_curves"].push_back({{"member", e.member}, {"phase", e.phase}, {"file", e.file}});
  const Selection& s = p.selection;
  j["selection"] = {{"visited", s.visited}, {"candidates", s.candidates},
                    {"failed", s.failed},   {"labelled", s.labelled},
                    {"low", s.low},         {"high", s.high}};
  return j;
}

json glass_json(const Glass& g) {
  json j = {{"formula", g.formula}, {"x", g.x}, {"atoms", g.atoms}, {"density", g.density}};
  for (const GlassReplica& e : g.replicas)
    j["replicas"].push_back({{"replica", e.replica},
                             {"trace", e.trace},
                             {"snapshot", e.snapshot},
                             {"density", e.density}});
  return j;
}

}  // namespace

Record record_from_json(const json& value, const std::string& place) {
  const Part part(value, place);
  std::string found;
  part.read("schema", found);
  if (found != schema)
    throw InputError(
        fmt::format("{}: schema = '{}', but this program reads '{}'", place, found, schema));
  Record r;
  part.object("study", [&](const Part& e) {
    e.read("name", r.study.name);
    e.read("seed", r.study.seed);
    e.read("demonstration", r.study.demonstration);
    e.read("statement", r.study.statement);
    e.read("file", r.study.file);
    e.read("settings_hash", r.study.settings_hash);
    e.read("started", r.study.started);
    e.read("finished", r.study.finished);
    e.read("seconds", r.study.seconds);
    e.read("machine", r.study.machine);
  });
  if (r.study.name.empty()) throw InputError(fmt::format("{}: study.name is missing", place));
  part.each("stages", [&](const Part& e) {
    Stage& stage = r.stages.emplace_back();
    e.read("name", stage.name);
    e.read("seconds", stage.seconds);
    e.read("detail", stage.detail);
  });
  part.object("potential", [&](const Part& e) { read_potential(e, r.potential); });
  part.object("glass", [&](const Part& e) { read_glass(e, r.glass); });
  part.read("rdf", r.rdf);
  part.read("units", r.units);
  part.each("transport", [&](const Part& e) {
    Transport& t = r.transport.emplace_back();
    e.read("temperature", t.temperature);
    e.read("replica", t.replica);
    e.read("msd", t.msd);
  });
  part.read("conductivity", r.conductivity);
  part.read("arrhenius", r.arrhenius);
  part.read("versions", r.versions);
  part.read("notes", r.notes);
  return r;
}

json to_json(const Record& r) {
  json j = {{"schema", schema},
            {"study",
             {{"name", r.study.name},
              {"seed", r.study.seed},
              {"demonstration", r.study.demonstration},
              {"statement", r.study.statement},
              {"file", r.study.file},
              {"settings_hash", r.study.settings_hash},
              {"started", r.study.started},
              {"finished", r.study.finished},
              {"seconds", r.study.seconds},
              {"machine", r.study.machine}}},
            {"stages", json::array()},
            {"potential", potential_json(r.potential)},
            {"glass", glass_json(r.glass)},
            {"rdf", r.rdf},
            {"units", r.units},
            {"transport", json::array()},
            {"conductivity", r.conductivity},
            {"arrhenius", r.arrhenius},
            {"versions", r.versions},
            {"notes", r.notes}};
  for (const Stage& s : r.stages)
    j["stages"].push_back({{"name", s.name}, {"seconds", s.seconds}, {"detail", s.detail}});
  for (const Transport& t : r.transport)
    j["transport"].push_back(
        {{"temperature", t.temperature}, {"replica", t.replica}, {"msd", t.msd}});
  return j;
}

}  // namespace vitrion::report
