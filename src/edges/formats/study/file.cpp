#include "edges/formats/study/file.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/study/toml_reader.hpp"

namespace vitrion::formats {

namespace {

/// Reads a sub-table by a function; without the table the defaults stay.
template <class Body>
void section(TomlReader& root, const char* key, const Body& body) {
  const toml::node* node = root.take(key);
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) root.fail(key, "must be a table");
  TomlReader reader = root.sub(key, *table);
  body(reader);
  reader.finish();
}

bool positive(const Range& r) {
  return r[0] > 0 && r[1] > 0;
}

void read_head(TomlReader& t, Study& study) {
  t.require("name");
  t.require("elements");
  t.get("name", study.name);
  t.get("elements", study.elements);
  t.check(!study.elements.empty(), "elements", "must name at least one element");
  std::size_t seed = study.seed;
  t.get("seed", seed);
  study.seed = seed;
  t.get("demonstration", study.demonstration);
  t.get("statement", study.statement);
}

void read_potential(TomlReader& t, StudyPotential& p) {
  t.get("cutoff", p.cutoff);
  t.get("smooth", p.smooth);
  t.check(p.cutoff > 0, "cutoff", "A must be positive");
  if (!(p.smooth >= 0 && p.smooth < p.cutoff))
    t.fail("smooth", fmt::format("A must be below potential.cutoff = {} A", p.cutoff));
  t.get("embedding", p.embedding);
  t.get("axis", p.axis);
  t.get("fitting", p.fitting);
  t.get("one_side", p.one_side);
  t.get("ensemble", p.ensemble);
  t.check(!p.embedding.empty(), "embedding", "must have at least one layer");
  t.check(!p.fitting.empty(), "fitting", "must have at least one layer");
  t.check(p.axis >= 1 && p.axis <= p.embedding.back(), "axis",
          "must be 1 to the last embedding width");
  t.check(p.ensemble >= 1 && p.ensemble <= 16, "ensemble", "must be 1 to 16");
  t.get("models", p.models);
  t.check(!t.has("models") || !p.models.empty(), "models", "must name at least one model file");
}

StudyLevel read_level(TomlReader& t) {
  StudyLevel level;
  t.require("name");
  t.require("files");
  t.get("name", level.name);
  t.get("files", level.files);
  t.check(!level.files.empty(), "files", "must name at least one file");
  t.get("test", level.test);
  t.get("dispersion", level.dispersion);
  t.check(level.dispersion.empty() || level.dispersion == "d3", "dispersion",
          "must be \"d3\" (add it from d3/ beside the files) or be left out");
  t.get("max_force", level.max_force);
  section(t, "factor", [&](TomlReader& f) {
    f.get("energy", level.energy_factor);
    f.get("force", level.force_factor);
    f.get("virial", level.virial_factor);
  });
  return level;
}

void read_levels(TomlReader& root, Study& study) {
  const toml::node* node = root.take("level");
  if (node == nullptr) root.fail("level", "is missing: [[level]] names the labels to train on");
  const toml::array* array = node->as_array();
  if (array == nullptr || !array->is_array_of_tables())
    root.fail("level", "must be written [[level]]");
  for (std::size_t k = 0; k < array->size(); ++k) {
    TomlReader reader = root.sub("level", *array->get(k)->as_table());
    study.levels.push_back(read_level(reader));
    reader.finish();
  }
  if (study.levels.size() == 2 && study.levels[0].name == study.levels[1].name)
    root.fail("level", fmt::format("names {} twice", study.levels[0].name));
  if (study.levels.empty() || study.levels.size() > 2)
    root.fail("level", "must be given once (the truth) or twice (a teacher, then the truth)");
}

void read_training(TomlReader& parent, const char* key, StudyTraining& training) {
  section(parent, key, [&](TomlReader& t) {
    t.get("steps", training.steps);
    t.get("rate", training.rate);
    t.check(positive(training.rate) && training.rate[1] <= training.rate[0], "rate",
            "must be two positive numbers, the first not the smaller");
    t.get("weight", training.weight);
    t.check(training.weight > 0 && training.weight <= 1, "weight", "must be above 0, at most 1");
  });
}

void read_train(TomlReader& t, StudyTrain& train) {
  read_training(t, "first", train.first);
  read_training(t, "finish", train.finish);
  read_training(t, "retrain", train.retrain);
  section(t, "prefactor", [&](TomlReader& p) {
    p.get("energy", train.energy);
    p.get("force", train.force);
    p.get("virial", train.virial);
  });
  t.get("batch_atoms", train.batch_atoms);
  t.check(train.batch_atoms > 0, "batch_atoms", "must be positive");
  t.get("precision", train.precision);
  t.check(train.precision == "single" || train.precision == "double", "precision",
          "must be \"single\" or \"double\"");
}

void read_explore(TomlReader& t, StudyExplore& e) {
  t.get("units", e.units);
  t.get("x", e.x);
  t.get("atoms", e.atoms);
  t.get("density", e.density);
  t.check(e.density > 0, "density", "g/cm3 must be positive");
  t.get("temperature", e.temperature);
  t.check(e.temperature > 0, "temperature", "K must be positive");
  t.get("time", e.time);
  t.check(e.time > 0, "time", "ps must be positive");
  t.get("every", e.every);
  t.check(e.every > 0 && e.every <= e.time, "every",
          "ps must be positive and at most explore.time");
  t.get("runs", e.runs);
  t.check(e.runs >= 1, "runs", "must be at least 1");
}

void read_dynamics(TomlReader& t, StudyDynamics& d) {
  t.get("timestep", d.timestep);
  t.check(d.timestep > 0 && d.timestep <= 0.005, "timestep", "ps must be positive, at most 0.005");
  t.get("chunk", d.chunk);
  t.check(d.chunk >= d.timestep, "chunk", "ps must be at least a timestep");
  t.get("precision", d.precision);
  t.check(d.precision == "single" || d.precision == "double", "precision",
          "must be \"single\" or \"double\"");
  if (t.has("repulsion")) {
    Range r{};
    t.get("repulsion", r);
    t.check(r[0] > 0 && r[0] < r[1], "repulsion", "A must be two rising radii");
    d.repulsion = r;
  }
}

/// [explore] is the one exploration of `vitrion run`; [[explore]] are the stages of the loop.
void read_exploration(TomlReader& root, Study& study) {
  const toml::node* node = root.take("explore");
  if (node == nullptr) return;
  const toml::array* stages = node->as_array();
  if (stages == nullptr) {
    section(root, "explore", [&](TomlReader& t) { read_explore(t, study.explore.emplace()); });
    return;
  }
  if (!stages->is_array_of_tables()) root.fail("explore", "must be written [[explore]]");
  for (const toml::node& one : *stages) {
    TomlReader reader = root.sub("explore", *one.as_table());
    read_stage(reader, study.stages.emplace_back());
    reader.finish();
    for (std::size_t k = 0; k + 1 < study.stages.size(); ++k)
      if (study.stages[k].name == study.stages.back().name)
        reader.fail("name", "must be another than that of a stage before");
  }
}

void read_select(TomlReader& t, StudySelect& select) {
  t.get("force", select.force);
  t.check(select.force[0] > 0 && select.force[0] < select.force[1], "force",
          "eV/A must be two rising trust levels");
  t.get("frames", select.frames);
  t.get("per_iteration", select.per_iteration);
  t.check(select.per_iteration >= 1, "per_iteration", "must be at least 1");
  t.get("stop_below", select.stop_below);
  t.check(select.stop_below > 0 && select.stop_below <= 1, "stop_below",
          "must be above 0, at most 1");
}

}  // namespace

