// Statistics and initial models: hand numbers, and those of DeePMD-kit 3.1.3 (PyTorch back end,
// float64, dp --pt train, numbers out of its checkpoint) on tests/golden: napso_two_side/frames,
// small_cell/frames and napso_one_side_triclinic/frames with batch_size 1, rcut 5, rcut_smth 1.5,
// type_map Na P S O Li.
#include "train/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "edges/formats/frames.hpp"
#include "places.hpp"
#include "train/initial_model.hpp"
#include "train/small_data.hpp"

namespace vitrion::train {
namespace {

using ::testing::ElementsAre;

const std::vector<std::string> elements = {"Na", "P", "S", "O", "Li"};

Dataset golden_data() {
  std::vector<System> systems;
  for (const char* name : {"napso_two_side", "small_cell", "napso_one_side_triclinic"}) {
    const std::string path = std::string(VITRION_TEST_DATA) + "/golden/" + name + "/frames";
    systems.push_back({name, formats::read_frames(path)});
  }
  ThreadPool threads(2);
  return {std::move(systems), elements, 5.0, threads};
}

ModelPlan golden_plan() {
  ModelPlan plan;
  plan.shape.type_map = elements;
  plan.shape.descriptor.rcut = 5.0;
  plan.shape.descriptor.rcut_smth = 1.5;
  plan.shape.descriptor.neuron = {4, 8};
  plan.shape.descriptor.axis_neuron = 2;
  plan.shape.fitting.neuron = {8, 8};
  return plan;
}

potential::Model made(const ModelPlan& plan, const Dataset& data, std::size_t thread_count = 2) {
  BatchRule one;
  one.kind = BatchRule::Kind::each;
  one.sizes = {1};
  ThreadPool threads(thread_count);
  return make_model(plan, data, Batches(data, one, {}, 1, "train"), threads);
}

struct Expected {
  std::vector<double> mean;
  std::vector<double> radial;
  std::vector<double> angular;
  std::vector<double> bias;
};

/// Sums of some thousand numbers taken in another order: 1e-13; the regression multiplies rounding
/// by its condition: 1e-12.
void expect_equal(const potential::Model& model, const Expected& expected) {
  for (std::size_t t = 0; t < elements.size(); ++t) {
    EXPECT_NEAR(model.descriptor.davg[t][0], expected.mean[t], 1e-13) << elements[t];
    EXPECT_NEAR(model.descriptor.dstd[t][0], expected.radial[t], 1e-13) << elements[t];
    for (std::size_t c = 1; c < 4; ++c) {
      EXPECT_EQ(model.descriptor.davg[t][c], 0.0);
      EXPECT_NEAR(model.descriptor.dstd[t][c], expected.angular[t], 1e-13) << elements[t];
    }
    EXPECT_NEAR(model.out_bias[t], expected.bias[t], 1e-12) << elements[t];
    EXPECT_EQ(model.out_std[t], 1.0);
  }
}

TEST(Statistics, EqualDeepmdKit) {
  const Dataset data = golden_data();
  const potential::Model model = made(golden_plan(), data);
  EXPECT_THAT(data.neighbours().most_neighbours, ElementsAre(14, 5, 12, 6, 0));
  EXPECT_THAT(model.descriptor.sel, ElementsAre(16, 8, 16, 8, 0));
  EXPECT_NEAR(*model.min_nbor_dist, 1.5017297874078632, 1e-14);
  expect_equal(
      model,
      {{0.05359499557189984, 0.055388508588755304, 0.0559805869819519, 0.06262750722019055, 0.0},
       {0.11896006430837006, 0.11760964488848835, 0.12088417686025354, 0.13416446558243533, 0.1},
       {0.07532047807360255, 0.07504443507803372, 0.07691040112880873, 0.08548072420923057, 0.1},
       {-0.40269371165509277, 0.8258780347306394, 1.037470196268412, 0.8258780347306388, 0.0}});
}

TEST(Statistics, EqualDeepmdKitWithExclusionsAndShortSel) {
  ModelPlan plan = golden_plan();
  plan.shape.descriptor.sel = {12, 6, 20, 7, 3};
  plan.shape.descriptor.exclude_types = {{0, 2}};
  plan.shape.pair_exclude_types = {{1, 1}, {0, 3}};
  const Dataset data = golden_data();
  expect_equal(
      made(plan, data),
      {{0.030190899502470326, 0.05509137812590624, 0.036620518974356135, 0.05090715027226798, 0.0},
       {0.09498785798812935, 0.11841445315231662, 0.1033247402670011, 0.12549458604696348, 0.1},
       {0.05754456941582788, 0.07539123183730582, 0.06329024439097383, 0.07818779125081106, 0.1},
       {-0.40269371165509277, 0.8258780347306394, 1.037470196268412, 0.8258780347306388, 0.0}});
}

TEST(Statistics, PresetBiasesStay) {
  ModelPlan plan = golden_plan();
  plan.preset_out_bias = {-2.5, std::nullopt, std::nullopt, std::nullopt, 0.5};
  const potential::Model model = made(plan, golden_data());
  const std::vector<double> expected = {-2.5, -2.320081397786727, 5.232082772958229,
                                        -2.320081397786728, 0.5};
  for (std::size_t t = 0; t < expected.size(); ++t)
    EXPECT_NEAR(model.out_bias[t], expected[t], 1e-12);  // the regression's rounding
}

TEST(Statistics, OnePairByHand) {
  // Two atoms 2 A apart along x in a large open box: R = (w/2, w/2, 0, 0) and (w/2, -w/2, 0, 0), w
  // = 1.
  structures::Frame frame;
  frame.species = {{"A"}, {0, 0}};
  frame.positions = {{0, 0, 0}, {2, 0, 0}};
  frame.labels.energy = 3.0;
  ThreadPool threads(1);
  const Dataset data({System{"pair", {frame}}}, {"A"}, 6.0, threads);
  ModelPlan plan;
  plan.shape.type_map = {"A"};
  plan.shape.descriptor.sel = {4};
  plan.shape.descriptor.rcut_smth = 3.0;
  const potential::Model model = made(plan, data);
  // 2 centres of 4 slots: sum R0 = 1, sum R0^2 = 0.5, sum a^2 = 0.5 over 24 numbers with sum 0.
  EXPECT_NEAR(model.descriptor.davg[0][0], 1.0 / 8, 1e-15);
  EXPECT_NEAR(model.descriptor.dstd[0][0], std::sqrt(0.5 / 8 - 1.0 / 64), 1e-15);
  EXPECT_NEAR(model.descriptor.dstd[0][1], std::sqrt(0.5 / 24), 1e-15);
  EXPECT_NEAR(model.out_bias[0], 1.5, 1e-14);
  plan.shape.descriptor.set_davg_zero = true;
  plan.stat_protect = 0.5;
  const potential::Model other = made(plan, data);
  EXPECT_EQ(other.descriptor.davg[0][0], 0.0);
  EXPECT_EQ(other.descriptor.dstd[0][1], 0.5);
}

TEST(EnergyPerType, IsTheSolutionOfMinimumNorm) {
  // Constant composition: only n . e is fixed. Water: DeePMD-kit's -93.57, -187.15 for E = -467.87
  // by hand: e = E n / |n|^2.
  const std::vector<std::optional<double>> free(2);
  const std::vector<double> e = energy_per_type({{{2, 1}, -10.0}, {{2, 1}, -12.0}}, free, -1);
  EXPECT_NEAR(e[0], -22.0 / 5, 1e-14);
  EXPECT_NEAR(e[1], -11.0 / 5, 1e-14);
  EXPECT_THAT(energy_per_type({}, free, -1), ElementsAre(0.0, 0.0));
}

TEST(AutomaticSel, RoundsUpToFour) {
  EXPECT_THAT(automatic_sel({38, 72, 10, 0}, 1.1), ElementsAre(44, 80, 12, 0));
  EXPECT_THAT(automatic_sel({38}, 1.0), ElementsAre(40));
}

TEST(InitialModel, WeightsHaveTheirSpread) {
  ModelPlan plan = golden_plan();
  plan.shape.descriptor.neuron = {10, 20, 40};
  plan.shape.descriptor.axis_neuron = 8;
  plan.shape.fitting.neuron = {120, 120};
  const potential::Model model = made(plan, golden_data());
  ASSERT_EQ(model.descriptor.embeddings.size(), 25U);
  const potential::Layer& first = model.fitting.nets[2].layers[0];
  ASSERT_EQ(first.in, 320U);
  double sum = 0;
  double squares = 0;
  for (const double w : first.w) {
    sum += w;
    squares += w * w;
  }
  const auto n = static_cast<double>(first.w.size());
  const double width = 1 / std::sqrt(440.0);
  EXPECT_NEAR(sum / n, 0, 4 * width / std::sqrt(n));  // four standard errors
  EXPECT_NEAR(std::sqrt(squares / n) / width, 1, 4 / std::sqrt(2 * n));
  EXPECT_TRUE(first.idt.empty());  // 320 -> 120 has no skip
  const potential::Layer& second = model.fitting.nets[2].layers[1];
  ASSERT_EQ(second.idt.size(), 120U);
  for (const double t : second.idt) EXPECT_NEAR(t, 0.1, 0.006);  // six standard deviations
  EXPECT_FALSE(model.fitting.nets[2].layers[2].resnet);
}

TEST(InitialModel, SeedsAndThreads) {
  const Dataset data = golden_data();
  ModelPlan plan = golden_plan();
  const potential::Model a = made(plan, data, 1);
  const potential::Model b = made(plan, data, 4);
  EXPECT_EQ(a.descriptor.davg, b.descriptor.davg);
  EXPECT_EQ(a.descriptor.dstd, b.descriptor.dstd);
  EXPECT_EQ(a.out_bias, b.out_bias);
  EXPECT_EQ(a.fitting.nets[0].layers[0].w, b.fitting.nets[0].layers[0].w);
  plan.fitting_seed = 2;
  const potential::Model c = made(plan, data);
  EXPECT_EQ(a.descriptor.embeddings[3].layers[1].w, c.descriptor.embeddings[3].layers[1].w);
  EXPECT_NE(a.fitting.nets[0].layers[0].w, c.fitting.nets[0].layers[0].w);
}

}  // namespace
}  // namespace vitrion::train
