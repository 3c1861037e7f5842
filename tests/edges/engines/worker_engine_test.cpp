// Results of workers: real ones of GPAW 22.8.0 on three atoms, whole, cut, unconverged and altered.
#include "edges/engines/worker_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.hpp"
#include "edges/engines/ase.hpp"
#include "edges/engines/gpaw.hpp"
#include "places.hpp"

namespace vitrion::engines {
namespace {

namespace fs = std::filesystem;
using Kind = learn::Failure::Kind;
using structures::Cell;
using structures::Frame;

/// Na2S, antifluorite, slightly moved: the geometry of tests/edges/engines/data.
Frame na2s() {
  Frame f;
  f.cell = Cell(Mat3{{{0, 3.3, 3.3}, {3.3, 0, 3.3}, {3.3, 3.3, 0}}});
  f.species = {{"Na", "S"}, {1, 0, 0}};
  f.positions = {{0.08943142, 0.02182549, 0.00482487},
                 {1.55682536, 1.63613059, 1.63226205},
                 {4.94586293, 4.91864997, 4.94780909}};
  f.info["parent"] = "na2s";
  return f;
}

/// A folder of its own for each test, holding one stored result.
class Results : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void use(const std::string& name) {
    fs::copy_file(fs::path(VITRION_TEST_DATA) / "edges/engines/data" / name,
                  folder_ / "result.json", fs::copy_options::overwrite_existing);
  }
  /// The good result with one change.
  void use_changed(const std::function<void(nlohmann::json&)>& change) {
    std::ifstream in(fs::path(VITRION_TEST_DATA) / "edges/engines/data/na2s_ok.json");
    nlohmann::json r = nlohmann::json::parse(in);
    change(r);
    std::ofstream(folder_ / "result.json") << r.dump();
  }
  learn::Labelled read() { return read_result(gpaw_engine({}), na2s(), folder_.string()); }

  fs::path folder_;
};

TEST_F(Results, AcceptsAWholeResultWithItsProvenance) {
  use("na2s_ok.json");
  const learn::Labelled frame = read();
  ASSERT_TRUE(frame) << frame.error().cause;
  EXPECT_DOUBLE_EQ(*frame->labels.energy, -10.540521005681969);
  EXPECT_DOUBLE_EQ(frame->labels.forces[1][0], 0.2741205414029743);
  EXPECT_DOUBLE_EQ((*frame->labels.virial)[0][0], -0.7009634364606899);
  EXPECT_EQ(frame->positions, na2s().positions);
  EXPECT_EQ(frame->info.at("parent"), "na2s");
  EXPECT_EQ(frame->info.at("level"), "dft");
  EXPECT_EQ(frame->info.at("engine"), "gpaw PW 600 eV PBE + D3(0)");
  EXPECT_EQ(frame->info.at("kpoints"), "monkhorst-pack 4 4 4");
  EXPECT_EQ(frame->info.at("scf_steps"), "12");
  EXPECT_THAT(frame->info.at("version"), testing::HasSubstr("gpaw 22.8.0"));
}

TEST_F(Results, ANewLabelForgetsTheOldOne) {
  use_changed([](auto& r) { r.erase("energy_d3"); });
  Frame labelled = na2s();
  labelled.info["energy_d3"] = "-9.0";
  labelled.info["level"] = "teacher";
  labelled.labels.atom_energies = {1, 2, 3};
  const learn::Labelled frame = read_result(gpaw_engine({}), labelled, folder_.string());
  ASSERT_TRUE(frame) << frame.error().cause;
  EXPECT_FALSE(frame->info.contains("energy_d3"));
  EXPECT_EQ(frame->info.at("level"), "dft");
  EXPECT_TRUE(frame->labels.atom_energies.empty());
}

TEST_F(Results, RefusesWhatDidNotConverge) {
  use("na2s_unconverged.json");
  const learn::Labelled frame = read();
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().kind, Kind::unconverged);
  EXPECT_EQ(frame.error().cause, "no self-consistency in 4 iterations");
}

TEST_F(Results, RefusesACutFileAndAMissingOne) {
  use("na2s_cut.json");
  EXPECT_EQ(read().error().kind, Kind::incomplete);
  fs::remove(folder_ / "result.json");
  EXPECT_EQ(read().error().kind, Kind::incomplete);
}

TEST_F(Results, RefusesACutFileWhereverItIsCut) {
  std::ifstream in(fs::path(VITRION_TEST_DATA) / "edges/engines/data/na2s_ok.json");
  std::ostringstream text;
  text << in.rdbuf();
  for (std::size_t n = 0; n + 1 < text.str().size(); n += 37) {
    std::ofstream(folder_ / "result.json", std::ios::trunc) << text.str().substr(0, n);
    EXPECT_EQ(read().error().kind, Kind::incomplete) << n << " bytes";
  }
}

TEST_F(Results, RefusesAnotherGeometry) {
  use("na2s_moved.json");  // one atom by 0.002 A
  const learn::Labelled frame = read();
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().kind, Kind::mismatch);
  EXPECT_THAT(frame.error().cause, testing::HasSubstr("atom 1 stands 0.002 A"));
  use_changed([](auto& r) { r["echo"]["species"][0] = "O"; });
  EXPECT_EQ(read().error().kind, Kind::mismatch);
  use_changed([](auto& r) { r["echo"]["cell"][0][1] = 3.301; });
  EXPECT_EQ(read().error().kind, Kind::mismatch);
  use_changed([](auto& r) { r["echo"]["species"].erase(2), r["echo"]["positions"].erase(2); });
  EXPECT_EQ(read().error().kind, Kind::mismatch);
}

