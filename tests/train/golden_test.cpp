// The training run of each golden folder: 100 steps of DeePMD-kit 3.1.3 (PyTorch back end, float64)
// from initial.dp on one frame. The learning curve agrees row by row, the end in its predictions.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/threads.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/deepmd/npy.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/model/file.hpp"
#include "edges/formats/training/deepmd_input.hpp"
#include "edges/formats/training/lcurve.hpp"
#include "places.hpp"
#include "potential/engine.hpp"
#include "train/trainer.hpp"

namespace vitrion::train {
namespace {

class Golden : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const {
    return std::string(VITRION_TEST_DATA) + "/golden/" + GetParam() + "/" + name;
  }
  std::shared_ptr<const Dataset> load(const potential::Model& model, const std::string& name) {
    std::vector<System> systems{{name, formats::read_frames(path(name))}};
    return std::make_shared<const Dataset>(std::move(systems), model.type_map,
                                           model.descriptor.rcut, *threads_);
  }

  std::shared_ptr<ThreadPool> threads_ = std::make_shared<ThreadPool>(1);
};

/// Numbers of a row, as DeePMD-kit and we print them.
std::vector<double> numbers(const std::string& line) {
  std::istringstream words(line);
  std::vector<double> values;
  for (double value = 0; words >> value;) values.push_back(value);
  return values;
}

TEST_P(Golden, HundredStepsEndWhereDeepmdKitEnded) {
  const formats::DeepmdInput input = formats::read_deepmd_input(path("input.json"));
  const potential::Model initial = formats::read_model(path("initial.dp"));
  Trainer trainer(initial, load(initial, "one"), nullptr, input.options, threads_);
  const formats::CurveFormat format(input.options.loss, false);
  std::string curve = format.header();
  Observers observers;
  observers.row = [&](const CurveRow& row) { curve += format.row(row); };
  EXPECT_EQ(trainer.run(observers), Ended::done);

  // Three digits are printed: rounding of the last may go the other way, no more.
  std::istringstream expected_lines(formats::read_whole_file(path("lcurve.out")));
  std::istringstream lines(curve);
  std::string expected;
  std::string line;
  int rows = 0;
  while (std::getline(expected_lines, expected)) {
    ASSERT_TRUE(std::getline(lines, line));
    if (expected[0] == '#') {
      EXPECT_EQ(line, expected);
      continue;
    }
    ++rows;
    const std::vector<double> a = numbers(line);
    const std::vector<double> b = numbers(expected);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t k = 0; k < a.size(); ++k)
      EXPECT_NEAR(a[k], b[k], 0.0101 * std::abs(b[k])) << line;
  }
  EXPECT_EQ(rows, 100);

  const potential::Model model = trainer.model();
  const auto frames = load(model, "frames");
  potential::Engine engine(model, {}, threads_);
  const formats::NpyArray<double> energy = formats::read_npy(path("final/energy.npy"));
  const formats::NpyArray<double> force = formats::read_npy(path("final/force.npy"));
  std::size_t at = 0;
  structures::NeighbourList scratch;
  for (std::size_t f = 0; f < frames->systems()[0].frames.size(); ++f) {
    potential::Result result;
    engine.compute(frames->configuration(0, f, scratch), result);
    // A hundred updates carry rounding on: the aim is 1e-6, eV and eV/A.
    EXPECT_NEAR(result.energy, energy.values[f], 1e-6);
    for (const Vec3& row : result.force)
      for (const double value : row) EXPECT_NEAR(value, force.values[at++], 1e-6);
  }
  EXPECT_EQ(at, force.values.size());
}

INSTANTIATE_TEST_SUITE_P(All, Golden,
                         ::testing::Values("napso_two_side", "napso_one_side_triclinic",
                                           "small_cell"),
                         [](const auto& folder) { return std::string(folder.param); });

}  // namespace
}  // namespace vitrion::train
