// Checkpoint files: every field comes back, every kind of damage is told, the last good one stays.
#include "edges/formats/training/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/training/lcurve.hpp"

namespace vitrion::formats {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using train::State;

State some_state() {
  State s;
  potential::Model& m = s.model;
  m.type_map = {"Na", "S"};
  m.descriptor.sel = {3, 4};
  m.descriptor.neuron = {2};
  m.descriptor.axis_neuron = 1;
  m.descriptor.type_one_side = true;
  m.descriptor.exclude_types = {{0, 1}};
  m.descriptor.davg = {{0.1, 0, 0, 0}, {0.2, 0, 0, 0}};
  m.descriptor.dstd = {{1, 2, 2, 2}, {3, 4, 4, 4}};
  for (int t = 0; t < 2; ++t) {
    potential::Layer layer;
    layer.in = 1;
    layer.out = 2;
    layer.w = {0.5, -0.25 * t};
    layer.b = {1, 2};
    layer.resnet = true;
    m.descriptor.embeddings.push_back({{layer}});
    potential::Layer last;
    last.in = 2;
    last.out = 1;
    last.w = {0.125, 8};
    last.b = {3};
    last.activation.kind = potential::Activation::Kind::linear;
    m.fitting.nets.push_back({{last}});
  }
  m.fitting.neuron = {};
  m.fitting.atom_ener = {std::nullopt, -1.5};
  m.fitting.bias_atom_e = {0, 0};
  m.fitting.trainable = {true};
  m.out_bias = {-1, -2};
  m.out_std = {1, 1};
  m.min_nbor_dist = 1.25;
  m.definition = "{}";
  s.step = 12;
  s.seed = 99;
  s.gemm = "portable";
  s.first_moment = {0.1, 0.2};
  s.second_moment = {1e-300, 5};
  s.training_position = {12, 7, 5};
  s.interval = {0, 1, 2};
  s.settings = "settings";
  return s;
}

TEST(Checkpoint, EveryFieldComesBack) {
  const State s = some_state();
  const std::string bytes = checkpoint_bytes(s);
  const State r = checkpoint_state(bytes, "x");
  EXPECT_EQ(checkpoint_bytes(r), bytes);
  EXPECT_EQ(r.step, 12U);
  EXPECT_EQ(r.model.type_map, s.model.type_map);
  EXPECT_EQ(r.model.descriptor.dstd, s.model.descriptor.dstd);
  EXPECT_EQ(r.model.descriptor.embeddings[1].layers[0].w,
            s.model.descriptor.embeddings[1].layers[0].w);
  EXPECT_EQ(r.model.fitting.atom_ener, s.model.fitting.atom_ener);
  EXPECT_EQ(r.model.fitting.trainable, s.model.fitting.trainable);
  EXPECT_EQ(r.model.min_nbor_dist, s.model.min_nbor_dist);
  EXPECT_EQ(r.second_moment, s.second_moment);
  EXPECT_EQ(r.training_position, s.training_position);
}

std::string refusal(const std::string& bytes) {
  try {
    (void)checkpoint_state(bytes, "x");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Checkpoint, DamageIsTold) {
  const std::string bytes = checkpoint_bytes(some_state());
  EXPECT_EQ(refusal(""), "x: not a checkpoint of Vitrion");
  EXPECT_EQ(refusal("PK\3\4 something else"), "x: not a checkpoint of Vitrion");
  for (const std::size_t n : {8UL, 12UL, 20UL, bytes.size() / 2, bytes.size() - 1})
    EXPECT_THAT(refusal(bytes.substr(0, n)), HasSubstr("truncated checkpoint")) << n;
  for (std::size_t at = 16; at < bytes.size(); at += 7) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    EXPECT_THAT(refusal(damaged), HasSubstr("damaged checkpoint")) << at;
  }
}

class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("vitrion-checkpoint-" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] std::string prefix() const { return (folder_ / "model.ckpt").string(); }

  fs::path folder_;
};

TEST_F(Folder, KeepsTheNewestAndPassesOverDamage) {
  CheckpointFolder checkpoints(prefix(), 3);
  State s = some_state();
  for (const std::uint64_t step : {0, 5, 10, 15}) {
    s.step = step;
    checkpoints.save(s);
  }
  EXPECT_FALSE(fs::exists(checkpoints.path(0)));
  EXPECT_TRUE(fs::exists(checkpoints.path(5)));
  EXPECT_TRUE(fs::exists(prefix() + ".dp"));
  std::ofstream(checkpoints.path(15), std::ios::app) << "more";
  std::ofstream(folder_ / "model.ckpt-20.vck.1.part") << "half";
  std::vector<std::string> notes;
  const auto newest = checkpoints.newest(notes);
  ASSERT_TRUE(newest.has_value());
  EXPECT_EQ(newest->step, 10U);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0], HasSubstr("model.ckpt-15.vck: truncated checkpoint"));
  EXPECT_FALSE(fs::exists(folder_ / "model.ckpt-20.vck.1.part"));
}

TEST_F(Folder, AnEarlierRunIsSetAside) {
  CheckpointFolder checkpoints(prefix(), 3);
  State s = some_state();
  checkpoints.save(s);
  EXPECT_EQ(checkpoints.set_aside(), 1U);
  std::vector<std::string> notes;
  EXPECT_FALSE(checkpoints.newest(notes).has_value());
  EXPECT_TRUE(notes.empty());
  EXPECT_TRUE(fs::exists(checkpoints.path(12) + ".old"));
}

train::CurveRow row_at(std::size_t step) {
  train::CurveRow row;
  row.step = step;
  row.rate = 1e-3;
  row.training.loss = 3.789;
  row.training.energy = 3.28e-2;
  row.training.force = 0.1204;
  return row;
}

TEST_F(Folder, TheCurveHasDeepmdKitsColumns) {
  train::LossOptions loss;
  EXPECT_EQ(CurveFormat(loss, false).header(),
            "# step       rmse_trn    rmse_e_trn    rmse_f_trn   lr      \n"
            "# If there is no available reference data, rmse_*_{val,trn} will print nan\n");
  EXPECT_EQ(CurveFormat(loss, false).row(row_at(1)),
            "      1      3.79e+00      3.28e-02      1.20e-01    1.0e-03\n");
  train::CurveRow row = row_at(1000);
  row.validation = row.training;
  row.validation->energy = train::Errors::none;
  EXPECT_EQ(CurveFormat(loss, true).row(row),
            "   1000      3.79e+00    3.79e+00           nan    3.28e-02      1.20e-01    1.20e-01"
            "    1.0e-03\n");
}

TEST_F(Folder, TheCurveIsCutBackToTheCheckpoint) {
  const std::string path = (folder_ / "lcurve.out").string();
  const train::LossOptions loss;
  {
    CurveFile curve(path, {loss, false}, 0);
    for (const std::size_t step : {1, 5, 10, 15}) curve.add(row_at(step));
  }
  const std::string whole = read_whole_file(path);
  std::ofstream(path, std::ios::app) << "     20      3.7";  // cut by a kill
  {
    CurveFile curve(path, {loss, false}, 10);
    curve.add(row_at(15));
  }
  EXPECT_EQ(read_whole_file(path), whole);
}

}  // namespace
}  // namespace vitrion::formats
