// vitrion train as a user runs it: what it writes, bad input, a full disk.
#include <algorithm>
#include <cmath>

#include "app/train_support.hpp"
#include "edges/formats/deepmd/npy.hpp"

namespace vitrion {
namespace {

TEST_F(Train, WritesModelCurveAndCheckpoints) {
  input_["training"]["numb_steps"] = 20;
  input_["training"]["save_freq"] = 8;
  input_["training"]["save_ckpt"] = "ckpt";
  ASSERT_EQ(train("input.json -o out.dp --threads 2 --json"), 0) << said();
  EXPECT_THAT(said(), HasSubstr("\"steps\":20"));
  for (const char* name :
       {"out.dp", "ckpt.dp", "ckpt-0.vck", "ckpt-8.vck", "ckpt-16.vck", "ckpt-20.vck"})
    EXPECT_TRUE(fs::exists(folder_ / name)) << name;
  const std::string curve = bytes_of(folder_ / "lcurve.out");
  EXPECT_EQ(std::count(curve.begin(), curve.end(), '\n'), 22);
  // The written model starts another run; statistics and weights are taken over.
  EXPECT_EQ(train("input.json --init-model out.dp -o next.dp"), 0) << said();
  EXPECT_TRUE(fs::exists(folder_ / "ckpt-16.vck.old"));
  // A finished run has nothing left to do.
  fs::remove(folder_ / "next.dp");
  EXPECT_EQ(train("input.json --restart -o next.dp"), 0) << said();
  EXPECT_TRUE(fs::exists(folder_ / "next.dp"));
}

TEST_F(Train, ThreadsDoNotChangeBits) {
  input_["training"]["numb_steps"] = 30;
  input_["training"]["save_ckpt"] = "one";
  ASSERT_EQ(train("input.json --threads 1"), 0) << said();
  input_["training"]["save_ckpt"] = "two";
  ASSERT_EQ(train("input.json --threads 2"), 0) << said();
  // The settings differ in the prefix only: compare the weights.
  EXPECT_EQ(bytes_of(folder_ / "one.dp"), bytes_of(folder_ / "two.dp"));
}

TEST_F(Train, ATooSmallSelIsWarnedOfOnce) {
  input_["model"]["descriptor"]["sel"] = {4, 20, 40, 20};
  input_["training"]["numb_steps"] = 3;
  ASSERT_EQ(train("input.json"), 0) << said();
  const std::string text = said();
  EXPECT_THAT(text, HasSubstr("warning: sel is too small: Na has 4, needs "));
  EXPECT_EQ(text.find("warning", text.find("warning") + 1), std::string::npos);
}

TEST_F(Train, BadDataAreNamedWithFileAndKey) {
  const fs::path set = folder_ / "frames" / "set.000";
  const auto damaged = [&](const char* file, double value, std::size_t at) {
    formats::NpyArray<double> array = formats::read_npy((set / file).string());
    const double old = array.values[at];
    array.values[at] = value;
    formats::write_npy((set / file).string(), array.shape, array.values);
    EXPECT_EQ(train("input.json"), 2) << said();
    const std::string text = message();
    array.values[at] = old;
    formats::write_npy((set / file).string(), array.shape, array.values);
    return text;
  };
  EXPECT_THAT(damaged("energy.npy", NAN, 1),
              testing::AllOf(HasSubstr("frames"), HasSubstr("energy")));
  EXPECT_THAT(damaged("force.npy", INFINITY, 7),
              testing::AllOf(HasSubstr("frames"), HasSubstr("force")));
  EXPECT_THAT(damaged("coord.npy", NAN, 7),
              testing::AllOf(HasSubstr("frames"), HasSubstr("coord")));

  formats::NpyArray<double> force = formats::read_npy((set / "force.npy").string());
  const formats::NpyArray<double> good = force;
  force.shape[1] -= 3;
  force.values.resize(force.shape[0] * force.shape[1]);
  formats::write_npy((set / "force.npy").string(), force.shape, force.values);
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(), HasSubstr("force.npy"));
  formats::write_npy((set / "force.npy").string(), good.shape, good.values);

  formats::NpyArray<double> coord = formats::read_npy((set / "coord.npy").string());
  for (std::size_t a = 0; a < 3; ++a) coord.values[3 + a] = coord.values[a];
  formats::write_npy((set / "coord.npy").string(), coord.shape, coord.values);
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(), testing::AllOf(HasSubstr("frames: frame 0"), HasSubstr("at one place")));
}

TEST_F(Train, BadKeysAndElementsAreNamed) {
  input_["training"]["disp_frq"] = 1;
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(),
              testing::AllOf(HasSubstr("input.json:"), HasSubstr("did you mean 'disp_freq'?")));
  input_["training"].erase("disp_frq");
  input_["model"]["type_map"] = {"Na", "P", "S", "Se"};
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(), HasSubstr("element 'O' is not one of: Na P S Se"));
  input_["training"]["training_data"]["systems"] = {"frame"};
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(), HasSubstr("frame does not exist"));
  input_["training"]["training_data"]["batch_size"] = {1, 2};
  input_["training"]["training_data"]["systems"] = {"frames"};
  input_["model"]["type_map"] = {"Na", "P", "S", "O"};
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(), HasSubstr("input.json: batch_size has 2 entries for 1 systems"));
  EXPECT_EQ(train("nothing.json"), 2);
  EXPECT_THAT(message(), HasSubstr("nothing.json"));
}

TEST_F(Train, BadModelsAreNamed) {
  const fs::path model = golden_ / "napso_two_side" / "initial.dp";
  std::ofstream(folder_ / "cut.dp", std::ios::binary) << bytes_of(model).substr(0, 5000);
  EXPECT_EQ(train("input.json --init-model cut.dp"), 2);
  EXPECT_THAT(message(), HasSubstr("cut.dp"));
  std::ofstream(folder_ / "text.dp") << "no model at all";
  EXPECT_EQ(train("input.json --init-model text.dp"), 2);
  EXPECT_THAT(message(), HasSubstr("text.dp"));
  input_["model"]["fitting_net"]["neuron"] = {24, 24};
  EXPECT_EQ(train("input.json --init-model '" + model.string() + "'"), 2);
  EXPECT_THAT(message(), HasSubstr("model.fitting_net.neuron differs"));
}

TEST_F(Train, AFullDiskLeavesTheLastCheckpoint) {
  input_["training"]["numb_steps"] = 40;
  input_["training"]["disp_freq"] = 10;
  input_["training"]["save_freq"] = 10;
  input_["training"]["save_ckpt"] = "ckpt";
  ASSERT_EQ(train("input.json --threads 1"), 0) << said();
  const std::string good = bytes_of(folder_ / "ckpt-40.vck");
  // Files may hold 4 kB from now on: the first checkpoint of the longer run does not fit.
  input_["training"]["numb_steps"] = 60;
  EXPECT_THAT(train("input.json --restart", "ulimit -f 4;"), testing::AnyOf(1, 2)) << said();
  EXPECT_THAT(message(), HasSubstr("ckpt-50.vck: cannot be written"));
  EXPECT_EQ(bytes_of(folder_ / "ckpt-40.vck"), good);
  EXPECT_FALSE(fs::exists(folder_ / "ckpt-50.vck"));
  EXPECT_EQ(train("input.json --restart"), 0) << said();
  EXPECT_THAT(said(), HasSubstr("input or data changed since the checkpoint"));
  EXPECT_THAT(train("input.json --restart -o /dev/full"), testing::AnyOf(1, 2)) << said();
}

}  // namespace
}  // namespace vitrion
