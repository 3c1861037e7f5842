// Reading input.json: what each key becomes, what is refused and how, versions 1 and 2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "edges/formats/training/deepmd_input.hpp"
#include "edges/formats/training/json_lines.hpp"

namespace vitrion::formats {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

json minimal() {
  return json::parse(R"({
    "model": {
      "type_map": ["O", "H"],
      "descriptor": {"type": "se_e2_a"},
      "fitting_net": {}
    },
    "training": {"training_data": {"systems": "data"}, "numb_steps": 100}
  })");
}

class Input : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("vitrion-input-" + std::to_string(getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  DeepmdInput read_text(const std::string& text) {
    const std::string path = (folder_ / "input.json").string();
    std::ofstream(path) << text;
    return read_deepmd_input(path);
  }
  DeepmdInput read(const json& input) { return read_text(input.dump(2)); }
  /// The message without the folder's name.
  std::string refusal(const json& input) { return refusal_of_text(input.dump(2)); }
  std::string refusal_of_text(const std::string& text) {
    try {
      (void)read_text(text);
    } catch (const InputError& error) {
      std::string what = error.what();
      const std::string folder = folder_.string() + "/";
      return what.rfind(folder, 0) == 0 ? what.substr(folder.size()) : what;
    }
    return "accepted";
  }
  /// minimal() with one key set, by JSON pointer.
  static json with(const std::string& pointer, const json& value) {
    json input = minimal();
    input[json::json_pointer(pointer)] = value;
    return input;
  }

  std::filesystem::path folder_;
};

TEST_F(Input, DefaultsAreDeepmdKits) {
  const DeepmdInput input = read(minimal());
  const potential::Model& shape = input.model.shape;
  EXPECT_EQ(shape.descriptor.rcut, 6.0);
  EXPECT_EQ(shape.descriptor.rcut_smth, 0.5);
  EXPECT_TRUE(shape.descriptor.sel.empty());
  EXPECT_EQ(input.model.sel_factor, 1.1);
  EXPECT_THAT(shape.descriptor.neuron, ElementsAre(10, 20, 40));
  EXPECT_EQ(shape.descriptor.axis_neuron, 4U);
  EXPECT_FALSE(shape.descriptor.resnet_dt);
  EXPECT_FALSE(shape.descriptor.type_one_side);
  EXPECT_THAT(shape.fitting.neuron, ElementsAre(120, 120, 120));
  EXPECT_TRUE(shape.fitting.resnet_dt);
  EXPECT_EQ(input.options.loss.energy.start, 0.02);
  EXPECT_EQ(input.options.loss.force.start, 1000);
  EXPECT_FALSE(input.options.loss.virial.used());
  EXPECT_EQ(input.options.rate.start, 1e-3);
  EXPECT_EQ(input.options.rate.stop, 5e-8);
  EXPECT_EQ(input.options.rate.decay_steps, 5000U);
  EXPECT_EQ(input.options.adam.beta2, 0.999);
  EXPECT_EQ(input.options.batch.kind, train::BatchRule::Kind::at_least_atoms);
  EXPECT_EQ(input.options.batch.atoms, 32U);
  EXPECT_EQ(input.options.sampling.kind, train::SamplingRule::Kind::by_size);
  EXPECT_EQ(input.options.steps, 100U);
  EXPECT_EQ(input.options.display_every, 1000U);
  EXPECT_EQ(input.options.save_every, 1000U);
  EXPECT_EQ(input.checkpoint_prefix, "model.ckpt");
  EXPECT_EQ(input.checkpoints_kept, 5U);
  EXPECT_THAT(input.training.systems, ElementsAre("data"));
  EXPECT_FALSE(input.validation.has_value());
}

TEST_F(Input, ReadsWhatIsSet) {
  json j = minimal();
  j["model"]["descriptor"].update(json::parse(R"({"sel": [46, 92], "rcut": 7, "rcut_smth": 2.5,
    "neuron": [25, 50, 100], "n_axis_neuron": 16, "type_one_side": true, "precision": "float32",
    "activation_function": "gelu", "exclude_types": [[0, 1]], "seed": 5, "_comment": "x"})"));
  j["model"]["fitting_net"] = json::parse(
      R"({"n_neuron": [240, 240], "trainable": [true, false, true], "atom_ener": [-1.5, null],
          "seed": 6})");
  j["model"]["preset_out_bias"] = json::parse(R"({"energy": [null, 2]})");
  j["loss"] = json::parse(R"({"start_pref_v": 0.1, "limit_pref_v": 1, "relative_f": 0.5})");
  j["learning_rate"] = json::parse(
      R"({"type": "cosine", "start_lr": 0.002, "stop_lr_ratio": 0.01, "warmup_ratio": 0.1})");
  j["optimizer"] = {{"type", "AdamW"}};
  j["training"].erase("numb_steps");
  j["training"].update(json::parse(R"({"stop_batch": 1e3, "seed": 9, "gradient_max_norm": 2,
    "disp_avg": true, "max_ckpt_keep": 3, "validation_data": {"systems": ["a", "b"],
    "batch_size": [1, 2], "numb_btch": 4, "sys_probs": [0.25, 0.75]}})"));
  j["training"]["training_data"] =
      json::parse(R"({"systems": ["x", "y", "z"], "batch_size": "max:64",
    "auto_prob": "prob_sys_size;0:2:0.5;2:3:1.5"})");
  const DeepmdInput input = read(j);
  const potential::Model& shape = input.model.shape;
  EXPECT_THAT(shape.descriptor.sel, ElementsAre(46, 92));
  EXPECT_EQ(shape.descriptor.axis_neuron, 16U);
  EXPECT_EQ(shape.descriptor.precision, potential::Precision::float32);
  EXPECT_EQ(shape.descriptor.activation.kind, potential::Activation::Kind::gelu);
  EXPECT_EQ(input.model.descriptor_seed, 5U);
  EXPECT_EQ(input.model.fitting_seed, 6U);
  EXPECT_THAT(shape.fitting.trainable, ElementsAre(true, false, true));
  EXPECT_THAT(shape.fitting.atom_ener, ElementsAre(std::optional(-1.5), std::nullopt));
  EXPECT_THAT(input.model.preset_out_bias, ElementsAre(std::nullopt, std::optional(2.0)));
  EXPECT_EQ(input.options.loss.virial.limit, 1);
  EXPECT_EQ(input.options.loss.relative_f, 0.5);
  EXPECT_EQ(input.options.rate.kind, train::RateOptions::Kind::cosine);
  EXPECT_DOUBLE_EQ(input.options.rate.stop, 2e-5);
  EXPECT_EQ(input.options.steps, 1000U);
  EXPECT_EQ(input.options.rate.warmup_steps, 100U);
  EXPECT_TRUE(input.options.adam.decoupled_decay);
  EXPECT_EQ(input.options.adam.weight_decay, 1e-3);
  EXPECT_EQ(input.options.adam.gradient_max_norm, 2);
  EXPECT_EQ(input.options.seed, 9U);
  EXPECT_TRUE(input.options.display_average);
  EXPECT_EQ(input.options.batch.kind, train::BatchRule::Kind::at_most_atoms);
  EXPECT_EQ(input.options.batch.atoms, 64U);
  ASSERT_EQ(input.options.sampling.blocks.size(), 2U);
  EXPECT_EQ(input.options.sampling.blocks[1].begin, 2U);
  EXPECT_EQ(input.options.sampling.blocks[1].weight, 1.5);
  ASSERT_TRUE(input.validation.has_value());
  EXPECT_THAT(input.options.validation_batch.sizes, ElementsAre(1, 2));
  EXPECT_EQ(input.options.validation_batches, 4U);
  EXPECT_THAT(input.options.validation_sampling.probabilities, ElementsAre(0.25, 0.75));
}

