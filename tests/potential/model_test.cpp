// Model::validate names the key, its value and the rule.
#include "potential/model.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "base/error.hpp"
#include "potential/random_model.hpp"

namespace vitrion::potential {
namespace {

struct Fault {
  std::string message;  ///< a part of it
  std::function<void(Model&)> make;
};

TEST(Model, FaultsAreNamed) {
  const std::vector<Fault> faults = {
      {"descriptor.rcut = -1 A must be positive", [](Model& m) { m.descriptor.rcut = -1; }},
      {"descriptor.rcut_smth = 4.5 A must be in [0, descriptor.rcut = 4.5 A)",
       [](Model& m) { m.descriptor.rcut_smth = 4.5; }},
      {"descriptor.sel has 2 entries, needs 3", [](Model& m) { m.descriptor.sel.pop_back(); }},
      {"descriptor.sel: -1 must not be negative", [](Model& m) { m.descriptor.sel[0] = -1; }},
      {"descriptor.sel: the sum must be positive",
       [](Model& m) {
         m.descriptor.sel = {0, 0, 0};
       }},
      {"descriptor.axis_neuron = 17 must be in 1 .. 16",
       [](Model& m) { m.descriptor.axis_neuron = 17; }},
      {"descriptor.env_protection = -0.1 A must not be negative",
       [](Model& m) { m.descriptor.env_protection = -0.1; }},
      {"descriptor.exclude_types: type 3 must be in 0 .. 2",
       [](Model& m) {
         m.descriptor.exclude_types = {{0, 3}};
       }},
      {"descriptor.dstd[1] = 0 must be positive", [](Model& m) { m.descriptor.dstd[1][2] = 0; }},
      {"descriptor.embeddings has 8 entries, needs 9",
       [](Model& m) { m.descriptor.embeddings.pop_back(); }},
      {"descriptor.embeddings[4].layers[1] is 4 x 9, needs 4 x 8",
       [](Model& m) { m.descriptor.embeddings[4].layers[1].out = 9; }},
      {"descriptor.embeddings[0].layers[0].w[2] = nan is not finite",
       [](Model& m) {
         m.descriptor.embeddings[0].layers[0].w[2] = std::numeric_limits<double>::quiet_NaN();
       }},
      {"fitting.nets[0].layers[1].b has 6 entries, needs 7",
       [](Model& m) { m.fitting.nets[0].layers[1].b.pop_back(); }},
      {"fitting.bias_atom_e has 4 entries, needs 3",
       [](Model& m) { m.fitting.bias_atom_e.push_back(0); }},
      {"fitting.atom_ener has 4 entries, at most 3",
       [](Model& m) { m.fitting.atom_ener.resize(4); }},
      {"out_bias has 0 entries, needs 3", [](Model& m) { m.out_bias.clear(); }},
      {"pair_exclude_types: type -1 must be in 0 .. 2",
       [](Model& m) {
         m.pair_exclude_types = {{-1, 0}};
       }},
      {"type_map: 'A' stands there twice", [](Model& m) { m.type_map[2] = m.type_map[0]; }},
      {"type_map is empty", [](Model& m) { m.type_map.clear(); }},
  };
  for (const Fault& fault : faults) {
    Model model = random_model({}, 1);
    EXPECT_NO_THROW(model.validate());
    fault.make(model);
    try {
      model.validate();
      ADD_FAILURE() << "not refused: " << fault.message;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(fault.message), std::string::npos) << error.what();
    }
  }
}

TEST(Model, VacuumIsRemovedWhereAnEnergyIsGivenAndBeyondTheListsEnd) {
  // DeePMD-kit 3.1.3, pt/model/task/fitting.py: a list without a number removes nothing
  Fitting fitting;
  EXPECT_FALSE(fitting.removes_vacuum(0));
  fitting.atom_ener = {std::nullopt};
  EXPECT_FALSE(fitting.removes_vacuum(0));
  EXPECT_FALSE(fitting.removes_vacuum(1));
  fitting.atom_ener = {-1.0, std::nullopt};
  EXPECT_TRUE(fitting.removes_vacuum(0));
  EXPECT_FALSE(fitting.removes_vacuum(1));
  EXPECT_TRUE(fitting.removes_vacuum(2));
}

TEST(Model, EmbeddingsAreOrderedByNeighbourThenCentre) {
  Model model = random_model({}, 1);
  EXPECT_EQ(&model.descriptor.embedding(2, 1), &model.descriptor.embeddings[2 + 1 * 3]);
  RandomModelOptions one_side;
  one_side.type_one_side = true;
  model = random_model(one_side, 1);
  EXPECT_EQ(&model.descriptor.embedding(2, 1), &model.descriptor.embeddings[1]);
}

}  // namespace
}  // namespace vitrion::potential
