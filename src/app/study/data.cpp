// Stage data: reads the levels of labels, makes them trainable, and writes them by size.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::StudyLevel;
using structures::Frame;

namespace {

/// The files that a level's entries stand for, sorted, so that the order of a folder is none.
std::vector<std::string> files_of(const Pipeline& p, const std::vector<std::string>& entries) {
  std::vector<std::string> files;
  for (const std::string& entry : entries) {
    const std::string path = study_path(p.study, entry);
    if (!fs::exists(path))
      throw InputError(fmt::format("{}: {} does not exist", p.study.place("level.files"), path));
    std::vector<std::string> inside;
    if (fs::is_directory(path))
      for (const auto& item : fs::directory_iterator(path))
        if (item.is_regular_file() && item.path().extension() == ".extxyz")
          inside.push_back(item.path().string());
    std::ranges::sort(inside);
    if (inside.empty()) inside.push_back(path);  // a file, or a deepmd folder
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

std::string dispersion_file(const std::string& file) {
  const fs::path path(file);
  return (path.parent_path() / "d3" / path.filename()).string();
}

void add_content(learn::Identity& identity, const std::string& key, const std::string& file) {
  if (fs::is_directory(file)) {
    std::vector<std::string> inside;
    for (const auto& item : fs::recursive_directory_iterator(file))
      if (item.is_regular_file()) inside.push_back(item.path().string());
    std::ranges::sort(inside);
    for (const std::string& one : inside) add_content(identity, key, one);
    return;
  }
  identity.add(key, fmt::format("{:016x}", hash64(formats::read_whole_file(file))));
}

/// What an atom's labels are multiplied by before the dispersion joins them.
void scale(Frame& frame, const StudyLevel& level) {
  if (frame.labels.energy) *frame.labels.energy *= level.energy_factor;
  for (Vec3& f : frame.labels.forces) f = level.force_factor * f;
  if (frame.labels.virial) *frame.labels.virial = level.virial_factor * *frame.labels.virial;
}

/// Adds the D3 labels of the same geometry.
void add_dispersion(std::vector<Frame>& frames, const std::string& file) {
  const std::string path = dispersion_file(file);
  if (!fs::exists(path))
    throw InputError(
        fmt::format("{} does not exist: it must hold the D3(0) part of {}, frame by frame "
                    "(tools/bank/dispersion.py makes it)",
                    path, file));
  const std::vector<Frame> parts = formats::read_frames(path);
  if (parts.size() != frames.size())
    throw InputError(fmt::format("{} holds {} frames and {} holds {}: they must be the same", path,
                                 parts.size(), file, frames.size()));
  constexpr double same_place = 1e-5;  // A; files keep six digits
  for (std::size_t i = 0; i < frames.size(); ++i) {
    Frame& frame = frames[i];
    const Frame& part = parts[i];
    bool same = part.size() == frame.size() && part.labels.energy &&
                part.labels.forces.size() == part.size();
    for (std::size_t a = 0; same && a < frame.size(); ++a)
      same = part.species.name(a) == frame.species.name(a) &&
             norm(part.positions[a] - frame.positions[a]) < same_place;
    if (!same)
      throw InputError(
          fmt::format("{}: frame {} is not that of {}, or has no labels", path, i, file));
    if (frame.labels.energy) *frame.labels.energy += *part.labels.energy;
    for (std::size_t a = 0; a < frame.labels.forces.size(); ++a)
      frame.labels.forces[a] += part.labels.forces[a];
    if (frame.labels.virial && part.labels.virial) *frame.labels.virial += *part.labels.virial;
  }
}

double largest_force(const Frame& frame) {
  double largest = 0;
  for (const Vec3& f : frame.labels.forces) largest = std::max(largest, norm(f));
  return largest;
}

struct Loaded {
  std::vector<Frame> frames;
  std::size_t left_out = 0;  ///< over max_force
};

Loaded load(const Pipeline& p, const StudyLevel& level, const std::vector<std::string>& files) {
  Loaded loaded;
  for (const std::string& file : files) {
    std::vector<Frame> frames = formats::read_frames(file);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      Frame& frame = frames[i];
      const auto said = frame.info.find("level");
      if (said != frame.info.end() && said->second != level.name)
        throw InputError(fmt::format("{}: frame {} is of level {}, not {}: levels are never mixed",
                                     file, i, said->second, level.name));
      if (!frame.labels.energy || frame.labels.forces.size() != frame.size())
        throw InputError(fmt::format("{}: frame {} has no energy or no forces", file, i));
      frame.species = frame.species.mapped_to(p.study.elements);
      scale(frame, level);
    }
    if (level.dispersion == "d3") add_dispersion(frames, file);
    for (Frame& frame : frames)
      if (level.max_force > 0 && largest_force(frame) > level.max_force)
        ++loaded.left_out;
      else
        loaded.frames.push_back(std::move(frame));
  }
  return loaded;
}

/// NAME_016.extxyz, ...: frames of one size train together, so that a batch holds as many atoms as
/// asked.
nlohmann::json write_by_size(const std::string& folder, const std::string& name,
                             const std::vector<Frame>& frames) {
  std::map<std::size_t, std::vector<Frame>> by_size;
  for (const Frame& frame : frames) by_size[frame.size()].push_back(frame);
  nlohmann::json files = nlohmann::json::array();
  for (const auto& [size, some] : by_size) {
    const std::string file = fmt::format("{}_{:03}.extxyz", name, size);
    formats::write_frames((fs::path(folder) / file).string(), some);
    files.push_back(file);
  }
  return files;
}

std::string treatment(const StudyLevel& level) {
  std::string text;
  if (level.energy_factor != 1 || level.force_factor != 1 || level.virial_factor != 1)
    text = fmt::format("energy x {}, forces x {}, virial x {}", level.energy_factor,
                       level.force_factor, level.virial_factor);
  if (level.dispersion == "d3") text += text.empty() ? "+ D3(0)" : ", + D3(0)";
  return text;
}

}  // namespace

Stage prepare_data(Pipeline& p) {
  learn::Identity identity("data", 1);
  identity.add("elements", p.study.elements);
  for (const StudyLevel& level : p.study.levels) {
    identity.add("level", level.name).add("dispersion", level.dispersion);
    identity.add("factors",
                 {level.energy_factor, level.force_factor, level.virial_factor, level.max_force});
    for (const std::string& file : files_of(p, level.files)) {
      add_content(identity, "content", file);
      if (!level.dispersion.empty() && fs::exists(dispersion_file(file)))
        add_content(identity, "d3", dispersion_file(file));
    }
    for (const std::string& file : files_of(p, level.test)) add_content(identity, "test", file);
  }
  return p.stage("data", identity, [&](const std::string& folder) {
    StageResult result;
    result.results["levels"] = nlohmann::json::array();
    for (const StudyLevel& level : p.study.levels) {
      const Loaded training = load(p, level, files_of(p, level.files));
      if (training.frames.empty())
        throw InputError(fmt::format("{}: no frame of level {} is left",
                                     p.study.place("level.files"), level.name));
      nlohmann::json entry = {{"name", level.name},
                              {"frames", training.frames.size()},
                              {"left_out", training.left_out},
                              {"treatment", treatment(level)},
                              {"files", write_by_size(folder, level.name, training.frames)}};
      result.detail += fmt::format("{}{} {} frames", result.detail.empty() ? "" : ", ",
                                   training.frames.size(), level.name);
      if (!level.test.empty()) {
        const Loaded test = load(p, level, files_of(p, level.test));
        const std::string file = level.name + "_test.extxyz";
        formats::write_frames((fs::path(folder) / file).string(), test.frames);
        entry["test"] = file;
        entry["test_frames"] = test.frames.size();
        result.detail += fmt::format(" and {} to test", test.frames.size());
      }
      result.results["levels"].push_back(entry);
    }
    return result;
  });
}

}  // namespace vitrion::app
