#include "edges/formats/deepmd/set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "base/error.hpp"
#include "edges/formats/bytes/line_reader.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/deepmd/npy.hpp"

namespace vitrion::formats {

namespace fs = std::filesystem;

namespace {

/// An array of a set: its name in files (atom_x is also read as atomic_x, as DeePMD does), its
/// place, and how many numbers a frame has of it.
struct Known {
  std::string_view name;
  std::string_view also;
  std::vector<double> DeepmdSet::*values;
  std::size_t per_frame;
};

std::array<Known, 6> known_arrays(std::size_t atoms) {
  return {{{"box", "", &DeepmdSet::box, 9},
           {"energy", "", &DeepmdSet::energy, 1},
           {"force", "", &DeepmdSet::force, 3 * atoms},
           {"virial", "", &DeepmdSet::virial, 9},
           {"atom_ener", "atomic_ener", &DeepmdSet::atom_energy, atoms},
           {"atom_pref", "atomic_pref", &DeepmdSet::atom_weight, atoms}}};
}

void check_finite(const std::string& path, const std::vector<double>& values,
                  std::size_t per_frame) {
  const auto bad =
      std::find_if_not(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
  if (bad == values.end()) return;
  const auto k = static_cast<std::size_t>(bad - values.begin());
  throw InputError(fmt::format("{}: frame {}, number {} is {}, but must be finite", path,
                               k / per_frame, k % per_frame, *bad));
}

void check_shape(const std::string& path, const Shape& shape, std::size_t count, std::size_t frames,
                 std::size_t per_frame) {
  // (F, k), (F, N, 3); (F) where k is 1; and without the first axis where there is one frame.
  const bool fits =
      count == frames * per_frame && (frames == 1 || (!shape.empty() && shape[0] == frames));
  if (!fits)
    throw InputError(
        fmt::format("{}: shape {} does not fit; ({}, {}) is needed: frames as in coord.npy, atoms "
                    "as in type.raw",
                    path, shape_text(shape), frames, per_frame));
}

/// coord.npy says how many frames a set has; one axis means one frame.
void read_coordinates(DeepmdSet& set, const std::string& folder, std::size_t atoms) {
  const std::string path = folder + "/coord.npy";
  NpyArray<double> array = read_npy(path);
  const Shape& shape = array.shape;
  if (shape.size() == 1 && shape[0] == 3 * atoms) {
    set.frames = 1;
  } else if ((shape.size() == 2 && shape[1] == 3 * atoms) ||
             (shape.size() == 3 && shape[1] == atoms && shape[2] == 3)) {
    set.frames = shape[0];
  } else {
    throw InputError(fmt::format(
        "{}: shape {} does not fit; (frames, {}) is needed for the {} atoms of type.raw", path,
        shape_text(shape), 3 * atoms, atoms));
  }
  check_finite(path, array.values, 3 * atoms);
  set.coord = std::move(array.values);
}

void need_box(const DeepmdSystem& system, const DeepmdSet& set, const std::string& path) {
  if (!system.open && set.box.empty() && set.frames > 0)
    throw InputError(fmt::format(
        "{}: does not exist; a system without cells needs an empty file 'nopbc' beside type.raw",
        path));
}

Mat3 matrix(const std::vector<double>& values, std::size_t f) {
  Mat3 m{};
  for (std::size_t k = 0; k < 9; ++k) m[k / 3][k % 3] = values[9 * f + k];
  return m;
}

}  // namespace

DeepmdSet read_npy_set(const DeepmdSystem& system, const std::string& folder) {
  const std::size_t atoms = system.types.size();
  DeepmdSet set;
  read_coordinates(set, folder, atoms);
  std::vector<std::string> used = {"coord.npy", "real_atom_types.npy"};
  for (const Known& known : known_arrays(atoms)) {
    for (const std::string_view name : {known.name, known.also}) {
      const std::string file = fmt::format("{}.npy", name);
      const std::string path = folder + "/" + file;
      if (name.empty() || !fs::exists(path) || !(set.*known.values).empty()) continue;
      NpyArray<double> array = read_npy(path);
      check_shape(path, array.shape, array.values.size(), set.frames, known.per_frame);
      check_finite(path, array.values, known.per_frame);
      set.*known.values = std::move(array.values);
      used.push_back(file);
    }
  }
  need_box(system, set, folder + "/box.npy");
  if (system.mixed) {
    const std::string path = folder + "/real_atom_types.npy";
    NpyArray<std::int64_t> array = read_npy_integers(path);
    check_shape(path, array.shape, array.values.size(), set.frames, atoms);
    for (const std::int64_t type : array.values)
      if (type < -1 || type >= static_cast<std::int64_t>(system.names.size()))
        throw InputError(fmt::format(
            "{}: type {} is neither -1 (padding) nor one of the {} names of type_map.raw", path,
            type, system.names.size()));
    set.types = std::move(array.values);
  }
  for (const auto& file : fs::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (std::find(used.begin(), used.end(), name) == used.end()) set.unused.push_back(name);
  }
  std::sort(set.unused.begin(), set.unused.end());
  return set;
}

DeepmdSet read_raw_set(const DeepmdSystem& system) {
  const std::size_t atoms = system.types.size();
  DeepmdSet set;
  const auto read = [&](std::string_view name, std::vector<double>& values, std::size_t per_frame) {
    LineReader lines(fmt::format("{}/{}.raw", system.path, name));
    std::size_t frames = 0;
    while (const auto line = lines.next()) {
      Words words(*line);
      std::size_t count = 0;
      for (auto word = words.next(); !word.empty(); word = words.next(), ++count) {
        double x = 0;
        if (!parse(word, x)) lines.fail(fmt::format("'{}' is no finite number", word));
        values.push_back(x);
      }
      if (count == 0) continue;  // a blank line at the end
      if (count != per_frame)
        lines.fail(fmt::format("the line has {} numbers, but {} are needed", count, per_frame));
      ++frames;
    }
    return frames;
  };
  set.frames = read("coord", set.coord, 3 * atoms);
  for (const Known& known : known_arrays(atoms)) {
    if (!fs::exists(fmt::format("{}/{}.raw", system.path, known.name))) continue;
    const std::size_t frames = read(known.name, set.*known.values, known.per_frame);
    if (frames != set.frames)
      throw InputError(fmt::format("{}/{}.raw: has {} frames, but coord.raw has {}", system.path,
                                   known.name, frames, set.frames));
  }
  need_box(system, set, system.path + "/box.raw");
  return set;
}

Frame frame_of(const DeepmdSystem& system, const DeepmdSet& set, std::size_t f,
               const std::string& place, bool keep_virtual) {
  const std::size_t n = system.types.size();
  Frame frame;
  std::vector<std::size_t> atoms;  // those that are not padding
  frame.species.names = system.names;
  for (std::size_t i = 0; i < n; ++i) {
    const int type = system.mixed ? static_cast<int>(set.types[f * n + i]) : system.types[i];
    if (type < 0 && !keep_virtual) continue;
    frame.species.of_atom.push_back(type);
    atoms.push_back(i);
  }
  if (atoms.empty()) throw InputError(fmt::format("{}: frame {} has only padding atoms", place, f));
  const auto vectors = [&](const std::vector<double>& from, std::vector<Vec3>& to) {
    if (from.empty()) return;
    for (const std::size_t i : atoms) {
      const double* const x = &from[3 * (f * n + i)];
      to.push_back({x[0], x[1], x[2]});
    }
  };
  const auto numbers = [&](const std::vector<double>& from, std::vector<double>& to) {
    if (from.empty()) return;
    for (const std::size_t i : atoms) to.push_back(from[f * n + i]);
  };
  vectors(set.coord, frame.positions);
  vectors(set.force, frame.labels.forces);
  numbers(set.atom_energy, frame.labels.atom_energies);
  numbers(set.atom_weight, frame.labels.atom_weights);
  if (!set.energy.empty()) frame.labels.energy = set.energy[f];
  if (!set.virial.empty()) frame.labels.virial = matrix(set.virial, f);
  if (!system.open) {
    try {
      frame.cell.emplace(matrix(set.box, f));
    } catch (const InputError& e) {
      throw InputError(fmt::format("{}: frame {}: {}", place, f, e.what()));
    }
  }
  return frame;
}

}  // namespace vitrion::formats
