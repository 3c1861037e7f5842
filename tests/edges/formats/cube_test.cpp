// Gaussian cube files, read back by the rules of the format.
#include "edges/formats/volumes/cube.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"

namespace vitrion::formats {
namespace {

TEST(Cube, HoldsCellAtomsAndValuesInTheOrderOfTheFormat) {
  structures::Frame frame;
  frame.cell = structures::Cell(Mat3{{{4, 0, 0}, {1, 5, 0}, {0, 0, 6}}});
  frame.species.names = {"Na", "S"};
  frame.species.of_atom = {1, 0};
  frame.positions = {{1, 2, 3}, {-1, 1, 1}};  // the second is written wrapped
  const std::array<std::size_t, 3> size{2, 3, 7};
  std::vector<double> value(42);
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = 0.125 * static_cast<double>(i);
  const std::string path =
      (std::filesystem::path(testing::TempDir()) / (std::to_string(getpid()) + ".cube")).string();
  write_cube(path, "density", frame, size, value);

  std::ifstream in(path);
  std::string title;
  std::string comment;
  std::getline(in, title);
  std::getline(in, comment);
  EXPECT_EQ(title, "density");
  const double bohr = 0.529177210903;
  int atoms = 0;
  Vec3 origin;
  in >> atoms >> origin[0] >> origin[1] >> origin[2];
  EXPECT_EQ(atoms, 2);
  for (std::size_t a = 0; a < 3; ++a) {
    std::size_t n = 0;
    Vec3 step;
    in >> n >> step[0] >> step[1] >> step[2];
    EXPECT_EQ(n, size[a]);
    for (std::size_t b = 0; b < 3; ++b)  // six printed digits
      EXPECT_NEAR(step[b] * static_cast<double>(n) * bohr, frame.cell->rows()[a][b], 1e-5);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    int z = 0;
    double charge = 0;
    Vec3 r;
    in >> z >> charge >> r[0] >> r[1] >> r[2];
    EXPECT_EQ(z, i == 0 ? 16 : 11);
    const Vec3 expected = frame.cell->wrapped(frame.positions[i]);
    for (std::size_t b = 0; b < 3; ++b) EXPECT_NEAR(r[b] * bohr, expected[b], 1e-5);
  }
  for (const double v : value) {
    double read = -1;
    in >> read;
    EXPECT_DOUBLE_EQ(read, v);
  }
  in >> title;
  EXPECT_TRUE(in.eof());
  in.close();
  std::filesystem::remove(path);
}

TEST(Cube, WhatDoesNotFitIsRefused) {
  structures::Frame frame;
  const std::string path = testing::TempDir() + "/never.cube";
  EXPECT_THROW(write_cube(path, "", frame, {1, 1, 1}, std::vector<double>{1}), InputError);
  frame.cell = structures::Cell(identity3());
  EXPECT_THROW(write_cube(path, "", frame, {1, 1, 2}, std::vector<double>{1}), InputError);
  frame.species.names = {"Xx"};
  frame.species.of_atom = {0};
  frame.positions = {{0, 0, 0}};
  EXPECT_THROW(write_cube(path, "", frame, {1, 1, 1}, std::vector<double>{1}), InputError);
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace vitrion::formats
