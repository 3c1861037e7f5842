// The deep potential se_e2_a as data: hyperparameters, statistics and the weights of its networks.
// Zhang et al., NeurIPS 2018 (arXiv:1805.09003); symbols and defaults as in DeePMD-kit 3.1.3.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vitrion::potential {

enum class Precision { float64, float32 };

/// Activation functions of DeePMD-kit; `threshold` is the parameter of silut alone.
struct Activation {
  enum class Kind { tanh, relu, relu6, softplus, sigmoid, gelu, silu, silut, linear };
  Kind kind = Kind::tanh;
  double threshold = 3.0;
  bool operator==(const Activation&) const = default;
};

/// z = act(x W + b) * idt, plus x (out = in) or concat(x, x) (out = 2 in) where `skip` says so.
struct Layer {
  std::size_t in = 0;
  std::size_t out = 0;
  std::vector<double> w;    ///< (in, out), row-major
  std::vector<double> b;    ///< (out), or empty
  std::vector<double> idt;  ///< (out), or empty
  Activation activation;
  /// The layer asks for a skip connection; it acts only where out = in or out = 2 in.
  bool resnet = false;
};

struct Network {
  std::vector<Layer> layers;
};

/// A pair (a, b) of species excluded both ways.
using TypePair = std::pair<int, int>;

/// Environment matrix, embedding and descriptor D = (G^T R)(G^T R)_<^T.
struct Descriptor {
  double rcut = 6.0;       ///< A
  double rcut_smth = 0.5;  ///< A, below rcut
  std::vector<int> sel;    ///< (types) slots for neighbours of each type
  std::vector<std::size_t> neuron = {10, 20, 40};
  std::size_t axis_neuron = 4;
  bool resnet_dt = false;
  bool type_one_side = false;
  Activation activation;
  Precision precision = Precision::float64;
  std::vector<TypePair> exclude_types;
  double env_protection = 0.0;
  bool set_davg_zero = false;
  bool trainable = true;

  /// Per centre type: davg = [mean_r, 0, 0, 0], dstd = [std_r, std_a, std_a, std_a].
  std::vector<std::array<double, 4>> davg;
  std::vector<std::array<double, 4>> dstd;
  /// One-sided: [neighbour]; two-sided: [centre + neighbour * types].
  std::vector<Network> embeddings;

  [[nodiscard]] std::size_t slots() const;  ///< sum of sel
  [[nodiscard]] std::size_t width() const;  ///< ng, the last embedding layer
  [[nodiscard]] std::size_t size() const;   ///< ng * axis_neuron
  [[nodiscard]] const Network& embedding(int centre, int neighbour) const;
  [[nodiscard]] bool excludes(int centre, int neighbour) const;
};

/// One network per centre type: E_i = net(D_i) + bias_atom_e[t] (- net(0) where vacuum energies are
/// given).
struct Fitting {
  std::vector<std::size_t> neuron = {120, 120, 120};
  bool resnet_dt = true;
  Activation activation;
  Precision precision = Precision::float64;
  std::vector<std::optional<double>> atom_ener;  ///< eV, empty where none is fixed
  std::vector<double> bias_atom_e;               ///< (types) eV
  std::vector<int> exclude_types;
  std::vector<bool> trainable;  ///< per layer; empty means all
  std::vector<Network> nets;    ///< (types)

  [[nodiscard]] bool excludes(int type) const;
  /// Whether net(0) is subtracted: where a vacuum energy is given, and for types beyond the list's
  /// end.
  [[nodiscard]] bool removes_vacuum(int type) const;
};

struct Model {
  std::vector<std::string> type_map;
  Descriptor descriptor;
  Fitting fitting;
  std::vector<double> out_bias;  ///< (types) eV
  std::vector<double> out_std;   ///< (types)
  std::vector<int> atom_exclude_types;
  std::vector<TypePair> pair_exclude_types;
  std::optional<double> min_nbor_dist;  ///< A, smallest distance in the training data
  /// The model section of the training input, as JSON text: carried from file to file.
  std::string definition;

  [[nodiscard]] std::size_t types() const { return type_map.size(); }
  [[nodiscard]] bool excludes_pair(int a, int b) const;
  [[nodiscard]] bool excludes_atom(int type) const;
  /// Checks all shapes and ranges. @throws InputError naming the key, its value and the rule.
  void validate() const;
};

/// Parses "tanh", "silut:3.0", ... @throws InputError with the nearest known name.
[[nodiscard]] Activation parse_activation(const std::string& name);
[[nodiscard]] std::string activation_name(const Activation& activation);

}  // namespace vitrion::potential
