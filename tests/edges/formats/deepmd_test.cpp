// deepmd folders: sets, optional labels, padding, trees, provenance, and what is refused.
#include <gmock/gmock.h>

#include "edges/formats/deepmd/npy.hpp"
#include "support.hpp"

namespace vitrion::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// Two atoms (types 1 0) in `sets` sets of two frames; energies 0, 1, 2 ...
void write_system(const TemporaryFolder& folder, const std::string& name, int sets = 1) {
  folder.file(name + "/type.raw", "1 0\n");
  folder.file(name + "/type_map.raw", "Na\nS\n");
  for (int s = 0; s < sets; ++s) {
    const std::string set = folder / (name + "/set.00" + std::to_string(s));
    fs::create_directories(set);
    std::vector<double> coord = {0, 0, 0, 1, 1, 1, 0, 0, 0, 2, 2, 2};
    write_npy(set + "/coord.npy", {2, 6}, coord);
    write_npy(set + "/box.npy", {2, 9},
              std::vector<double>{9, 0, 0, 0, 9, 0, 0, 0, 9, 9, 0, 0, 0, 9, 0, 0, 0, 8});
    write_npy(set + "/energy.npy", {2, 1}, std::vector<double>{2.0 * s, 2.0 * s + 1});
  }
}

TEST(DeepmdNpy, SetsAreReadInTheOrderOfTheirNames) {
  const TemporaryFolder folder;
  write_system(folder, "a", 3);
  const auto frames = read_frames(folder / "a");
  ASSERT_EQ(frames.size(), 6U);
  for (std::size_t f = 0; f < 6; ++f) EXPECT_EQ(frames[f].labels.energy, double(f));
  EXPECT_THAT(species_names(frames[0]), ElementsAre("S", "Na"));
  EXPECT_EQ(frames[1].positions[1], (Vec3{2, 2, 2}));
  EXPECT_EQ(frames[1].cell->rows()[2][2], 8);
  EXPECT_TRUE(frames[0].labels.forces.empty());
  EXPECT_FALSE(frames[0].labels.virial.has_value());
}

TEST(DeepmdNpy, OneAxisIsOneFrameAndAtomicNamesAreRead) {
  const TemporaryFolder folder;
  write_system(folder, "a");
  const std::string set = folder / "a/set.000/";
  write_npy(set + "coord.npy", {6}, std::vector<double>{0, 0, 0, 1, 2, 3});
  write_npy(set + "box.npy", {9}, std::vector<double>{9, 0, 0, 0, 9, 0, 0, 0, 9});
  write_npy(set + "energy.npy", {1}, std::vector<double>{-4});
  write_npy(set + "atomic_ener.npy", {1, 2}, std::vector<double>{-1, -3});
  write_npy(set + "atom_pref.npy", {1, 2}, std::vector<double>{1, 0.5});
  const std::vector<float> single = {0.5F, 0, 0, -0.5F, 0, 0};
  write_npy(set + "force.npy", {1, 6}, std::span(single));
  const auto frames = read_frames(folder / "a");
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_THAT(frames[0].labels.atom_energies, ElementsAre(-1, -3));
  EXPECT_THAT(frames[0].labels.atom_weights, ElementsAre(1, 0.5));
  EXPECT_EQ(frames[0].labels.forces[1], (Vec3{-0.5, 0, 0}));
}

TEST(DeepmdNpy, WithoutTypeMapTheRawTypesAreKeptOrNamedByTheCaller) {
  const TemporaryFolder folder;
  write_system(folder, "a");
  fs::remove(folder / "a/type_map.raw");
  EXPECT_THAT(species_names(read_frames(folder / "a")[0]), ElementsAre("Type_1", "Type_0"));
  EXPECT_THAT(species_names(read_frames(folder / "a", {.elements = {"O", "H"}})[0]),
              ElementsAre("H", "O"));
  EXPECT_THAT(read_error(folder / "a", {.elements = {"O"}}),
              HasSubstr("a/type.raw: type 1 has no name"));
}

