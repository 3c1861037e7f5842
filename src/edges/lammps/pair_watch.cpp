// What the pair style watches for at each step: lone atoms, forces that are not finite, too small a
// sel.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "edges/lammps/pair_vitrion.hpp"

namespace vitrion::lammps {

namespace {

bool finite(const Vec3& v) {
  return std::isfinite(v[0] + v[1] + v[2]);
}

}  // namespace

std::string PairVitrion::atom_text(int i) const {
  const long tag = atom->tag_enable ? static_cast<long>(atom->tag[i]) : i + 1;
  return fmt::format("atom {} ({})", tag, models_->element(atom->type[i]));
}

bool PairVitrion::any_alone() const {
  for (std::size_t i = 0; i < rows_.locals(); ++i)
    if (rows_.alone(i) && models_->sees(atom->type[i])) return true;
  return false;
}

void PairVitrion::require_neighbours() const {
  for (int i = 0; i < atom->nlocal; ++i) {
    if (!rows_.alone(static_cast<std::size_t>(i)) || !models_->sees(atom->type[i])) continue;
    const double* r = atom->x[i];
    if (!finite({r[0], r[1], r[2]}))
      throw Error(fmt::format("exploded at step {}: the position of {} is not finite",
                              update->ntimestep, atom_text(i)));
    throw Error(
        fmt::format("exploded at step {}: {} at ({:.3f}, {:.3f}, {:.3f}) A has lost all its "
                    "neighbours, none is within {} A",
                    update->ntimestep, atom_text(i), r[0], r[1], r[2], models_->cutoff()));
  }
}

void PairVitrion::require_finite(std::size_t models) const {
  for (std::size_t k = 0; k < models; ++k) {
    const potential::Result& result = models_->result(k);
    bool good = std::isfinite(result.energy) && std::isfinite(trace(result.virial));
    for (const Vec3& f : result.force) good = good && finite(f);
    if (!good) throw Error(explosion_text(result));
  }
}

std::string PairVitrion::explosion_text(const potential::Result& result) const {
  // Of the atoms with bad numbers, the one with the nearest neighbour is the likely cause: its
  // neighbours inherit what it has.
  int worst = -1, partner = -1;
  double shortest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < atom->nlocal; ++i) {
    const auto a = static_cast<std::size_t>(i);
    if (finite(result.force[a]) && std::isfinite(result.atom_energy[a])) continue;
    if (worst < 0) worst = i;
    for (std::size_t m = rows_.first()[a]; m < rows_.first()[a + 1]; ++m) {
      const double distance = norm(rows_.displacement()[m]);
      if (!(distance < shortest)) continue;
      shortest = distance;
      worst = i;
      partner = rows_.index()[m];
    }
  }
  std::string text = fmt::format("exploded at step {}: ", update->ntimestep);
  if (worst < 0) return text + "the energy or the force on an atom of another rank is not finite";
  text += fmt::format("the force on {} is not finite", atom_text(worst));
  if (partner >= 0) text += fmt::format("; {} is {:.3g} A away", atom_text(partner), shortest);
  return text;
}

void PairVitrion::warn(News news, std::size_t models) {
  if (update->setupflag) {
    may_be_alone_ = news.lone_atoms;
    if (news.lone_atoms && comm->me == 0)
      error->warning(FLERR,
                     std::string("pair_style vitrion: some atoms have no neighbour within the "
                                 "cutoff as the run begins; lost ones will not stop it"));
  }
  if (!news.overflow) return;
  std::vector<int> most = models_->most_neighbours(models);
  MPI_Allreduce(MPI_IN_PLACE, most.data(), static_cast<int>(most.size()), MPI_INT, MPI_MAX, world);
  if (comm->me == 0) error->warning(FLERR, "pair_style vitrion: " + models_->overflow_text(most));
  warned_of_overflow_ = true;
}

}  // namespace vitrion::lammps