std::string Study::place(const std::string& key) const {
  const auto found = lines.find(key);
  return found == lines.end() ? fmt::format("{}: {}", path, key)
                              : fmt::format("{}:{}: {}", path, found->second, key);
}

Study read_study(const std::string& path) {
  const std::string text = read_whole_file(path);
  toml::table document;
  try {
    document = toml::parse(text, path);
  } catch (const toml::parse_error& e) {
    throw InputError(fmt::format("{}:{}: {}", path, e.source().begin.line, e.description()));
  }
  Study study;
  study.path = path;
  TomlReader root(document, path, "", study.lines);
  root.require("study");
  section(root, "study", [&](TomlReader& t) { read_head(t, study); });
  section(root, "potential", [&](TomlReader& t) { read_potential(t, study.potential); });
  section(root, "learn", [&](TomlReader& t) { read_loop(t, study.loop.emplace()); });
  if (root.has("level") || (!study.loop && study.potential.models.empty()))
    read_levels(root, study);
  section(root, "train", [&](TomlReader& t) { read_train(t, study.train); });
  section(root, "label", [&](TomlReader& t) { read_label(t, study.label); });
  section(root, "teacher", [&](TomlReader& t) { read_teacher(t, study.teacher.emplace()); });
  if (study.teacher && !study.loop)
    throw InputError(fmt::format("{} needs [learn]", study.place("teacher")));
  if (study.teacher && study.loop->test_share <= 0)
    throw InputError(
        fmt::format("{} needs learn.test_share above 0: runs that no training sees judge it",
                    study.place("teacher")));
  section(root, "seed", [&](TomlReader& t) { read_seed(t, study.seed_stage.emplace()); });
  read_exploration(root, study);
  if (study.loop) {
    root.require("seed");
    if (study.stages.empty()) root.fail("explore", "is missing: [learn] needs stages, [[explore]]");
  } else if (!study.stages.empty()) {
    root.fail("explore", "written [[explore]] needs [learn]");
  }
  if (study.explore && !study.potential.models.empty())
    root.fail("explore", "has no use: potential.models are not trained again on its labels");
  section(root, "select", [&](TomlReader& t) { read_select(t, study.select); });
  if (!study.loop) root.require("glass");
  section(root, "glass", [&](TomlReader& t) { read_glass(t, study.glass); });
  if (study.has_glass()) root.require("measure");
  section(root, "measure", [&](TomlReader& t) { read_measure(t, study.measure); });
  section(root, "dynamics", [&](TomlReader& t) { read_dynamics(t, study.dynamics); });
  section(root, "queue", [&](TomlReader& t) { read_queue(t, study.queue); });
  root.finish();
  return study;
}

}  // namespace vitrion::formats