TEST_F(Input, UnknownKeysAreRefusedWithLineAndNearest) {
  EXPECT_EQ(refusal_of_text(R"({
  "model": {
    "type_map": ["O"],
    "descriptor": {"type": "se_e2_a",
      "rcut_smooth": 0.5},
    "fitting_net": {}
  },
  "training": {"training_data": {"systems": "data"}, "numb_steps": 1}
})"),
            "input.json:5: model.descriptor.rcut_smooth is unknown, did you mean 'rcut_smth'?");
  EXPECT_THAT(refusal(with("/training/disp_frq", 10)),
              HasSubstr("training.disp_frq is unknown, did you mean 'disp_freq'?"));
  EXPECT_THAT(refusal(with("/training/training_data/system", "x")),
              HasSubstr("training.training_data.system is unknown, did you mean 'systems'?"));
  EXPECT_THAT(refusal(with("/trainings", json::object())), HasSubstr("did you mean 'training'?"));
  EXPECT_EQ(refusal(with("/training/_disp_frq", 10)), "accepted");
  EXPECT_THAT(
      refusal(with("/validating/full_val", true)),
      HasSubstr("validating.full_val is unknown; the nearest known key is 'full_val_file'"));
  EXPECT_THAT(refusal(with("/nvnmd/vers", 1)), HasSubstr("the nearest known key is 'version'"));
  // Where nothing is near enough to be meant, the nearest is named all the same.
  EXPECT_THAT(refusal(with("/optimizer/beta1", 0.5)),
              HasSubstr("optimizer.beta1 is unknown; the nearest known key is 'adam_beta1'"));
}

