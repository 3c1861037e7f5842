// The potential's part of the record, in and out of JSON.
#include "report/json_part.hpp"
#include "report/record_parts.hpp"

namespace vitrion::report {

using nlohmann::json;

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

}  // namespace vitrion::report
