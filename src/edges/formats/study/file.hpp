// The study file (TOML): a whole study as plain values, each with its default, unit and line.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edges/formats/study/glass.hpp"
#include "edges/formats/study/learn.hpp"

namespace vitrion::formats {

/// [[level]]: labels of one level of theory. Levels are trained on in the order of the file, the
/// last one being the truth that the potential is judged by.
struct StudyLevel {
  std::string name;  ///< "teacher", "dft"
  std::vector<std::string>
      files;  ///< extended XYZ or deepmd folders; a folder of .extxyz files means all
  std::vector<std::string> test;  ///< frames that no training reads
  std::string dispersion;  ///< "" if the labels hold it; "d3": files of D3(0) labels in d3/ beside
  double energy_factor = 1;  ///< raw labels are multiplied by these before dispersion is added
  double force_factor = 1;
  double virial_factor = 1;
  double max_force = 0;  ///< eV/A; frames with a larger one are left out; 0: none is
};

struct StudyPotential {
  double cutoff = 6.0;  ///< A
  double smooth = 2.0;  ///< A
  std::vector<std::size_t> embedding = {25, 50, 100};
  std::size_t axis = 16;
  std::vector<std::size_t> fitting = {240, 240, 240};
  bool one_side = true;  ///< embedding nets per neighbour alone
  std::size_t ensemble = 4;
  /// Models that are used as they are: nothing is trained, and the keys above are theirs.
  std::vector<std::string> models;
};

/// One training: on a level (with all levels before it, at a smaller weight), or again after new
/// labels.
struct StudyTraining {
  std::size_t steps = 0;
  Range rate = {1e-3, 3.51e-8};
  double weight = 1;  ///< share of the batches that come from the level's own frames
};

struct StudyTrain {
  StudyTraining first = {500'000, {1e-3, 3.51e-8}, 1};
  StudyTraining finish = {100'000, {2e-4, 1e-6}, 0.5};
  StudyTraining retrain = {20'000, {1e-4, 1e-6}, 0.5};
  Range energy = {0.02, 1};
  Range force = {1000, 1};
  Range virial = {0.02, 1};
  std::size_t batch_atoms = 32;
  std::string precision = "single";
};

struct StudyExplore {
  std::vector<std::string> units;  ///< empty: those of the glass
  double x = 0;
  std::size_t atoms = 24;
  double density = 1.8;       ///< g/cm3
  double temperature = 1400;  ///< K
  double time = 10;           ///< ps
  double every = 0.05;        ///< ps between looks at the model deviation
  std::size_t runs = 1;
};

struct StudySelect {
  Range force = {0.15, 0.35};       ///< trust levels, eV/A
  std::size_t frames = 2;           ///< labelled, at most
  std::size_t per_iteration = 200;  ///< labelled in one iteration of the loop, at most
  double stop_below = 0.01;         ///< a stage is passed when so few of its frames are not known
};

struct StudyDynamics {
  double timestep = 0.001;  ///< ps
  double chunk = 10;        ///< ps that run in one go between restart files
  std::string precision = "single";
  std::optional<Range> repulsion;  ///< A: inner and outer radius of ZBL laid over the potential
};

struct Study {
  std::string path;  ///< as given
  std::string name;
  std::vector<std::string> elements;
  std::uint64_t seed = 1;
  bool demonstration = false;
  std::string statement;
  StudyPotential potential;
  std::vector<StudyLevel> levels;
  StudyTrain train;
  StudyLabel label;
  std::optional<StudyTeacher> teacher;  ///< [teacher]; then [label] is the truth of two levels
  std::optional<StudyExplore> explore;
  std::optional<StudyLoop> loop;  ///< [learn]; then the study has a seed and stages
  std::optional<StudySeed> seed_stage;
  std::vector<StudyStage> stages;  ///< [[explore]]
  StudyQueue queue;
  StudySelect select;
  StudyGlass glass;
  StudyMeasure measure;
  StudyDynamics dynamics;

  /// Its models are given, or labels to train them on.
  [[nodiscard]] bool has_potential() const { return !potential.models.empty() || !levels.empty(); }
  /// It says how a glass is made and measured.
  [[nodiscard]] bool has_glass() const { return !glass.schedule.empty(); }

  std::map<std::string, int> lines;  ///< of every key that was given: "glass.x" -> 41

  /// "study.toml:41: glass.x", for errors found after reading.
  [[nodiscard]] std::string place(const std::string& key) const;
};

/// @throws InputError "FILE:LINE: key = value must ..." for a wrong type or range, an unknown key
/// (with the nearest known one), a key that is missing; and the place of a TOML mistake.
[[nodiscard]] Study read_study(const std::string& path);

}  // namespace vitrion::formats