TEST_F(Input, MissingKeysHaveTheLineOfTheirSectionAndTheKeyThatWasMeant) {
  EXPECT_EQ(refusal_of_text(R"({
  "model": {"type_map": ["O"], "descriptor": {"type": "se_e2_a"}, "fitting_net": {}},
  "training": {
    "training_data": {"batch_size": 1}, "numb_steps": 1}
})"),
            "input.json:4: training.training_data.systems is missing: the folders of the data");
  json j = minimal();
  j["training"]["validation_data"] = {{"system", "data"}};
  EXPECT_THAT(refusal(j),
              HasSubstr("training.validation_data.system is unknown, did you mean 'systems'?"));
}

TEST_F(Input, KnownKeysWithoutSupportAreRefusedByName) {
  EXPECT_THAT(
      refusal(with("/model/descriptor/type", "se_atten")),
      HasSubstr("model.descriptor.type = \"se_atten\" is not supported, Vitrion has: se_e2_a"));
  EXPECT_THAT(refusal(with("/model/descriptor/type", "se_e2a")),
              HasSubstr("did you mean 'se_e2_a'?"));
  EXPECT_THAT(refusal(with("/model/fitting_net/numb_fparam", 2)), HasSubstr("numb_fparam = 2"));
  EXPECT_THAT(refusal(with("/model/use_srtab", "zbl.table")), HasSubstr("model.use_srtab"));
  EXPECT_THAT(refusal(with("/loss/start_pref_gf", 1)), HasSubstr("loss.start_pref_gf = 1"));
  EXPECT_THAT(refusal(with("/optimizer/type", "LKF")), HasSubstr("\"LKF\" is not supported"));
  EXPECT_THAT(refusal(with("/learning_rate/type", "wsd")), HasSubstr("\"wsd\" is not supported"));
  EXPECT_THAT(refusal(with("/training/enable_ema", true)), HasSubstr("training.enable_ema = true"));
  EXPECT_THAT(refusal(with("/training/training_data/batch_size", "mixed:3")), HasSubstr("mixed:N"));
}

TEST_F(Input, KnownKeysAtTheirDefaultOrWithoutEffectAreAccepted) {
  json j = minimal();
  j["model"]["fitting_net"] = json::parse(R"({"type": "ener", "numb_fparam": 0, "numb_aparam": 0,
    "use_aparam_as_mask": false, "layer_name": null, "dim_case_embd": 0})");
  j["model"]["data_bias_nsample"] = 10;
  j["loss"] =
      json::parse(R"({"start_pref_gf": 0.0, "numb_generalized_coord": 0, "start_pref_h": 0})");
  j["training"].update(json::parse(R"({"numb_test": 10, "tensorboard": false, "time_training": true,
    "profiling_file": "x.json", "zero_stage": 0})"));
  EXPECT_EQ(refusal(j), "accepted");
  const std::vector<std::string> notes = read(j).notes;
  EXPECT_THAT(notes, ::testing::Contains(HasSubstr("training.numb_test has no effect here")));
}

TEST_F(Input, OptimizerKeysOfVersionThreeOneMove) {
  json j = minimal();
  j["training"].update(
      json::parse(R"({"opt_type": "AdamW", "adam_beta1": 0.8, "kf_blocksize": 5120})"));
  const DeepmdInput input = read(j);
  EXPECT_TRUE(input.options.adam.decoupled_decay);
  EXPECT_EQ(input.options.adam.beta1, 0.8);
  EXPECT_THAT(input.notes,
              ::testing::Contains(HasSubstr("optimizer.kf_blocksize has no effect here")));
  EXPECT_THAT(refusal(with("/training/opt_type", "LKF")),
              HasSubstr("optimizer.type = \"LKF\" is not supported"));
  j["optimizer"] = {{"type", "Adam"}};
  EXPECT_THAT(refusal(j), HasSubstr("training.opt_type is set under optimizer too"));
}

TEST_F(Input, IdleSectionsAreAcceptedAtTheirDefaults) {
  json j = minimal();
  j["validating"] =
      json::parse(R"({"full_validation": false, "validation_freq": 5000, "save_best": true,
    "max_best_ckpt": 1, "validation_metric": "E:MAE", "full_val_file": "val.log",
    "full_val_start": 0.5})");
  j["nvnmd"] = json::parse(R"({"enable": false, "version": 0, "max_nnei": 128, "net_size": 128})");
  j["learning_rate"] = json::parse(R"({"type": "cosine", "decay_steps": 5000, "smooth": true})");
  EXPECT_EQ(refusal(j), "accepted");
  EXPECT_THAT(refusal(with("/validating/full_validation", true)), HasSubstr("only false"));
}

