// Neighbour rows of a rank's atoms: LAMMPS's half list made full once a build, cut to the cutoff
// each step.
#pragma once

#include <span>
#include <vector>

#include "base/vec3.hpp"

namespace vitrion::lammps {

/// LAMMPS keeps pairs within cutoff + skin, each pair of local atoms once. Here each local atom
/// gets all of its neighbours, and a step's rows hold only those within the cutoff: the skin is
/// more than half of a list.
class NeighbourRows {
 public:
  /// Starts a new list for `locals` atoms; then every pair is counted, the rows are laid out, and
  /// every pair is put, in the same order.
  void begin(std::size_t locals);
  /// `i` is local; `j` may be a ghost.
  void count(int i, int j);
  void lay_out();
  void put(int i, int j);

  /// Rows of this step from the positions of all atoms (locals, then ghosts), A. Allocates nothing.
  void update(std::span<const Vec3> positions, double cutoff);

  [[nodiscard]] std::size_t locals() const { return first_.size() - 1; }
  [[nodiscard]] std::span<const std::size_t> first() const { return first_; }  ///< (N+1)
  [[nodiscard]] std::span<const int> index() const { return {index_.data(), first_.back()}; }
  /// (M) r_j - r_i in A
  [[nodiscard]] std::span<const Vec3> displacement() const {
    return {displacement_.data(), first_.back()};
  }
  [[nodiscard]] bool alone(std::size_t i) const { return first_[i] == first_[i + 1]; }

 private:
  std::vector<std::size_t> near_first_{0};  ///< (N+1) rows with the skin
  std::vector<std::size_t> filled_;         ///< (N) next free place while rows are filled
  std::vector<int> near_index_;
  std::vector<std::size_t> first_{0};
  std::vector<int> index_;
  std::vector<Vec3> displacement_;
};

}  // namespace vitrion::lammps
