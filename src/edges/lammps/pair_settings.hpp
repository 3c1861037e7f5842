// What a pair_style line says, and how a pair_coeff line maps LAMMPS types to a model's types.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "potential/model.hpp"

namespace vitrion::lammps {

/// pair_style (vitrion|deepmd) MODEL... [key value ...]; the keys are DeePMD-kit's, and
/// `precision`.
struct PairSettings {
  std::vector<std::string> models;
  std::optional<potential::Precision> precision;  ///< absent: each model's own
  long out_freq = 100;                            ///< steps between rows of out_file; 0: none
  std::string out_file = "model_devi.out";
  bool atomic = false;               ///< a column per atom
  std::optional<double> relative;    ///< level l of the force deviation, eV/A
  std::optional<double> relative_v;  ///< level l of the virial deviation, eV

  /// Rows of model deviation are written at all.
  [[nodiscard]] bool writes_deviation() const { return models.size() > 1 && out_freq > 0; }
};

/// @param precision what an unset keyword means
/// @throws InputError naming the key, its value and the rule, for a key of DeePMD-kit that no
/// se_e2_a model here can use (fparam, ttm, ...), for an unknown one, and where no model is named.
[[nodiscard]] PairSettings parse_pair_style(const std::vector<std::string>& words,
                                            std::optional<potential::Precision> precision);

/// A map from LAMMPS types to a model's types, and what is worth a warning about it.
struct TypeMap {
  std::vector<int>
      model_type;       ///< (LAMMPS types) index into type_map; -1: the model does not see it
  std::string warning;  ///< empty if there is none
};

/// `elements` are the words after `pair_coeff * *`: names of type_map or NULL; none means type
/// order. Types without a word are not seen by the model, as in DeePMD-kit.
/// @throws InputError for an element that the model lacks, and for more types than it has.
[[nodiscard]] TypeMap map_types(const std::vector<std::string>& elements, std::size_t lammps_types,
                                const std::vector<std::string>& type_map);

}  // namespace vitrion::lammps