TEST_F(Input, WrongValuesAreNamed) {
  EXPECT_THAT(refusal(with("/model/descriptor/rcut", "6")),
              HasSubstr("model.descriptor.rcut = \"6\" must be a number"));
  EXPECT_THAT(refusal(with("/model/descriptor/rcut_smth", 7)), HasSubstr("below rcut = 6 A"));
  EXPECT_THAT(refusal(with("/model/descriptor/sel", {1, 2, 3})),
              HasSubstr("3 entries for 2 types"));
  EXPECT_THAT(refusal(with("/model/descriptor/sel", "auto:x")), HasSubstr("auto:factor"));
  EXPECT_THAT(refusal(with("/model/descriptor/activation_function", "tahn")), HasSubstr("tanh"));
  EXPECT_THAT(refusal(with("/model/descriptor/axis_neuron", 50)), HasSubstr("must not exceed"));
  EXPECT_THAT(refusal(with("/training/numb_steps", 0)), HasSubstr("must be at least 1"));
  EXPECT_THAT(refusal(with("/training/numb_epoch", 3)), HasSubstr("alternatives"));
  EXPECT_THAT(refusal(with("/training/stop_batch", 3)), HasSubstr("same key"));
  EXPECT_THAT(refusal(with("/loss/start_pref_e", -1)), HasSubstr("must not be negative"));
  EXPECT_THAT(refusal_of_text("{\"model\": {,}}"), HasSubstr("input.json: not valid JSON: "));
  EXPECT_THAT(refusal(with("/training/numb_steps", 1e300)), HasSubstr("must be a whole number"));
  EXPECT_THAT(refusal(with("/model/type_map", {"O", "O"})), HasSubstr("holds \"O\" twice"));
  EXPECT_THAT(refusal(with("/learning_rate/start_lr", -1)), HasSubstr("= -1 must be positive"));
  EXPECT_THAT(refusal(with("/learning_rate/stop_lr_ratio", -1)), HasSubstr("not be negative"));
  EXPECT_THAT(refusal_of_text("[1]"), HasSubstr("must hold a JSON object"));
}

TEST_F(Input, VersionOneIsConverted) {
  json j = minimal();
  j["training"] = json::parse(R"({"systems": ["a"], "set_prefix": "set", "batch_size": 2,
    "stop_batch": 10000, "seed": 1, "numb_test": 5})");
  j["learning_rate"] =
      json::parse(R"({"type": "exp", "start_lr": 0.001, "decay_steps": 5000, "decay_rate": 0.95})");
  const DeepmdInput input = read(j);
  EXPECT_THAT(input.training.systems, ElementsAre("a"));
  EXPECT_THAT(input.options.batch.sizes, ElementsAre(2));
  EXPECT_NEAR(input.options.rate.stop, 0.001 * 0.95 * 0.95, 1e-18);  // two intervals; rounding
  EXPECT_FALSE(input.options.rate.decay_rate.has_value());
  EXPECT_THAT(input.notes, ::testing::Contains(HasSubstr("DeePMD-kit 1")));
  EXPECT_THAT(refusal(json::parse(R"({"use_smooth": true})")), HasSubstr("DeePMD-kit 0.x"));
}

TEST_F(Input, DefinitionTakesTheSelThatTheDataGave) {
  const DeepmdInput input = read(minimal());
  const json definition = json::parse(definition_with_sel(input.model.shape.definition, {8, 12}));
  EXPECT_EQ(definition["descriptor"]["sel"], json::parse("[8, 12]"));
  EXPECT_EQ(definition["type_map"], json::parse(R"(["O", "H"])"));
}

TEST(JsonLines, FindsKeysInNestedObjectsAndArrays) {
  const auto lines =
      json_key_lines("{\n\"a\": [1, \"b:\", {\n\"c\": \"}\\\"\"}],\n\"d\": {\"e\": 2}}");
  EXPECT_EQ(lines.at("a"), 2);
  EXPECT_EQ(lines.at("a.c"), 3);
  EXPECT_EQ(lines.at("d"), 4);
  EXPECT_EQ(lines.at("d.e"), 4);
  EXPECT_EQ(lines.size(), 4U);
}

}  // namespace
}  // namespace vitrion::formats
