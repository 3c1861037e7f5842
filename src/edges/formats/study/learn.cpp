#include "edges/formats/study/learn.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "edges/formats/study/toml_reader.hpp"

namespace vitrion::formats {

namespace {

/// Must be one of `known`; says the nearest.
void check_word(const TomlReader& t, const char* key, const std::string& word,
                const std::vector<std::string>& known) {
  if (std::ranges::find(known, word) != known.end()) return;
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
  t.fail(key, fmt::format("must be one of {}{}", list, did_you_mean(word, known)));
}

template <class Body>
void table(TomlReader& parent, const char* key, const Body& body) {
  const toml::node* node = parent.take(key);
  if (node == nullptr) return;
  if (node->as_table() == nullptr) parent.fail(key, "must be a table");
  TomlReader reader = parent.sub(key, *node->as_table());
  body(reader);
  reader.finish();
}

/// A table of words: { Na = "POTCAR.Na" }, { NCORE = 4, LREAL = false }.
void read_words(TomlReader& t, const char* key, std::map<std::string, std::string>& words) {
  const toml::node* node = t.take(key);
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) t.fail(key, "must be a table of words and numbers");
  for (const auto& [name, value] : *table) {
    std::string& word = words[std::string(name.str())];
    if (const auto text = value.value_exact<std::string>())
      word = *text;
    else if (const auto flag = value.value_exact<bool>())
      word = *flag ? ".TRUE." : ".FALSE.";
    else if (value.is_number())
      word = fmt::format("{:g}", *value.value<double>());
    else
      t.fail(key, "must be a table of words and numbers");
  }
}

void read_substitute(TomlReader& t, StudySubstitute& s) {
  t.require("of");
  t.get("of", s.of);
  t.get("centre", s.centre);
  t.get("from", s.from);
  t.get("to", s.to);
  t.get("per_centre", s.per_centre);
  t.check(s.per_centre >= 1, "per_centre", "must be at least 1");
  t.get("bond", s.bond);
  t.check(s.bond > 0.5 && s.bond < 5, "bond", "A must be 0.5 to 5");
  t.get("reach", s.reach);
  t.check(s.reach > 0.5 && s.reach < 6, "reach", "A must be 0.5 to 6");
}

}  // namespace

void read_schedule(TomlReader& t, std::vector<StudyScheduleLine>& lines) {
  const toml::node* node = t.take("schedule");
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr || array->empty()) t.fail("schedule", "must be a list of lines");
  const char* rule = "must be a list of lines such as [\"ramp\", 300, 1400, 100]";
  for (const toml::node& one : *array) {
    const toml::array* line = one.as_array();
    if (line == nullptr || line->empty() || !line->get(0)->is_string()) t.fail("schedule", rule);
    StudyScheduleLine& read = lines.emplace_back();
    read.kind = *line->get(0)->value<std::string>();
    for (std::size_t k = 1; k < line->size(); ++k) {
      if (!line->get(k)->is_number()) t.fail("schedule", rule);
      read.numbers.push_back(*line->get(k)->value<double>());
    }
  }
}

void read_seed(TomlReader& t, StudySeed& seed) {
  t.get("prototypes", seed.prototypes);
  t.get("files", seed.files);
  if (const toml::node* node = t.take("substitute")) {
    const toml::array* array = node->as_array();
    if (array == nullptr || !array->is_array_of_tables())
      t.fail("substitute", "must be written [[seed.substitute]]");
    for (const toml::node& one : *array) {
      TomlReader reader = t.sub("substitute", *one.as_table());
      read_substitute(reader, seed.substitute.emplace_back());
      reader.finish();
    }
  }
  std::vector<std::size_t> copies(seed.supercell.begin(), seed.supercell.end());
  t.get("supercell", copies);
  t.check(copies.size() == 3 && std::ranges::min(copies) >= 1, "supercell",
          "must be three numbers of at least 1");
  std::ranges::copy(copies, seed.supercell.begin());
  t.get("scale", seed.scale);
  t.check(!seed.scale.empty(), "scale", "must hold at least one factor");
  for (const double factor : seed.scale)
    t.check(factor > 0.5 && factor < 2, "scale", "must lie between 0.5 and 2");
  table(t, "perturb", [&](TomlReader& p) {
    p.get("cell", seed.perturb_cell);
    p.check(seed.perturb_cell >= 0 && seed.perturb_cell < 0.5, "cell", "must be 0 to 0.5");
    p.get("atoms", seed.perturb_atoms);
    p.check(seed.perturb_atoms >= 0 && seed.perturb_atoms < 2, "atoms", "A must be 0 to 2");
    p.get("min_distance", seed.min_distance);
    p.check(seed.min_distance >= 0 && seed.min_distance <= 1, "min_distance", "must be 0 to 1");
    p.get("copies", seed.copies);
  });
  t.check(!seed.prototypes.empty() || !seed.files.empty() || !seed.substitute.empty(), "prototypes",
          "or seed.files or [[seed.substitute]] must name a structure");
}

