// A glass of the record, in and out of JSON.
#include "report/json_part.hpp"
#include "report/record_parts.hpp"

namespace vitrion::report {

using nlohmann::json;

namespace {

/// A path that is not there is null in the file.
json path_json(const std::string& path) {
  return path.empty() ? json(nullptr) : json(path);
}

void read_dynamics(const Part& part, IonDynamics& d) {
  part.read("temperature", d.temperature);
  part.each("runs", [&](const Part& e) {
    IonRun& run = d.runs.emplace_back();
    e.read("replica", run.replica);
    e.read("msd", run.msd);
    e.read("trajectory", run.trajectory);
    e.read("viewer", run.viewer);
  });
  part.read("conductivity", d.conductivity);
  part.read("hops", d.hops);
  part.read("doorways", d.doorways);
  part.read("framework", d.framework);
  part.read("pathways", d.pathways);
  part.read("nongaussian", d.nongaussian);
}

json dynamics_json(const IonDynamics& d) {
  json j = {
      {"temperature", d.temperature},   {"runs", json::array()},       {"hops", d.hops},
      {"conductivity", d.conductivity}, {"doorways", d.doorways},      {"framework", d.framework},
      {"pathways", d.pathways},         {"nongaussian", d.nongaussian}};
  for (const IonRun& run : d.runs)
    j["runs"].push_back({{"replica", run.replica},
                         {"msd", path_json(run.msd)},
                         {"trajectory", path_json(run.trajectory)},
                         {"viewer", path_json(run.viewer)}});
  return j;
}

}  // namespace

void read_glass(const Part& part, Glass& glass) {
  part.read("key", glass.key);
  if (glass.key.empty()) part.fail("key", "is missing");
  part.read("name", glass.name);
  part.read("formula", glass.formula);
  part.read("x", glass.x);
  part.read("porous", glass.porous);
  part.read("atoms", glass.atoms);
  part.read("density", glass.density);
  part.read("units", glass.units);
  part.read("structure_factor", glass.structure_factor);
  part.read("modulus", glass.modulus);
  part.read("free_volume", glass.free_volume);
  part.read("pore", glass.pore);
  part.read("rdf", glass.rdf);
  part.each("replicas", [&](const Part& e) {
    GlassReplica& replica = glass.replicas.emplace_back();
    e.read("replica", replica.replica);
    e.read("seed", replica.seed);
    e.read("trace", replica.trace);
    e.read("snapshot", replica.snapshot);
    e.read("density", replica.density);
    e.read("quench", replica.quench);
  });
  part.each("temperatures",
            [&](const Part& e) { read_dynamics(e, glass.temperatures.emplace_back()); });
  part.read("arrhenius", glass.arrhenius);
}

json glass_json(const Glass& g) {
  json j = {{"key", g.key},
            {"name", g.name},
            {"formula", g.formula},
            {"x", g.x},
            {"porous", g.porous},
            {"atoms", g.atoms},
            {"density", g.density},
            {"units", g.units},
            {"structure_factor", g.structure_factor},
            {"modulus", g.modulus},
            {"free_volume", g.free_volume},
            {"pore", g.pore},
            {"rdf", g.rdf},
            {"replicas", json::array()},
            {"temperatures", json::array()},
            {"arrhenius", g.arrhenius}};
  for (const GlassReplica& e : g.replicas)
    j["replicas"].push_back({{"replica", e.replica},
                             {"seed", e.seed},
                             {"trace", path_json(e.trace)},
                             {"snapshot", path_json(e.snapshot)},
                             {"density", e.density},
                             {"quench", e.quench}});
  for (const IonDynamics& d : g.temperatures) j["temperatures"].push_back(dynamics_json(d));
  return j;
}

}  // namespace vitrion::report
