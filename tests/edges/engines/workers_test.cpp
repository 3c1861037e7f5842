// The Python workers for real: GPAW on three atoms, a Lennard-Jones calculator kept over several
// frames.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "edges/engines/ase.hpp"
#include "edges/engines/gpaw.hpp"
#include "edges/queue/local.hpp"
#include "places.hpp"

namespace vitrion::engines {
namespace {

namespace fs = std::filesystem;
using learn::Labelled;
using structures::Cell;
using structures::Frame;

/// The geometry of tests/edges/engines/data/na2s_ok.json.
Frame na2s() {
  Frame f;
  f.cell = Cell(Mat3{{{0, 3.3, 3.3}, {3.3, 0, 3.3}, {3.3, 3.3, 0}}});
  f.species = {{"Na", "S"}, {1, 0, 0}};
  f.positions = {{0.08943142, 0.02182549, 0.00482487},
                 {1.55682536, 1.63613059, 1.63226205},
                 {4.94586293, 4.91864997, 4.94780909}};
  return f;
}

class Workers : public testing::Test {
 protected:
  void SetUp() override {
    python_ = fs::path(VITRION_SOURCE_DIR) / ".venv/label/bin/python";
    if (!fs::exists(python_)) GTEST_SKIP() << "tools/install/label_venv.sh has not been run";
    folder_ = fs::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  std::vector<Labelled> label(const WorkerEngine& engine, const std::vector<Frame>& frames) {
    const std::string script = (folder_ / "worker.py").string();
    std::ofstream(script) << engine.worker;
    std::vector<std::string> tasks;
    for (const Frame& frame : frames) {
      tasks.push_back((folder_ / task_identity(engine, frame)).string());
      write_task(engine, frame, tasks.back());
    }
    queue::run_local({command(python_.string(), script), {}, (folder_ / "log").string()}, tasks,
                     {1, engine.keep_alive}, [](std::size_t, const queue::Outcome& o) {
                       EXPECT_TRUE(o.answered) << o.note;
                     });
    std::vector<Labelled> answers;
    for (std::size_t k = 0; k < frames.size(); ++k)
      answers.push_back(read_result(engine, frames[k], tasks[k]));
    return answers;
  }

  fs::path python_, folder_;
};

TEST_F(Workers, GpawGivesTheStoredLabelAgain) {
  const Labelled frame = label(gpaw_engine({}), {na2s()}).front();
  ASSERT_TRUE(frame) << frame.error().cause;
  // Ten times the self-consistency tolerance (1e-5 eV a cell): another BLAS stops at other digits.
  EXPECT_NEAR(*frame->labels.energy, -10.540521, 1e-4);
  EXPECT_NEAR(frame->labels.forces[1][0], 0.274121,
              2e-3);  // eV/A, what such an energy error allows
  EXPECT_NEAR((*frame->labels.virial)[0][0], -0.700963, 5e-3);
  EXPECT_EQ(frame->info.at("kpoints"), "monkhorst-pack 4 4 4");
}

TEST_F(Workers, GpawThatRunsOutOfIterationsIsUnconverged) {
  GpawSettings settings;
  settings.maxiter = 3;
  settings.kpoints = "1 1 1";  // becomes the mean-value point: never Gamma alone
  const Labelled frame = label(gpaw_engine(settings), {na2s()}).front();
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().kind, learn::Failure::Kind::unconverged);
  EXPECT_EQ(frame.error().cause, "no self-consistency in 3 iterations");
}

TEST_F(Workers, AseKeepsACalculatorOverFrames) {
  std::vector<Frame> frames(3, na2s());
  frames[1].positions[0][0] += 0.1;
  frames[2].positions[0][0] += 0.2;
  const auto answers = label(ase_engine({"ase:lj"}), frames);
  for (const Labelled& a : answers) {
    ASSERT_TRUE(a) << a.error().cause;
    EXPECT_EQ(a->info.at("level"), "teacher");
  }
  EXPECT_NE(*answers[0]->labels.energy, *answers[1]->labels.energy);
}

TEST_F(Workers, ACalculatorThatIsNotThereIsAnEngineError) {
  const Labelled frame = label(ase_engine({"ase:nonesuch"}), {na2s()}).front();
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().kind, learn::Failure::Kind::engine_error);
  EXPECT_THAT(frame.error().cause, testing::HasSubstr("nonesuch"));
}

}  // namespace
}  // namespace vitrion::engines