void read_stage(TomlReader& t, StudyStage& s) {
  t.require("name");
  t.get("name", s.name);
  t.get("start", s.start);
  check_word(t, "start", s.start, {"crystals", "packed", "frames"});
  t.get("ensemble", s.ensemble);
  check_word(t, "ensemble", s.ensemble, {"nvt", "npt"});
  t.get("temperature", s.temperature);
  t.check(s.temperature[0] > 0 && s.temperature[1] >= s.temperature[0], "temperature",
          "K must be two positive numbers, the first not the larger");
  t.get("pressure", s.pressure);
  t.check(s.pressure[1] >= s.pressure[0], "pressure", "bar must be two numbers that do not fall");
  table(t, "deform", [&](TomlReader& d) {
    d.require("mode");
    d.get("mode", s.deform);
    check_word(d, "mode", s.deform, {"isotropic", "x", "y", "z", "xy", "xz", "yz"});
    d.get("strain", s.strain);
    d.check(s.strain > -0.6 && s.strain <= 1 && s.strain != 0, "strain",
            "must be over -0.6, at most 1, and not 0");
  });
  if (!s.deform.empty() && s.ensemble == "npt")
    t.fail("ensemble", "must be \"nvt\" where the cell is deformed");
  read_schedule(t, s.schedule);
  t.get("time", s.time);
  t.check(s.time > 0, "time", "ps must be positive");
  t.get("every", s.every);
  t.check(s.every > 0 && s.every <= s.time, "every",
          "ps must be positive and at most explore.time");
  t.get("runs", s.runs);
  t.check(s.runs >= 1, "runs", "must be at least 1");
  t.get("iterations", s.iterations);
  t.check(s.iterations >= 1, "iterations", "must be at least 1");
  t.get("hold", s.hold);
  t.get("units", s.units);
  t.get("formula", s.formula);
  t.get("x", s.x);
  t.check(!s.x.empty(), "x", "must hold at least one number");
  t.get("atoms", s.atoms);
  t.get("density", s.density);
  t.check(s.density > 0, "density", "g/cm3 must be positive");
  t.check(s.start != "packed" || !s.units.empty(), "units", "must say what is packed");
}

void read_loop(TomlReader& t, StudyLoop& loop) {
  t.get("iterations", loop.iterations);
  t.check(loop.iterations >= 1, "iterations", "must be at least 1");
  t.get("test_share", loop.test_share);
  t.check(loop.test_share >= 0 && loop.test_share <= 0.5, "test_share", "must be 0 to 0.5");
  t.get("test_error", loop.test_error);
  t.check(loop.test_error >= 0, "test_error", "must not be negative");
  t.get("flat", loop.flat);
  t.check(loop.flat > 0, "flat", "must be positive");
  t.get("structure", loop.structure);
  t.check(loop.structure >= 0 && loop.structure <= 1, "structure", "must be 0 to 1");
  t.get("fresh", loop.fresh);
  t.get("disk_GB", loop.disk_GB);
  t.check(loop.disk_GB >= 0, "disk_GB", "must not be negative");
}