TEST(DeepmdNpy, TreeIsReadInSortedOrderAndNamesItsSystems) {
  const TemporaryFolder folder;
  write_system(folder, "t/b/two");
  write_system(folder, "t/a");
  write_system(folder, "t/b/one");
  const auto frames = read_frames(folder / "t/");
  ASSERT_EQ(frames.size(), 6U);
  EXPECT_EQ(frames[0].info.at("system"), "a");
  EXPECT_EQ(frames[2].info.at("system"), "b/one");
  EXPECT_EQ(frames[4].info.at("system"), "b/two");
}

TEST(DeepmdNpy, ErrorsNameFileShapeAndRule) {
  const TemporaryFolder folder;
  const auto broken = [&](const auto& damage) {
    fs::remove_all(folder / "a");
    write_system(folder, "a");
    damage();
    return read_error(folder / "a");
  };
  const std::string set = folder / "a/set.000/";
  EXPECT_THAT(broken([&] {
                write_npy(set + "force.npy", {2, 9}, std::vector<double>(18));
              }),
              HasSubstr("force.npy: shape (2, 9) does not fit; (2, 6) is needed"));
  EXPECT_THAT(
      broken([&] {
        write_npy(set + "coord.npy", {2, 9}, std::vector<double>(18));
      }),
      HasSubstr("coord.npy: shape (2, 9) does not fit; (frames, 6) is needed for the 2 atoms"));
  EXPECT_THAT(broken([&] {
                write_npy(set + "energy.npy", {2}, std::vector<double>{1, NAN});
              }),
              HasSubstr("energy.npy: frame 1, number 0 is nan"));
  EXPECT_THAT(broken([&] { fs::remove(set + "box.npy"); }), HasSubstr("nopbc"));
  EXPECT_THAT(broken([&] { fs::remove(set + "coord.npy"); }),
              HasSubstr("coord.npy: cannot be read"));
  EXPECT_THAT(broken([&] { folder.file("a/type.raw", "0 2"); }), HasSubstr("type 2 has no name"));
  EXPECT_THAT(broken([&] { folder.file("a/type.raw", "0 -1"); }), HasSubstr("'-1' is no type"));
  EXPECT_THAT(broken([&] { fs::remove_all(set); }), HasSubstr("neither set.000 nor coord.raw"));
  EXPECT_THAT(broken([&] { fs::remove(folder / "a/type.raw"); }), HasSubstr("has a type.raw"));
  EXPECT_THAT(broken([&] {
                write_npy(set + "box.npy", {2, 9}, std::vector<double>(18));
              }),
              HasSubstr("set.000: frame 0: cell"));
  EXPECT_THAT(broken([&] { folder.file("a/frames.csv", "parent\nx\n"); }),
              HasSubstr("frames.csv: has 1 rows, but the system has 1 frames and more"));
  EXPECT_THAT(broken([&] { folder.file("a/frames.csv", "parent\nx\ny\nz\n"); }),
              HasSubstr("frames.csv: has 3 rows, but the system has 2 frames"));
}

TEST(DeepmdNpy, WhatAFrameCannotHoldIsNoted) {
  const TemporaryFolder folder;
  write_system(folder, "a");
  write_npy(folder / "a/set.000/fparam.npy", {2, 1}, std::vector<double>{1, 2});
  const auto reader = open_frames(folder / "a");
  while (reader->next()) {
  }
  EXPECT_THAT(reader->notes(), ElementsAre(HasSubstr("fparam.npy has no place")));
}

TEST(DeepmdNpy, EveryBitComesBackWithProvenance) {
  const TemporaryFolder folder;
  RandomStream random(1, "deepmd-test");
  std::vector<Frame> frames;
  for (int k = 0; k < 5; ++k)
    frames.push_back(random_frame(random, 7, {.atom_energies = true, .atom_weights = true}));
  frames[0].info = {{"parent", "a, \"quoted\"\nline"}, {"level", "dft"}};
  frames[3].info = {{"note", ""}};
  write_frames(folder / "out", frames, {.set_size = 2});
  EXPECT_TRUE(fs::exists(folder / "out/set.002/coord.npy"));
  const auto back = read_frames(folder / "out");
  ASSERT_EQ(back.size(), frames.size());
  for (std::size_t k = 0; k < frames.size(); ++k) expect_same(back[k], frames[k]);
}

