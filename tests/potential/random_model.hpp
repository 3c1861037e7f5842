// Models with random weights and frames with random atoms for tests: the same seed, the same
// numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "potential/model.hpp"
#include "structures/frame.hpp"

namespace vitrion::potential {

/// What a test wants of a model; everything else is drawn.
struct RandomModelOptions {
  std::vector<int> sel = {24, 20, 20};  ///< one entry per type; the types are named A, B, C, ...
  double rcut = 4.5;
  double rcut_smth = 2.0;
  std::vector<std::size_t> neuron = {4, 8, 16};
  std::size_t axis_neuron = 3;
  std::vector<std::size_t> fitting_neuron = {7, 7, 7};
  bool type_one_side = false;
  bool embedding_resnet_dt = false;
  bool fitting_resnet_dt = true;
  std::string activation = "tanh";
  std::string fitting_activation = "tanh";
  Precision precision = Precision::float64;
  bool set_davg_zero = false;
  double env_protection = 0;
  std::vector<TypePair> exclude_types;
  std::vector<TypePair> pair_exclude_types;
  std::vector<int> atom_exclude_types;
  std::vector<int> fitting_exclude_types;
  std::vector<std::optional<double>> atom_ener;
  double weight_scale = 1;  ///< times the usual 1 / sqrt(in + out)
};

/// Weights as DeePMD-kit draws them, N(0, 1/(in+out)) and biases N(0, 1), so that the nets are far
/// from linear; idt spread around 0.5 so that an error in it shows. Valid by Model::validate().
[[nodiscard]] Model random_model(const RandomModelOptions& options, std::uint64_t seed);

/// `counts` atoms of the types A, B, C, ..., mixed, no two closer than `distance` (A), images
/// counted. Without a cell they stand in a box of the size of `rows` with open boundaries.
[[nodiscard]] structures::Frame random_frame(const std::vector<int>& counts, const Mat3& rows,
                                             bool periodic, double distance, std::uint64_t seed);

/// A model and what it is for.
struct Variant {
  std::string name;  ///< a word for test names
  RandomModelOptions options;
  bool drops = false;  ///< sel is too small for the test frames
};

/// Each option of section 3 of the model's definition at least once: sidedness, activations, time
/// steps, exclusions, vacuum energies, skips in unusual places, sel that is too small.
[[nodiscard]] const std::vector<Variant>& model_variants();

struct NamedFrame {
  std::string name;
  structures::Frame frame;
};

/// For models of three types: a periodic cell, one smaller than the cutoff with many images, an
/// open cluster; one atom of a type, a type without atoms.
[[nodiscard]] const std::vector<NamedFrame>& test_frames();

/// Those on which a variant is defined: an atom's own images come in pairs at equal distance, and
/// which of a pair is dropped when sel is too small is anybody's choice.
[[nodiscard]] std::vector<NamedFrame> frames_for(const Variant& variant);

inline void PrintTo(const Variant& variant, std::ostream* out) {
  *out << variant.name;
}

}  // namespace vitrion::potential
