// What the tests of formats share: a folder that goes away, frames with every label, and their
// comparison.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::formats {

/// A new empty folder, removed at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "vitrion-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw Error("cannot make a temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file of this text and returns its path.
  std::string file(const std::string& name, std::string_view text) const {
    const std::string path = *this / name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

 private:
  std::string path_;
};

inline std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The message of the InputError that `body` must throw.
template <class Body>
std::string error_of(Body&& body) {
  try {
    body();
  } catch (const InputError& e) {
    return e.what();
  } catch (const std::exception& e) {
    ADD_FAILURE() << "not an InputError: " << e.what();
    return {};
  }
  ADD_FAILURE() << "no error";
  return {};
}

inline std::string read_error(const std::string& path, const ReadOptions& options = {}) {
  return error_of([&] { (void)read_frames(path, options); });
}

/// Which parts a random frame has.
struct Parts {
  bool open = false;
  bool energy = true;
  bool forces = true;
  bool virial = true;
  bool velocities = false;
  bool atom_energies = false;
  bool atom_weights = false;
  bool lower_triangular = false;  ///< a along x, b in the xy plane, as LAMMPS has it
};

/// Atoms of Na, P, S in an order that is not sorted, in a skewed cell; every number has all its
/// digits.
inline Frame random_frame(RandomStream& random, std::size_t atoms, const Parts& parts) {
  Frame frame;
  const auto vector = [&](double scale) {
    return Vec3{random.uniform(-scale, scale), random.uniform(-scale, scale),
                random.uniform(-scale, scale)};
  };
  if (!parts.open) {
    Mat3 rows = {{{9.5 + random.uniform(), 0, 0},
                  {1 + random.uniform(), 9 + random.uniform(), 0},
                  {-1 - random.uniform(), 2 * random.uniform(), 8 + random.uniform()}}};
    if (!parts.lower_triangular)
      for (Vec3& row : rows) row += vector(0.4);
    frame.cell.emplace(rows);
  }
  frame.species.names = {"Na", "P", "S"};
  for (std::size_t i = 0; i < atoms; ++i) {
    frame.species.of_atom.push_back(static_cast<int>((i + i / 3) % 3));
    frame.positions.push_back(vector(12));
    if (parts.forces) frame.labels.forces.push_back(vector(3));
    if (parts.velocities) frame.velocities.push_back(vector(7));
    if (parts.atom_energies) frame.labels.atom_energies.push_back(random.uniform(-5, -3));
    if (parts.atom_weights) frame.labels.atom_weights.push_back(random.uniform());
  }
  if (parts.energy) frame.labels.energy = random.uniform(-200, -100);
  if (parts.virial) {
    Mat3 w = {vector(9), vector(9), vector(9)};
    frame.labels.virial = 0.5 * (w + transpose(w));
  }
  return frame;
}

inline std::vector<std::string> species_names(const Frame& frame) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < frame.size(); ++i) names.push_back(frame.species.name(i));
  return names;
}

/// Same atoms in the same order with the same bits everywhere.
inline void expect_same(const Frame& a, const Frame& b) {
  EXPECT_EQ(species_names(a), species_names(b));
  EXPECT_EQ(a.positions, b.positions);
  EXPECT_EQ(a.velocities, b.velocities);
  ASSERT_EQ(a.cell.has_value(), b.cell.has_value());
  if (a.cell) {
    EXPECT_EQ(a.cell->rows(), b.cell->rows());
  }
  EXPECT_EQ(a.labels.energy, b.labels.energy);
  EXPECT_EQ(a.labels.forces, b.labels.forces);
  EXPECT_EQ(a.labels.virial, b.labels.virial);
  EXPECT_EQ(a.labels.atom_energies, b.labels.atom_energies);
  EXPECT_EQ(a.labels.atom_weights, b.labels.atom_weights);
  EXPECT_EQ(a.info, b.info);
}

}  // namespace vitrion::formats
