// The pair style: LAMMPS's atoms and lists in, the potential's energy, forces and virial out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "edges/lammps/deviation_file.hpp"
#include "edges/lammps/lammps_headers.hpp"
#include "edges/lammps/model_set.hpp"
#include "edges/lammps/neighbour_rows.hpp"
#include "edges/lammps/pair_settings.hpp"

namespace vitrion::lammps {

/// pair_style vitrion, and deepmd by its other name; they differ in the precision that an unset
/// keyword means. No exception leaves a member: errors are collected from all ranks and handed to
/// error->all.
///
/// It turns Newton's third law off for pairs: a half list then holds every pair of each local atom,
/// ghosts included, whatever the `newton` command says. Forces on ghosts are summed here, before
/// LAMMPS sees them.
class PairVitrion : public LAMMPS_NS::Pair {
 public:
  PairVitrion(LAMMPS_NS::LAMMPS* lammps, std::optional<potential::Precision> default_precision);
  ~PairVitrion() override;

  void settings(int narg, char** arg) override;
  void coeff(int narg, char** arg) override;
  void init_style() override;
  double init_one(int i, int j) override;
  void compute(int eflag, int vflag) override;
  void* extract(const char* name, int& dimension) override;

  // A restart file keeps the style's name alone; reading one makes the deviation file go on.
  void write_restart(FILE*) override {}
  void read_restart(FILE*) override;
  void read_restart_settings(FILE*) override { restarted_ = true; }

  int pack_reverse_comm(int n, int first, double* buffer) override;
  void unpack_reverse_comm(int n, int* atoms, double* buffer) override;

 private:
  /// What ghosts send home in a reverse communication.
  enum class Sending { forces, atom_virial };
  /// What one rank tells all others at each step.
  struct News {
    bool overflow = false;    ///< more neighbours than sel
    bool lone_atoms = false;  ///< an atom without neighbours
  };

  void allocate();
  /// Marks all pairs of types as having coefficients (1) or not (0).
  void set_flags(int value);
  void require_metal_units() const;
  [[nodiscard]] std::size_t threads() const;
  /// Ends the run everywhere through error->all if `trouble` is not empty on some rank, with the
  /// text of the lowest such rank. @return what holds on some rank.
  News agree(const std::string& trouble, News news) const;
  void agree(const std::string& trouble) const { agree(trouble, News()); }

  // pair_compute.cpp
  /// Energies and forces of the first `models` models from this rank's atoms.
  void evaluate(std::size_t models);
  void rebuild_rows();
  /// Adds what ghosts received to the atoms that they are images of.
  void send_home(Sending what, std::size_t models);
  /// Hands the first model's result to LAMMPS.
  void tally();

  // pair_deviation.cpp
  void write_deviation();
  /// The values of all ranks' atoms in the order of their IDs, on rank 0; nothing elsewhere.
  [[nodiscard]] std::vector<double> gathered_by_tag(const std::vector<double>& mine) const;

  // pair_watch.cpp
  [[nodiscard]] bool any_alone() const;
  /// @throws Error naming the step, the atom and the reason if an atom lost its neighbours.
  void require_neighbours() const;
  /// The same for a force that is not finite.
  void require_finite(std::size_t models) const;
  /// Names the atom that is the likely cause.
  [[nodiscard]] std::string explosion_text(const potential::Result& result) const;
  [[nodiscard]] std::string atom_text(int i) const;
  /// Warnings of the first step of a run, and of the first step above sel.
  void warn(News news, std::size_t models);

  std::optional<potential::Precision> default_precision_;
  PairSettings settings_;
  std::unique_ptr<ModelSet> models_;
  NeighbourRows rows_;
  DeviationFile deviation_file_;
  double** scale_ = nullptr;      ///< (types+1, types+1); one number for all, for fix adapt
  double largest_deviation_ = 0;  ///< eV/A at the last look: `compute ID all pair vitrion` reads it
  bool restarted_ = false;
  bool may_be_alone_ = false;  ///< some atom had no neighbour when the run began
  bool warned_of_overflow_ = false;
  LAMMPS_NS::bigint built_ = -1;  ///< LAMMPS's count of list builds that rows_ belongs to
  Sending sending_ = Sending::forces;
  std::size_t sending_models_ = 1;
};

}  // namespace vitrion::lammps
