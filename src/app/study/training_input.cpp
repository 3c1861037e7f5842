#include "app/study/training_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vitrion::app {

using nlohmann::json;

namespace {

json model_section(const formats::Study& study, const MemberInput& member) {
  const formats::StudyPotential& p = study.potential;
  return {{"type_map", study.elements},
          {"descriptor",
           {{"type", "se_e2_a"},
            {"rcut", p.cutoff},
            {"rcut_smth", p.smooth},
            {"sel", member.sel},
            {"neuron", p.embedding},
            {"axis_neuron", p.axis},
            {"type_one_side", p.one_side},
            {"resnet_dt", false},
            {"precision", "float64"},
            {"seed", member.seed}}},
          {"fitting_net",
           {{"neuron", p.fitting},
            {"resnet_dt", true},
            {"precision", "float64"},
            {"seed", member.seed + 1}}}};
}

}  // namespace

json loss_section(const formats::StudyTrain& t) {
  return {{"type", "ener"},
          {"start_pref_e", t.energy[0]},
          {"limit_pref_e", t.energy[1]},
          {"start_pref_f", t.force[0]},
          {"limit_pref_f", t.force[1]},
          {"start_pref_v", t.virial[0]},
          {"limit_pref_v", t.virial[1]}};
}

json training_input(const formats::Study& study, const formats::StudyTraining& training,
                    const MemberInput& member) {
  const std::size_t steps = training.steps;
  const auto every = [steps](std::size_t share) { return std::max<std::size_t>(1, steps / share); };
  return {{"model", model_section(study, member)},
          {"learning_rate",
           {{"type", "exp"},
            {"start_lr", training.rate[0]},
            {"stop_lr", training.rate[1]},
            {"decay_steps", every(100)}}},
          {"loss", loss_section(study.train)},
          {"training",
           {{"training_data",
             {{"systems", member.systems},
              {"batch_size", fmt::format("auto:{}", study.train.batch_atoms)},
              {"auto_prob", member.sampling}}},
            {"numb_steps", steps},
            {"seed", member.seed + 2},
            {"disp_file", "lcurve.out"},
            {"disp_freq", every(100)},
            {"save_freq", every(member.saves)},
            {"save_ckpt", "model"},
            {"max_ckpt_keep", 2}}}};
}

}  // namespace vitrion::app
