#include "edges/lammps/pair_vitrion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "base/error.hpp"
#include "md/model_deviation.hpp"

namespace vitrion::lammps {

PairVitrion::PairVitrion(LAMMPS_NS::LAMMPS* lammps,
                         std::optional<potential::Precision> default_precision)
    : LAMMPS_NS::Pair(lammps), default_precision_(default_precision) {
  restartinfo = 1;
  one_coeff = 1;
  manybody_flag = 1;
  single_enable = 0;
  respa_enable = 0;
  writedata = 0;
  no_virial_fdotr_compute =
      1;  // the virial is a sum over pairs, and ghost forces are home before f is
  centroidstressflag = LAMMPS_NS::CENTROID_AVAIL;
  nextra = 1;
  pvector = &largest_deviation_;
}

PairVitrion::~PairVitrion() {
  if (!allocated) return;
  memory->destroy(setflag);
  memory->destroy(cutsq);
  memory->destroy(scale_);
}

void PairVitrion::allocate() {
  const int n = atom->ntypes + 1;
  memory->create(setflag, n, n, "pair:setflag");
  memory->create(cutsq, n, n, "pair:cutsq");
  memory->create(scale_, n, n, "pair:scale");
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      setflag[i][j] = 0;
      scale_[i][j] = 1;
    }
  allocated = 1;
}

void PairVitrion::set_flags(int value) {
  if (!allocated) allocate();
  for (int i = 1; i <= atom->ntypes; ++i)
    for (int j = i; j <= atom->ntypes; ++j) setflag[i][j] = value;
}

void PairVitrion::read_restart(FILE*) {
  restarted_ = true;
  // As if coefficients were there: init_style is then asked, and can say what is missing.
  set_flags(1);
}

void PairVitrion::settings(int narg, char** arg) {
  std::string trouble;
  try {
    require_metal_units();
    settings_ = parse_pair_style({arg, arg + narg}, default_precision_);
    models_ = std::make_unique<ModelSet>(settings_, std::make_shared<ThreadPool>(threads()));
    if (comm->me == 0 && settings_.writes_deviation())
      deviation_file_.open(settings_.out_file, restarted_, md::deviation_header(settings_.atomic));
  } catch (const std::exception& e) {
    trouble = e.what();
  }
  agree(trouble);

  if (allocated) set_flags(0);  // a new model needs a new pair_coeff
  force->newton_pair = 0;  // see the header; here, because the integrator asks before init_style
  // LAMMPS sizes its buffers by this: the forces of all models, or the nine components of an atom's
  // virial.
  comm_reverse = comm_reverse_off = std::max(3 * static_cast<int>(models_->size()), 9);
  if (comm->me == 0)
    for (const std::string& text : models_->descriptions())
      LAMMPS_NS::utils::logmesg(lmp, fmt::format("  model {}\n", text));
}

void PairVitrion::coeff(int narg, char** arg) {
  std::string trouble, warning;
  try {
    const std::vector<std::string> words(arg, arg + narg);
    if (narg < 2 || words[0] != "*" || words[1] != "*")
      throw InputError(
          "pair_coeff must be * * and the elements of all atom types: the model speaks "
          "of all pairs at once");
    warning =
        models_->map({words.begin() + 2, words.end()}, static_cast<std::size_t>(atom->ntypes));
  } catch (const std::exception& e) {
    trouble = e.what();
  }
  agree(trouble);
  if (comm->me == 0 && !warning.empty()) error->warning(FLERR, "pair_style vitrion: " + warning);
  set_flags(1);
}

void PairVitrion::init_style() {
  std::string trouble;
  try {
    require_metal_units();
    if (!models_)
      throw InputError(
          "a restart file does not hold the model: give pair_style and pair_coeff again "
          "after read_restart");
    if (settings_.atomic && settings_.writes_deviation() && !atom->tag_enable)
      throw InputError("keyword atomic needs atom IDs, but atom_modify id is no");
  } catch (const std::exception& e) {
    trouble = e.what();
  }
  agree(trouble);
  force->newton_pair = 0;
  neighbor->request(this, instance_me);
  built_ = -1;
}

double PairVitrion::init_one(int i, int j) {
  std::string trouble;
  if (scale_[i][j] != scale_[1][1])
    trouble = fmt::format(
        "scale of types {} {} is {}, but that of 1 1 is {}: one factor holds for "
        "all pairs, adapt scale * *",
        i, j, scale_[i][j], scale_[1][1]);
  agree(trouble);
  scale_[j][i] = scale_[i][j];
  return models_->cutoff();
}

void* PairVitrion::extract(const char* name, int& dimension) {
  dimension = 2;
  return std::strcmp(name, "scale") == 0 ? scale_ : nullptr;
}

void PairVitrion::require_metal_units() const {
  if (std::strcmp(update->unit_style, "metal") != 0)
    throw InputError(
        fmt::format("units {} is not supported: the model speaks eV and A, set units "
                    "metal before the box is made",
                    update->unit_style));
}

std::size_t PairVitrion::threads() const {
  if (comm->nthreads > 1) return static_cast<std::size_t>(comm->nthreads);
  const bool told = std::getenv("OMP_NUM_THREADS") != nullptr;
  return told || comm->nprocs > 1 ? 1 : default_threads();
}

PairVitrion::News PairVitrion::agree(const std::string& trouble, News news) const {
  // The lower the rank, the larger the number: MAX finds the lowest rank in trouble.
  std::array<int, 3> said = {trouble.empty() ? 0 : comm->nprocs - comm->me, news.overflow ? 1 : 0,
                             news.lone_atoms ? 1 : 0};
  if (comm->nprocs > 1) MPI_Allreduce(MPI_IN_PLACE, said.data(), 3, MPI_INT, MPI_MAX, world);
  if (said[0] == 0) return {said[1] != 0, said[2] != 0};
  std::string text = trouble;
  const int rank = comm->nprocs - said[0];
  auto length = static_cast<int>(text.size());
  MPI_Bcast(&length, 1, MPI_INT, rank, world);
  text.resize(static_cast<std::size_t>(length));
  MPI_Bcast(text.data(), length, MPI_CHAR, rank, world);
  error->all(FLERR, "pair_style vitrion: " + text);
}

}  // namespace vitrion::lammps
