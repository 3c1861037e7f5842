// NetCDF and XDATCAR: trajectories come back, and broken ones are named.
#include <gmock/gmock.h>
#include <netcdf.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "support.hpp"

namespace vitrion::formats {
namespace {

using testing::HasSubstr;

/// `count` frames of a breathing, tilted cell, atoms walking out of it by `step` A a frame.
std::vector<Frame> walking(std::size_t count, double step) {
  RandomStream random(8, "netcdf");
  std::vector<Frame> frames;
  for (std::size_t f = 0; f < count; ++f) {
    Frame frame;
    const double a = 10 + 0.1 * random.uniform();
    frame.cell = structures::Cell({{{a, 0, 0}, {1, 11, 0}, {0.5, -1, 12}}});
    frame.species = {{"Na", "P", "S"}, {0, 0, 1, 2, 2}};
    for (int i = 0; i < 5; ++i)
      frame.positions.push_back(
          {random.uniform(0, 10) + step * static_cast<double>(f), random.uniform(-5, 5), 3.0 * i});
    frame.info["time"] = f % 2 == 0 ? std::to_string(f / 2) : std::to_string(f / 2) + ".5";
    frames.push_back(frame);
  }
  return frames;
}

std::string failure(const std::string& path, const ReadOptions& options = {}) {
  try {
    (void)read_frames(path, options);
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

void expect_same(const std::vector<Frame>& a, const std::vector<Frame>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t f = 0; f < a.size(); ++f) {
    EXPECT_EQ(a[f].info.at("time"), b[f].info.at("time"));
    ASSERT_EQ(species_names(a[f]), species_names(b[f]));
    // Through lengths and angles in degrees: a few units of the last place of 12 A.
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_LT(norm(a[f].cell->rows()[k] - b[f].cell->rows()[k]), 1e-12);
    for (std::size_t i = 0; i < a[f].size(); ++i)
      for (std::size_t k = 0; k < 3; ++k)
        EXPECT_NEAR(a[f].positions[i][k], b[f].positions[i][k], tolerance);
  }
}

TEST(AmberNetcdf, ComesBackToHalfAStepOfItsScale) {
  const TemporaryFolder folder;
  const std::vector<Frame> frames = walking(7, 0.3);
  write_frames(folder / "a.nc", frames);
  expect_same(read_frames(folder / "a.nc"), frames, 0.5e-3 + 1e-12);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.nc.part"));
}

TEST(AmberNetcdf, AFarPathCoarsensTheWholeFile) {
  const TemporaryFolder folder;
  const std::vector<Frame> frames = walking(20, 9);  // to 180 A: a scale of 8e-3
  write_frames(folder / "a.nc", frames);
  // Each doubling rounds once more: half a step of each scale on the way, 0.5 (1 + 2 + 4 + 8) e-3.
  expect_same(read_frames(folder / "a.nc"), frames, 7.5e-3 + 1e-12);
}

TEST(AmberNetcdf, Float32IsFloat32) {
  const TemporaryFolder folder;
  const std::vector<Frame> frames = walking(3, 0);
  write_frames(folder / "a.nc", frames, {.format = "amber/netcdf/float32"});
  expect_same(read_frames(folder / "a.nc"), frames, 1e-6);  // 2^-24 of 12 A
}

TEST(AmberNetcdf, IsNetcdf3WithSixtyFourBitOffsets) {
  const TemporaryFolder folder;
  write_frames(folder / "a.nc", walking(2, 0));
  std::ifstream in(folder / "a.nc", std::ios::binary);
  char magic[4] = {};
  in.read(magic, 4);
  EXPECT_EQ(std::string(magic, 4), std::string("CDF\x02", 4));
}

// As LAMMPS's dump netcdf writes it: no elements, types from 1, float coordinates, steps as they
// are.
TEST(AmberNetcdf, FilesOfOthersNeedElements) {
  const TemporaryFolder folder;
  const std::string path = folder / "lammps.nc";
  int id = 0;
  ASSERT_EQ(nc_create(path.c_str(), NC_CLOBBER | NC_64BIT_OFFSET, &id), NC_NOERR);
  int frame = 0;
  int atom = 0;
  int spatial = 0;
  int types = 0;
  int coordinates = 0;
  nc_def_dim(id, "frame", NC_UNLIMITED, &frame);
  nc_def_dim(id, "atom", 2, &atom);
  nc_def_dim(id, "spatial", 3, &spatial);
  const int type_dims[] = {frame, atom};
  const int dims[] = {frame, atom, spatial};
  nc_def_var(id, "atom_types", NC_INT, 2, type_dims, &types);
  nc_def_var(id, "coordinates", NC_FLOAT, 3, dims, &coordinates);
  nc_put_att_text(id, NC_GLOBAL, "Conventions", 5, "AMBER");
  nc_enddef(id);
  const std::size_t start[] = {0, 0, 0};
  const std::size_t count[] = {1, 2, 3};
  const int kinds[] = {2, 1};
  const float r[] = {0, 1, 2, 3, 4, 5};
  nc_put_vara_int(id, types, start, count, kinds);
  nc_put_vara_float(id, coordinates, start, count, r);
  ASSERT_EQ(nc_close(id), NC_NOERR);
  EXPECT_THAT(failure(path), HasSubstr("give the elements"));
  EXPECT_THAT(failure(path, {.elements = {"Na"}}),
              HasSubstr("type 2 is not one of the 1 elements"));
  const auto frames = read_frames(path, {.elements = {"Na", "S"}});
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].species.name(0), "S");
  EXPECT_EQ(frames[0].positions[1], (Vec3{3, 4, 5}));
  EXPECT_FALSE(frames[0].cell);
}

TEST(AmberNetcdf, BrokenFilesAreNamed) {
  const TemporaryFolder folder;
  write_frames(folder / "a.nc", walking(9, 0));
  const auto size = std::filesystem::file_size(folder / "a.nc");
  std::filesystem::copy_file(folder / "a.nc", folder / "cut.nc");
  std::filesystem::resize_file(folder / "cut.nc", size - 400);
  EXPECT_THAT(failure(folder / "cut.nc"), HasSubstr("cut"));
  std::ofstream(folder / "text.nc") << "not a trajectory\n";
  EXPECT_THAT(failure(folder / "text.nc"), HasSubstr("cannot be read as NetCDF"));
  std::vector<Frame> other = walking(2, 0);
  other[1].species.of_atom[0] = 2;
  EXPECT_THROW(write_frames(folder / "other.nc", other), InputError);
  EXPECT_FALSE(std::filesystem::exists(folder / "other.nc"));
}

constexpr const char* xdatcar_head = "Na3PS4\n 1.0\n 7 0 0\n 0 7 0\n 0 0 7\n Na S\n 1 2\n";

TEST(Xdatcar, FixedAndMovingCells) {
  const TemporaryFolder folder;
  const std::string body = " 0.0 0.0 0.5\n 0.25 0.5 0.5\n 0.5 0.5 0.5\n";
  std::ofstream(folder / "XDATCAR") << xdatcar_head << "Direct configuration=     1\n"
                                    << body << "Direct configuration=     2\n"
                                    << body;
  const auto fixed = read_frames(folder / "XDATCAR");
  ASSERT_EQ(fixed.size(), 2U);
  EXPECT_EQ(fixed[1].positions[1], (Vec3{1.75, 3.5, 3.5}));
  EXPECT_EQ(species_names(fixed[0]), (std::vector<std::string>{"Na", "S", "S"}));
  std::string moved = xdatcar_head;
  moved.replace(moved.find("1.0"), 3, "2.0");
  std::ofstream(folder / "moving.xdatcar") << xdatcar_head << "Direct configuration= 1\n"
                                           << body << moved << "Direct configuration= 2\n"
                                           << body;
  const auto moving = read_frames(folder / "moving.xdatcar");
  ASSERT_EQ(moving.size(), 2U);
  EXPECT_EQ(moving[1].positions[1], (Vec3{3.5, 7, 7}));
}

TEST(Xdatcar, BrokenFilesAreNamedWithTheirLine) {
  const TemporaryFolder folder;
  std::ofstream(folder / "cut.xdatcar") << xdatcar_head << "Direct configuration= 1\n 0 0 0\n 0 0";
  EXPECT_THAT(failure(folder / "cut.xdatcar"), HasSubstr("cut.xdatcar:10"));
  std::ofstream(folder / "nameless.xdatcar")
      << "x\n 1.0\n 7 0 0\n 0 7 0\n 0 0 7\n 1 2\nDirect configuration= 1\n";
  EXPECT_THAT(failure(folder / "nameless.xdatcar"), HasSubstr("names of the species"));
  std::ofstream(folder / "headless.xdatcar") << "Direct configuration= 1\n 0 0 0\n";
  EXPECT_THAT(failure(folder / "headless.xdatcar"), HasSubstr("before the first frame"));
}

}  // namespace
}  // namespace vitrion::formats