TEST_F(Results, RefusesOtherSettings) {
  use_changed([](auto& r) { r["settings"]["cutoff_eV"] = 400.0; });
  const learn::Labelled frame = read();
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().kind, Kind::mismatch);
  EXPECT_THAT(frame.error().cause, testing::HasSubstr("cutoff_eV"));
}

TEST_F(Results, RefusesAnythingLess) {
  use_changed([](auto& r) { r["force_sum"] = 0.6; });
  EXPECT_EQ(read().error().kind, Kind::engine_error);
  use_changed([](auto& r) { r["forces"].erase(1); });
  EXPECT_EQ(read().error().kind, Kind::incomplete);
  use_changed([](auto& r) { r["forces"][1][2] = nullptr; });  // how JSON writers store NaN
  EXPECT_EQ(read().error().kind, Kind::incomplete);
  use_changed([](auto& r) { r.erase("virial"); });
  EXPECT_EQ(read().error().kind, Kind::incomplete);
  use_changed([](auto& r) { r["virial"] = {{1, 2, 3}, {1, 2, 3}}; });
  EXPECT_EQ(read().error().kind, Kind::incomplete);
  use_changed([](auto& r) { r["status"] = "engine_error", r["cause"] = "MemoryError"; });
  EXPECT_EQ(read().error().kind, Kind::engine_error);
  EXPECT_EQ(read().error().cause, "MemoryError");
  std::ofstream(folder_ / "result.json", std::ios::trunc) << "[1, 2]";
  EXPECT_EQ(read().error().kind, Kind::incomplete);
}

TEST_F(Results, TaskFolderHoldsWhatAPersonCanRun) {
  write_task(gpaw_engine({}), na2s(), folder_.string());
  std::ifstream in(folder_ / "input.extxyz");
  std::string count, comment, first;
  std::getline(in, count);
  std::getline(in, comment);
  std::getline(in, first);
  EXPECT_EQ(count, "3");
  EXPECT_THAT(comment, testing::HasSubstr("Lattice=\"0.0000000000 3.3000000000"));
  EXPECT_EQ(first, "S 0.0894314200 0.0218254900 0.0048248700");
  EXPECT_TRUE(fs::exists(folder_ / "settings.json"));
}

TEST(Identity, FollowsWhatIsComputed) {
  const WorkerEngine e = gpaw_engine({});
  Frame moved = na2s();
  moved.positions[0][0] += 1e-6;
  Frame other_info = na2s();
  other_info.info["parent"] = "something else";
  GpawSettings finer;
  finer.cutoff_eV = 700;
  EXPECT_EQ(task_identity(e, na2s()), task_identity(e, other_info));
  EXPECT_NE(task_identity(e, na2s()), task_identity(e, moved));
  EXPECT_NE(task_identity(e, na2s()), task_identity(gpaw_engine(finer), na2s()));
  // The hash that data/labels carries: it must not change while the settings do not.
  EXPECT_EQ(e.settings_hash(), "11ac4782d0fa5903");
  EXPECT_EQ(ase_engine({"sevenn:7net-l3i5"}).settings_hash(), "59283baf0ddaf0f7");
}

TEST(Settings, AreCheckedWithValueAndRule) {
  const auto refused = [](auto change) {
    GpawSettings s;
    change(s);
    EXPECT_THROW((void)gpaw_engine(s), InputError);
  };
  refused([](GpawSettings& s) { s.cutoff_eV = 20; });
  refused([](GpawSettings& s) { s.cutoff_eV = std::nan(""); });
  refused([](GpawSettings& s) { s.kpoints = "gamma"; });
  refused([](GpawSettings& s) { s.kpoints = "2 2"; });
  refused([](GpawSettings& s) { s.kpoints = "2 2 0"; });
  refused([](GpawSettings& s) { s.dispersion = "D4"; });
  refused([](GpawSettings& s) { s.smearing_eV = 0; });
  EXPECT_THROW((void)ase_engine({"sevenn"}), InputError);
  EXPECT_THROW((void)ase_engine({":7net-0"}), InputError);
}

TEST(Settings, PulayConstantsOnlyWhereTheyWereMeasured) {
  GpawSettings s;
  EXPECT_THAT(gpaw_engine(s).settings, testing::HasSubstr(R"("O":0.586)"));
  s.cutoff_eV = 700;
  EXPECT_THAT(gpaw_engine(s).settings, testing::HasSubstr(R"("pulay_eV":{})"));
}

TEST(Tasks, NeedACellAndAtoms) {
  Frame open = na2s();
  open.cell.reset();
  EXPECT_THROW(write_task(gpaw_engine({}), open, testing::TempDir()), InputError);
  Frame empty;
  empty.cell = na2s().cell;
  EXPECT_THROW(write_task(gpaw_engine({}), empty, testing::TempDir()), InputError);
}

}  // namespace
}  // namespace vitrion::engines