TEST(DeepmdNpy, FramesThatDifferInAtomsBoundaryOrLabelsBecomeSystems) {
  const TemporaryFolder folder;
  RandomStream random(2, "deepmd-test");
  std::vector<Frame> frames = {random_frame(random, 6, {}), random_frame(random, 9, {}),
                               random_frame(random, 6, {}),
                               random_frame(random, 6, {.virial = false}),
                               random_frame(random, 6, {.open = true, .virial = false})};
  for (std::size_t k = 0; k < frames.size(); ++k) frames[k].info["index"] = std::to_string(k);
  write_frames(folder / "out", frames);
  for (const char* name : {"Na2P2S2", "Na2P2S2.2", "Na2P2S2.3", "Na3P3S3"})
    EXPECT_TRUE(fs::exists(folder / (std::string("out/") + name + "/type.raw"))) << name;
  EXPECT_TRUE(fs::exists(folder / "out/Na2P2S2.3/nopbc"));
  EXPECT_FALSE(fs::exists(folder / "out/Na2P2S2.2/set.000/virial.npy"));
  for (Frame& frame : read_frames(folder / "out")) {
    const auto index = static_cast<std::size_t>(frame.info.at("index")[0] - '0');
    frame.info.erase("system");
    expect_same(frame, frames[index]);
  }
}

TEST(DeepmdNpy, AFolderOfOtherFilesIsNotReplaced) {
  const TemporaryFolder folder;
  RandomStream random(3, "deepmd-test");
  const std::vector<Frame> frames = {random_frame(random, 3, {})};
  folder.file("home/thesis.tex", "years of work");
  EXPECT_THAT(error_of([&] { write_frames(folder / "home", frames); }), HasSubstr("not replaced"));
  write_frames(folder / "out", frames);
  write_frames(folder / "out", frames);  // one of ours is
  EXPECT_EQ(read_frames(folder / "out").size(), 1U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / ""), {}), 2);  // nothing temporary stays
}

TEST(DeepmdMixed, PaddingIsWrittenAndLeftOutOnReading) {
  const TemporaryFolder folder;
  RandomStream random(4, "deepmd-test");
  const std::vector<Frame> frames = {random_frame(random, 4, {}), random_frame(random, 7, {})};
  write_frames(folder / "out", frames, {.format = "deepmd/npy/mixed"});
  const auto types = read_npy_integers(folder / "out/set.000/real_atom_types.npy");
  EXPECT_EQ(types.shape, (Shape{2, 7}));
  EXPECT_EQ(types.values[6], -1);
  EXPECT_EQ(text_of(folder / "out/type.raw"), "0\n0\n0\n0\n0\n0\n0\n");
  const auto back = read_frames(folder / "out");
  ASSERT_EQ(back.size(), 2U);
  for (std::size_t k = 0; k < 2; ++k) expect_same(back[k], frames[k]);
  const auto padded = read_frames(folder / "out", {.keep_virtual = true});
  EXPECT_EQ(padded[0].size(), 7U);
  EXPECT_EQ(padded[0].species.of_atom[6], -1);
  write_npy(folder / "out/set.000/real_atom_types.npy", {2, 7}, std::vector<double>(14, 3));
  EXPECT_THAT(read_error(folder / "out"), HasSubstr("type 3 is neither -1"));
}

TEST(DeepmdRaw, OneLineIsOneFrame) {
  const TemporaryFolder folder;
  folder.file("a/type.raw", "0 1");
  folder.file("a/type_map.raw", "Na S");
  folder.file("a/coord.raw", "0 0 0 1 1 1\n0 0 0 2 2 2\n");
  folder.file("a/box.raw", "9 0 0 0 9 0 0 0 9\n9 0 0 0 9 0 0 0 9\n");
  folder.file("a/energy.raw", "-1\n-2\n");
  const auto frames = read_frames(folder / "a");
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[1].labels.energy, -2);
  EXPECT_EQ(frames[1].positions[1], (Vec3{2, 2, 2}));
  folder.file("a/energy.raw", "-1\n");
  EXPECT_THAT(read_error(folder / "a"), HasSubstr("energy.raw: has 1 frames, but coord.raw has 2"));
  folder.file("a/energy.raw", "-1\n-2 3\n");
  EXPECT_THAT(read_error(folder / "a"), HasSubstr("energy.raw:2: the line has 2 numbers"));
}

}  // namespace
}  // namespace vitrion::formats
