// Model files: written and read back bit for bit, DeePMD-kit's own files read, foreign and broken
// ones refused by name.
#include "edges/formats/model/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/model/dictionary.hpp"
#include "edges/formats/model/hdf5.hpp"
#include "edges/formats/model/yaml.hpp"
#include "edges/formats/support.hpp"
#include "places.hpp"
#include "potential/random_model.hpp"

namespace vitrion::formats {
namespace {

using potential::Model;
using potential::random_model;
using testing::HasSubstr;

std::string golden(const std::string& name) {
  return std::string(VITRION_TEST_DATA) + "/golden/" + name;
}

/// All that a file holds of a model, as bytes.
std::string bytes_of(const Model& model) {
  return format_dp(dictionary_of(model));
}

TEST(ModelFile, EveryVariantComesBackBitForBit) {
  const TemporaryFolder folder;
  for (const potential::Variant& variant : potential::model_variants()) {
    Model model = random_model(variant.options, 8);
    model.min_nbor_dist = 0.875;
    model.fitting.trainable.assign(model.fitting.neuron.size() + 1, true);
    model.fitting.trainable.back() = false;
    for (const char* name : {"model.dp", "model.yaml"}) {
      write_model(folder / name, model);
      const Model back = read_model(folder / name);
      // the definition is made up when a model has none: from then on it is carried
      model.definition = back.definition;
      EXPECT_EQ(bytes_of(back), bytes_of(model)) << variant.name << " " << name;
      model.definition.clear();
    }
  }
}

TEST(ModelFile, SinglePrecisionIsStoredAsSuch) {
  potential::RandomModelOptions options;
  options.precision = potential::Precision::float32;
  const ModelDictionary dictionary = dictionary_of(random_model(options, 8));
  const auto& model = dictionary.tree["model"];
  const auto variable = [&](const nlohmann::ordered_json& name) {
    return dictionary.arrays.at(name.get<std::string>());
  };
  EXPECT_TRUE(variable(model["descriptor"]["@variables"]["davg"]).single);
  EXPECT_FALSE(variable(model["@variables"]["out_bias"]).single);
  EXPECT_EQ(model["fitting"]["precision"], "float32");
}

TEST(ModelFile, DeepmdKitsFileIsReadAndItsDefinitionCarried) {
  const Model model = read_model(golden("napso_two_side/initial.dp"));
  EXPECT_EQ(model.type_map, (std::vector<std::string>{"Na", "P", "S", "O"}));
  EXPECT_EQ(model.descriptor.sel, (std::vector<int>{40, 20, 40, 20}));
  EXPECT_EQ(model.descriptor.rcut_smth, 2.0);
  EXPECT_FALSE(model.descriptor.type_one_side);
  EXPECT_TRUE(model.fitting.nets[0].layers[1].resnet);
  EXPECT_FALSE(model.fitting.nets[0].layers[1].idt.empty());
  EXPECT_TRUE(model.fitting.nets[0].layers[0].idt.empty());
  EXPECT_THAT(model.definition, HasSubstr("\"axis_neuron\":4"));
  EXPECT_EQ(bytes_of(model), bytes_of(read_model(golden("napso_two_side/initial.dp"))));
}

TEST(ModelFile, YamlAliasesAndPlainWordsAreUnderstood) {
  // PyYAML writes a list that stands in two places once, with an alias for the second
  const ModelDictionary dictionary = parse_model_yaml(
      "a: &id1 [Na, 'no', 1, 2.0, 1.5e-03, null, true, .inf]\nb: *id1\n", "m.yaml");
  EXPECT_EQ(dictionary.tree["b"], dictionary.tree["a"]);
  EXPECT_TRUE(dictionary.tree["a"][0].is_string());
  EXPECT_TRUE(dictionary.tree["a"][1].is_string());
  EXPECT_TRUE(dictionary.tree["a"][2].is_number_integer());
  EXPECT_TRUE(dictionary.tree["a"][3].is_number_float());
  EXPECT_EQ(dictionary.tree["a"][4], 1.5e-3);
  EXPECT_TRUE(dictionary.tree["a"][5].is_null());
  EXPECT_TRUE(dictionary.tree["a"][6].is_boolean());
}

TEST(ModelFile, ForeignBackEndsAreRefusedWithTheLineThatConverts) {
  const auto read = [](const std::string& path) { return [path] { (void)read_model(path); }; };
  EXPECT_THAT(error_of(read("graph.pb")), HasSubstr("dp convert-backend graph.pb graph.dp"));
  EXPECT_THAT(error_of(read("a/m.pth")), HasSubstr("dp convert-backend a/m.pth a/m.dp"));
  EXPECT_THAT(error_of(read("m.savedmodel/")), HasSubstr("dp convert-backend m.savedmodel m.dp"));
  EXPECT_THAT(error_of(read("m.txt")), HasSubstr("ends in .dp, .yaml or .yml"));
}

/// Reads the two-sided test model after a change of its tree; gives the error.
std::string error_after(const std::function<void(ModelDictionary&)>& change) {
  ModelDictionary dictionary = dictionary_of(random_model({}, 8));
  change(dictionary);
  return error_of([&] { (void)model_of(dictionary, "m.dp"); });
}

TEST(ModelFile, ForeignModelsAndSettingsAreRefusedByName) {
  struct Fault {
    std::string message;
    std::function<void(ModelDictionary&)> change;
  };
  const auto descriptor = [](ModelDictionary & d) -> auto& {
    return d.tree["model"]["descriptor"];
  };
  const auto fitting = [](ModelDictionary & d) -> auto& {
    return d.tree["model"]["fitting"];
  };
  const std::vector<Fault> faults = {
      {"m.dp: this is a se_atten model; Vitrion reads se_e2_a",
       [&](auto& d) { descriptor(d)["type"] = "se_atten"; }},
      {"m.dp: this is a dpa1 (se_atten) model; Vitrion reads se_e2_a",
       [&](auto& d) { descriptor(d)["type"] = "dpa1"; }},
      {"m.dp: this is a hybrid model", [&](auto& d) { descriptor(d)["type"] = "hybrid"; }},
      {"m.dp: this is a model of type 'zbl'", [](auto& d) { d.tree["model"]["type"] = "zbl"; }},
      {"this model predicts 'dipole'", [&](auto& d) { fitting(d)["type"] = "dipole"; }},
      {"this model predicts 'property'",
       [&](auto& d) {
         fitting(d)["type"] = "property";
         fitting(d)["@version"] = 5;
       }},
      {"m.dp: model.fitting.numb_fparam = 2 is not supported",
       [&](auto& d) { fitting(d)["numb_fparam"] = 2; }},
      {"m.dp: model.fitting.dim_case_embd = 3 is not supported",
       [&](auto& d) { fitting(d)["dim_case_embd"] = 3; }},
      {"m.dp: model.fitting.mixed_types = true is not supported",
       [&](auto& d) { fitting(d)["mixed_types"] = true; }},
      {"m.dp: model.descriptor.spin = {\"use_spin\":[true]} is not supported",
       [&](auto& d) {
         descriptor(d)["spin"] = {{"use_spin", {true}}};
       }},
      {"m.dp: model.descriptor.env_mat.use_exp_switch = true is not supported",
       [&](auto& d) { descriptor(d)["env_mat"]["use_exp_switch"] = true; }},
      {"m.dp: model.use_srtab = \"table.txt\" is not supported",
       [](auto& d) { d.tree["model"]["use_srtab"] = "table.txt"; }},
      {"m.dp: model.descriptor.@version = 9 is newer than this program knows (1 .. 3)",
       [&](auto& d) { descriptor(d)["@version"] = 9; }},
      {"m.dp: model.descriptor.precision = float16 is not supported",
       [&](auto& d) { descriptor(d)["precision"] = "float16"; }},
      {"m.dp: model.descriptor.activation_function is refused: activation function 'tahn'",
       [&](auto& d) { descriptor(d)["activation_function"] = "tahn"; }},
      {"m.dp: model.descriptor.rcut is missing", [&](auto& d) { descriptor(d).erase("rcut"); }},
      {"m.dp: model.descriptor.rcut = \"6\" must be a number",
       [&](auto& d) { descriptor(d)["rcut"] = "6"; }},
      {"m.dp: model.descriptor.@variables.davg has shape (1), needs (3, 64, 4)",
       [&](auto& d) {
         d.arrays[descriptor(d)["@variables"]["davg"].template get<std::string>()] = {
             {1}, {0}, false};
       }},
      {"m.dp: model.descriptor.@variables.dstd differs between the slots",
       [&](auto& d) {
         d.arrays[descriptor(d)["@variables"]["dstd"].template get<std::string>()].values[4] += 1;
       }},
      {"m.dp: model.descriptor.@variables.davg = \"/nowhere\" names no array",
       [&](auto& d) { descriptor(d)["@variables"]["davg"] = "/nowhere"; }},
      {"m.dp: model.descriptor.embeddings.networks[1] is missing",
       [&](auto& d) { descriptor(d)["embeddings"]["networks"][1] = nullptr; }},
      {"m.dp: descriptor.axis_neuron = 99 must be in 1 .. 16",
       [&](auto& d) { descriptor(d)["axis_neuron"] = 99; }},
      {"m.dp: holds no model", [](auto& d) { d.tree.erase("model"); }},
  };
  for (const Fault& fault : faults) {
    EXPECT_THAT(error_after(fault.change), HasSubstr(fault.message));
  }
}

TEST(ModelFile, SettingsWithoutEffectAreAccepted) {
  ModelDictionary dictionary = dictionary_of(random_model({}, 8));
  dictionary.tree["model"]["fitting"]["default_fparam"] = nullptr;
  dictionary.tree["model"]["fitting"]["dim_case_embd"] = 0;
  dictionary.tree["model"]["descriptor"]["env_mat"]["use_exp_switch"] = false;
  EXPECT_NO_THROW((void)model_of(dictionary, "m.dp"));
}

TEST(ModelFile, ACompressedModelCountsOnlyWithItsWeights) {
  const auto compress = [](ModelDictionary & d) -> auto& {
    auto& descriptor = d.tree["model"]["descriptor"];
    descriptor["@version"] = 3;
    descriptor["compress"] = {{"@variables", {{"compress_data", nlohmann::ordered_json::array()}}}};
    return descriptor;
  };
  ModelDictionary with = dictionary_of(random_model({}, 8));
  compress(with);
  EXPECT_EQ(bytes_of(model_of(with, "m.dp")), bytes_of(random_model({}, 8)));
  const std::string error = error_after([&](ModelDictionary& d) {
    for (auto& network : compress(d)["embeddings"]["networks"])
      network["layers"] = nlohmann::ordered_json::array();
  });
  EXPECT_THAT(error, HasSubstr("the weights of the embedding are gone"));
}

TEST(ModelFile, ACutFileGivesOneErrorWithItsName) {
  const TemporaryFolder folder;
  const std::string whole = read_whole_file(golden("small_cell/initial.dp"));
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, std::size_t{600}, whole.size() / 2, whole.size() - 1}) {
    const std::string path = folder.file("cut.dp", std::string_view(whole).substr(0, size));
    EXPECT_TRUE(error_of([&] { (void)read_model(path); }).starts_with(path)) << size;
  }
  const std::string yaml = format_model_yaml(dictionary_of(random_model({}, 8)));
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{30}, yaml.size() / 2, yaml.size() - 100}) {
    const std::string path = folder.file("cut.yaml", std::string_view(yaml).substr(0, size));
    EXPECT_TRUE(error_of([&] { (void)read_model(path); }).starts_with(path)) << size;
  }
}

TEST(ModelFile, DamagedBytesNeverCrash) {
  // each 397th byte flipped in turn: any error is an InputError that names the file, or the damage
  // is harmless
  const std::string whole = format_dp(dictionary_of(read_model(golden("small_cell/initial.dp"))));
  for (std::size_t at = 0; at < whole.size(); at += 397) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    try {
      (void)model_of(parse_dp(damaged, "damaged.dp"), "damaged.dp");
    } catch (const InputError& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("damaged.dp"))
          << at << ": " << error.what();
    }
  }
}

TEST(ModelFile, AFullDiskLeavesTheOldFile) {
  const TemporaryFolder folder;
  const Model model = random_model({}, 8);
  write_model(folder / "model.dp", model);
  EXPECT_THROW(write_model(folder / "no/such/folder/model.dp", model), InputError);
  EXPECT_EQ(bytes_of(read_model(folder / "model.dp")).size(), bytes_of(model).size());
  EXPECT_THROW(write_model(folder / "model.pb", model), InputError);
}

}  // namespace
}  // namespace vitrion::formats
