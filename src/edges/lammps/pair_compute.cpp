// A step of the pair style: rows, evaluation, ghosts, tallies and the row of model deviation.
#include <algorithm>
#include <array>
#include <span>

#include "base/error.hpp"
#include "edges/lammps/pair_vitrion.hpp"

namespace vitrion::lammps {

namespace {

/// Positions and forces of LAMMPS lie in one block of three doubles an atom.
static_assert(sizeof(Vec3) == 3 * sizeof(double));

std::span<const Vec3> vectors(const double* const* rows, std::size_t n) {
  return n == 0 ? std::span<const Vec3>{} : std::span{reinterpret_cast<const Vec3*>(rows[0]), n};
}

/// (position, force) component of each column of compute centroid/stress/atom: xx yy zz xy xz yz yx
/// zx zy.
constexpr std::array<std::array<std::size_t, 2>, 9> centroid_order = {
    {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}, {1, 0}, {2, 0}, {2, 1}}};

}  // namespace

void PairVitrion::compute(int eflag, int vflag) {
  ev_init(eflag, vflag);
  const bool deviation =
      settings_.writes_deviation() && update->ntimestep % settings_.out_freq == 0;
  const std::size_t models = deviation ? models_->size() : 1;

  std::string trouble;
  News news;
  try {
    evaluate(models);
    news = {.overflow = !warned_of_overflow_ && models_->overflows(models),
            .lone_atoms = update->setupflag != 0 && any_alone()};
  } catch (const std::exception& e) {
    trouble = e.what();
  }
  warn(agree(trouble, news), models);

  send_home(Sending::forces, models);
  if (cvflag_atom) send_home(Sending::atom_virial, 1);
  tally();
  if (deviation) write_deviation();
}

void PairVitrion::evaluate(std::size_t models) {
  if (vflag_atom)
    throw InputError(
        "compute stress/atom has six components, but the virial of a many-body atom nine: "
        "use compute centroid/stress/atom");
  const auto atoms =
      static_cast<std::size_t>(atom->nlocal) + static_cast<std::size_t>(atom->nghost);
  if (neighbor->ago == 0 || neighbor->ncalls != built_) rebuild_rows();
  rows_.update(vectors(atom->x, atoms), models_->cutoff());
  if (!update->setupflag && !may_be_alone_) require_neighbours();
  models_->evaluate(rows_, {atom->type, atoms}, models, cvflag_atom != 0);
  require_finite(models);
}

void PairVitrion::rebuild_rows() {
  rows_.begin(static_cast<std::size_t>(atom->nlocal));
  const auto for_each_pair = [this](auto&& visit) {
    for (int n = 0; n < list->inum; ++n) {
      const int i = list->ilist[n];
      for (int k = 0; k < list->numneigh[i]; ++k) visit(i, list->firstneigh[i][k] & NEIGHMASK);
    }
  };
  for_each_pair([this](int i, int j) { rows_.count(i, j); });
  rows_.lay_out();
  for_each_pair([this](int i, int j) { rows_.put(i, j); });
  built_ = neighbor->ncalls;
}

void PairVitrion::send_home(Sending what, std::size_t models) {
  sending_ = what;
  sending_models_ = models;
  const int width = comm_reverse;
  comm_reverse = comm_reverse_off = what == Sending::forces ? 3 * static_cast<int>(models) : 9;
  comm->reverse_comm_pair(this);
  comm_reverse = comm_reverse_off = width;
}

int PairVitrion::pack_reverse_comm(int n, int first, double* buffer) {
  const double* const begin = buffer;
  for (int i = first; i < first + n; ++i) {
    const auto a = static_cast<std::size_t>(i);
    if (sending_ == Sending::forces)
      for (std::size_t k = 0; k < sending_models_; ++k)
        buffer = std::ranges::copy(models_->result(k).force[a], buffer).out;
    else
      for (const Vec3& row : models_->result(0).atom_virial[a])
        buffer = std::ranges::copy(row, buffer).out;
  }
  return static_cast<int>(buffer - begin);
}

void PairVitrion::unpack_reverse_comm(int n, int* atoms, double* buffer) {
  for (int i = 0; i < n; ++i) {
    const auto a = static_cast<std::size_t>(atoms[i]);
    if (sending_ == Sending::forces)
      for (std::size_t k = 0; k < sending_models_; ++k)
        for (double& component : models_->result(k).force[a]) component += *buffer++;
    else
      for (Vec3& row : models_->result(0).atom_virial[a])
        for (double& component : row) component += *buffer++;
  }
}

void PairVitrion::tally() {
  const potential::Result& result = models_->result(0);
  const double scale = scale_[1][1];
  for (std::size_t i = 0; i < rows_.locals(); ++i)
    for (std::size_t c = 0; c < 3; ++c) atom->f[i][c] += scale * result.force[i][c];
  if (eflag_global) eng_vdwl += scale * result.energy;
  if (eflag_atom)
    for (std::size_t i = 0; i < rows_.locals(); ++i) eatom[i] += scale * result.atom_energy[i];
  if (vflag_global)
    for (std::size_t c = 0; c < 6; ++c) {
      const auto [position, force_component] = centroid_order[c];
      virial[c] += scale * result.virial[force_component][position];
    }
  if (cvflag_atom)
    for (std::size_t i = 0; i < rows_.locals(); ++i)
      for (std::size_t c = 0; c < 9; ++c) {
        const auto [position, force_component] = centroid_order[c];
        cvatom[i][c] += scale * result.atom_virial[i][force_component][position];
      }
}

}  // namespace vitrion::lammps
