// The seed stage: crystals by name or from files, anions exchanged, supercells, scales, perturbed
// copies.
#include <fmt/format.h>

#include <filesystem>

#include "app/learn/loop.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"
#include "structures/perturbation.hpp"
#include "structures/prototypes.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::Study;
using structures::Frame;

namespace {

template <class Body>
auto at_key(const Study& study, const char* key, const Body& body) {
  try {
    return body();
  } catch (const InputError& e) {
    throw InputError(fmt::format("{}: {}", study.place(key), e.what()));
  }
}

/// The crystals of the study, each with its name in info["parent"].
std::vector<Frame> crystals_of(const Study& study) {
  std::vector<Frame> crystals;
  for (const std::string& name : study.seed_stage->prototypes)
    crystals.push_back(at_key(study, "seed.prototypes",
                              [&] { return structures::expand(structures::prototype(name)); }));
  for (const std::string& file : study.seed_stage->files) {
    const std::vector<Frame> frames =
        at_key(study, "seed.files", [&] { return formats::read_frames(study_path(study, file)); });
    for (std::size_t k = 0; k < frames.size(); ++k) {
      crystals.push_back(frames[k]);
      const std::string stem = fs::path(file).stem().string();
      crystals.back().info = {
          {"parent", frames.size() == 1 ? stem : fmt::format("{}_{}", stem, k)}};
      crystals.back().labels = {};
      crystals.back().velocities.clear();
    }
  }
  std::uint64_t number = 0;
  for (const formats::StudySubstitute& s : study.seed_stage->substitute)
    crystals.push_back(at_key(study, "seed.substitute", [&] {
      RandomStream random(study.seed, "substitute", number++);
      Frame made =
          structures::substituted(structures::expand(structures::prototype(s.of)), s.centre, s.from,
                                  s.to, s.per_centre, s.bond, s.reach, random);
      made.info["parent"] = fmt::format("{}_{}{}for{}", s.of, s.per_centre, s.to, s.from);
      return made;
    }));
  for (Frame& frame : crystals)
    frame.species =
        at_key(study, "study.elements", [&] { return frame.species.mapped_to(study.elements); });
  return crystals;
}

void describe(learn::Identity& identity, const Study& study) {
  const formats::StudySeed& s = *study.seed_stage;
  identity.add("elements", study.elements).add("seed", static_cast<double>(study.seed));
  identity.add("prototypes", s.prototypes);
  for (const std::string& file : s.files)
    identity.add("file", fmt::format("{} {:016x}", fs::path(file).stem().string(),
                                     hash64(formats::read_whole_file(study_path(study, file)))));
  for (const formats::StudySubstitute& u : s.substitute)
    identity.add("substitute", fmt::format("{} {} {} {} {} {} {}", u.of, u.centre, u.from, u.to,
                                           u.per_centre, u.bond, u.reach));
  identity.add("supercell",
               {static_cast<double>(s.supercell[0]), static_cast<double>(s.supercell[1]),
                static_cast<double>(s.supercell[2])});
  identity.add("scale", s.scale);
  identity.add("perturb",
               {s.perturb_cell, s.perturb_atoms, s.min_distance, static_cast<double>(s.copies)});
}

}  // namespace

Stage loop_seed(Pipeline& p) {
  const Study& study = p.study;
  learn::Identity identity("seed", 1);
  describe(identity, study);
  return p.stage("seed", identity, [&](const std::string& folder) {
    const formats::StudySeed& s = *study.seed_stage;
    std::vector<Frame> crystals, frames;
    for (const Frame& crystal : crystals_of(study)) {
      crystals.push_back(structures::supercell(crystal, s.supercell));
      for (const double factor : s.scale) {
        Frame one = structures::scaled(crystals.back(), factor);
        one.info["scale"] = fmt::format("{}", factor);
        frames.push_back(one);
        for (std::size_t copy = 0; copy < s.copies; ++copy) {
          RandomStream random(study.seed,
                              fmt::format("perturb {} {}", one.info.at("parent"), factor), copy);
          frames.push_back(at_key(study, "seed.perturb", [&] {
            return structures::perturbed(one, {s.perturb_cell, s.perturb_atoms, s.min_distance},
                                         random);
          }));
          frames.back().info["copy"] = fmt::format("{}", copy);
        }
      }
    }
    formats::write_frames((fs::path(folder) / "crystals.extxyz").string(), crystals);
    formats::write_frames((fs::path(folder) / "frames.extxyz").string(), frames);
    StageResult result;
    result.results = {
        {"crystals", "crystals.extxyz"}, {"frames", "frames.extxyz"}, {"n_frames", frames.size()}};
    result.detail = fmt::format("{} crystals, {} frames", crystals.size(), frames.size());
    return result;
  });
}

}  // namespace vitrion::app
