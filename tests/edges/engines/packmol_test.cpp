// Packmol really run on a small cell: all atoms, all distances, and the refusal of a box that is
// too full.
#include "edges/engines/packmol.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "edges/queue/local.hpp"
#include "glass/composition.hpp"

namespace vitrion::engines {
namespace {

namespace fs = std::filesystem;

class Packmol : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("vitrion-packmol-" +
               std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  glass::PackingPlan plan(double density) {
    const auto recipe = glass::Recipe::parse("Na3PS{4-x}O{x}", {"Na", "PS{4-k}O{k}"});
    RandomStream random(5, "packmol-test");
    return glass::plan_packing(glass::compose(recipe, 1.0, 32, false), density, random);
  }

  expected<structures::Frame, std::string> pack(const glass::PackingPlan& plan) {
    write_packmol_task(folder_.string(), plan);
    queue::WorkerProcess process;
    process.arguments = {"/bin/sh"};
    queue::run_local(
        process, {(folder_ / "run.sh").string()}, {1, false},
        [](std::size_t, const queue::Outcome& o) { EXPECT_TRUE(o.answered) << o.note; });
    return read_packmol_result(folder_.string(), plan, {"Na", "P", "S", "O"});
  }

  fs::path folder_;
};

TEST_F(Packmol, PacksExactlyWhatWasPlanned) {
  const auto packed = pack(plan(1.8));
  ASSERT_TRUE(packed.has_value()) << packed.error();
  EXPECT_EQ(structures::formula(packed->species), "Na12 P4 S12 O4");
  EXPECT_NEAR(structures::density(*packed), 1.8, 1e-6);  // masses and volume to rounding
  // Sodium is alone in its molecule: nothing is nearer than the tolerance, images neither. Packmol
  // stops at a violation of 0.01 A^2.
  for (std::size_t i = 0; i < 12; ++i)
    for (std::size_t j = 0; j < packed->size(); ++j) {
      if (i == j) continue;
      EXPECT_GT(norm(packed->cell->minimum_image(packed->positions[i] - packed->positions[j])),
                1.98);
    }
}

TEST_F(Packmol, ABoxThatIsTooFullIsRefusedWithTheCause) {
  const auto packed = pack(plan(12.0));
  ASSERT_FALSE(packed.has_value());
  EXPECT_THAT(packed.error(), testing::HasSubstr("lower the density"));
}

TEST_F(Packmol, WithoutItsLogItDidNotRun) {
  write_packmol_task(folder_.string(), plan(1.8));
  EXPECT_EQ(read_packmol_result(folder_.string(), plan(1.8), {"Na", "P", "S", "O"}).error(),
            "packmol did not run");
}

}  // namespace
}  // namespace vitrion::engines
