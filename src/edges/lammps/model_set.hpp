// The models of one pair style: the first drives the run, the others are asked for the model
// deviation.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/threads.hpp"
#include "edges/lammps/neighbour_rows.hpp"
#include "edges/lammps/pair_settings.hpp"
#include "potential/engine.hpp"

namespace vitrion::lammps {

class ModelSet {
 public:
  /// Reads the models of `settings`. @throws InputError naming the file.
  ModelSet(PairSettings settings, std::shared_ptr<ThreadPool> threads);

  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] double cutoff() const;  ///< A, the largest of the models
  /// "m.dp (Na P S O; double, libxsmm (avx512), 2 threads)", one for each model.
  [[nodiscard]] std::vector<std::string> descriptions() const;

  /// Maps LAMMPS types by name in each model (their type maps may differ in order).
  /// @return a warning, or an empty text. @throws InputError as map_types does, and if no element
  /// is named while the models list theirs differently.
  std::string map(const std::vector<std::string>& elements, std::size_t lammps_types);
  /// Whether the first model sees LAMMPS type `type` (from 1).
  [[nodiscard]] bool sees(int type) const { return members_[0].type(type) >= 0; }
  /// Name of a LAMMPS type in the first model, "NULL" if it does not see it.
  [[nodiscard]] std::string element(int type) const;

  /// Evaluates the first `models` models; `types` are LAMMPS's, of all atoms. With `atom_virial`
  /// the first model's result carries it.
  void evaluate(const NeighbourRows& rows, std::span<const int> types, std::size_t models,
                bool atom_virial);
  /// Valid after evaluate, for k below its `models`; the caller may sum ghosts into it.
  [[nodiscard]] potential::Result& result(std::size_t k) { return members_[k].result; }

  /// Whether one of the first `models` had more neighbours of a type than sel on this rank.
  [[nodiscard]] bool overflows(std::size_t models) const;
  /// Largest counts on this rank, model by model and type by type.
  [[nodiscard]] std::vector<int> most_neighbours(std::size_t models) const;
  /// What to say when `most`, the largest of all ranks' most_neighbours, is above a sel.
  [[nodiscard]] std::string overflow_text(const std::vector<int>& most) const;

 private:
  struct Member {
    Member(std::string file, potential::Engine ready)
        : path(std::move(file)), engine(std::move(ready)) {}

    std::string path;
    potential::Engine engine;
    std::optional<potential::Engine> with_atom_virial;  ///< made when first asked for
    std::vector<int> model_type;                        ///< (LAMMPS types)
    std::vector<int> types;                             ///< (A) of the model
    potential::Result result;

    [[nodiscard]] int type(int lammps_type) const {
      return model_type[static_cast<std::size_t>(lammps_type) - 1];
    }
  };

  [[nodiscard]] potential::Engine engine_of(const potential::Model& model, bool atom_virial) const;

  PairSettings settings_;
  std::shared_ptr<ThreadPool> threads_;
  std::vector<Member> members_;
};

}  // namespace vitrion::lammps