void read_label(TomlReader& t, StudyLabel& label) {
  t.get("engine", label.engine);
  check_word(t, "engine", label.engine, {"gpaw", "vasp", "cp2k", "ase", "potential", "command"});
  t.get("cutoff_eV", label.cutoff_eV);
  t.get("kpoints", label.kpoints);
  t.get("spacing", label.spacing);
  t.check(label.spacing > 0.05 && label.spacing <= 2, "spacing",
          "1/A must be over 0.05, at most 2");
  t.get("smearing_eV", label.smearing_eV);
  t.check(label.smearing_eV >= 0 && label.smearing_eV <= 1, "smearing_eV", "must be 0 to 1");
  t.get("dispersion", label.dispersion);
  check_word(t, "dispersion", label.dispersion, {"D3(0)", "none"});
  t.get("maxiter", label.maxiter);
  read_words(t, "potcar", label.potcar);
  t.check(label.engine != "vasp" || !label.potcar.empty(), "engine",
          "needs label.potcar, a POTCAR for each element: { Na = \"FILE\", ... }");
  read_words(t, "incar", label.incar);
  t.get("cutoff_Ry", label.cutoff_Ry);
  t.get("basis", label.basis);
  t.get("calculator", label.calculator);
  t.get("model", label.model);
  t.check(label.engine != "potential" || !label.model.empty(), "engine",
          "needs label.model, a model file");
  t.get("command", label.command);
  t.get("settings", label.settings);
  t.check(label.engine != "command" || !label.command.empty(), "engine",
          "needs label.command, which reads input.extxyz and writes output.extxyz");
  t.get("pack", label.pack);
  t.check(label.pack >= 1, "pack", "must be at least 1");
  t.get("cores", label.cores);
  t.check(label.cores >= 1, "cores", "must be at least 1");
  t.get("minutes", label.minutes);
  t.get("memory_GB", label.memory_GB);
  t.get("max_force", label.max_force);
  t.check(label.max_force > 0, "max_force", "eV/A must be positive");
}

void read_teacher(TomlReader& t, StudyTeacher& teacher) {
  teacher.label.engine = "ase";
  read_label(t, teacher.label);
  t.get("frames", teacher.frames);
  t.check(teacher.frames >= 2, "frames", "must be at least 2");
  t.get("rounds", teacher.rounds);
  t.check(teacher.rounds >= 1, "rounds", "must be at least 1");
}

void read_queue(TomlReader& t, StudyQueue& queue) {
  t.get("kind", queue.kind);
  check_word(t, "kind", queue.kind, {"local", "slurm"});
  if (const toml::node* cores = t.take("cores"); cores != nullptr && cores->is_string()) {
    t.check(*cores->value<std::string>() == "all", "cores", "must be \"all\" or a number");
  } else if (cores != nullptr) {
    t.get("cores", queue.cores);
    t.check(queue.cores >= 1, "cores", "must be at least 1");
  }
  t.get("partition", queue.partition);
  t.get("account", queue.account);
  t.get("qos", queue.qos);
  t.get("gres", queue.gres);
  t.get("lines", queue.lines);
  t.get("most_jobs", queue.most_jobs);
  t.check(queue.most_jobs >= 1, "most_jobs", "must be at least 1");
  t.get("most_running", queue.most_running);
  t.get("array", queue.array);
  t.check(queue.array >= 1, "array", "must be at least 1");
  t.get("poll", queue.poll);
  t.check(queue.poll[0] > 0 && queue.poll[1] >= queue.poll[0], "poll",
          "s must be two positive numbers, the first not the larger");
  t.get("grace", queue.grace);
  t.check(queue.grace >= 0, "grace", "s must not be negative");
  t.get("train_minutes", queue.train_minutes);
  t.get("explore_minutes", queue.explore_minutes);
  t.get("train_cores", queue.train_cores);
  t.check(queue.train_cores >= 1, "train_cores", "must be at least 1");
  t.get("explore_cores", queue.explore_cores);
  t.check(queue.explore_cores >= 1, "explore_cores", "must be at least 1");
  t.get("retries", queue.retries);
}

}  // namespace vitrion::formats
