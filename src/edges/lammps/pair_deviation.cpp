// The row of model deviation: this rank's atoms, reduced to rank 0, which writes.
#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "edges/lammps/pair_vitrion.hpp"
#include "md/model_deviation.hpp"

namespace vitrion::lammps {

namespace {

/// Spread over the atoms of all ranks, on rank 0.
md::Spread reduced(md::Spread local, std::size_t here, double atoms, MPI_Comm world) {
  if (here == 0) local.min = std::numeric_limits<double>::max();
  double sum = local.avg * static_cast<double>(here);
  md::Spread all;
  MPI_Reduce(&local.max, &all.max, 1, MPI_DOUBLE, MPI_MAX, 0, world);
  MPI_Reduce(&local.min, &all.min, 1, MPI_DOUBLE, MPI_MIN, 0, world);
  MPI_Reduce(&sum, &all.avg, 1, MPI_DOUBLE, MPI_SUM, 0, world);
  all.avg /= atoms;
  return all;
}

}  // namespace

void PairVitrion::write_deviation() {
  const std::size_t members = models_->size();
  const std::size_t here = rows_.locals();
  const auto atoms = static_cast<double>(atom->natoms);

  std::vector<std::span<const Vec3>> forces;
  std::vector<Mat3> virials;
  for (std::size_t k = 0; k < members; ++k) {
    forces.emplace_back(models_->result(k).force);
    virials.push_back((1 / atoms) * models_->result(k).virial);
  }
  std::vector<double> eps(here);
  md::force_deviation(forces, settings_.relative, eps);
  const md::Spread force_spread = reduced(md::force_spread(eps), here, atoms, world);
  std::vector<Mat3> virial_sums(members);
  MPI_Reduce(virials.data(), virial_sums.data(), static_cast<int>(9 * members), MPI_DOUBLE, MPI_SUM,
             0, world);
  largest_deviation_ = force_spread.max;  // of rank 0; compute pair adds the ranks up
  const std::vector<double> columns =
      settings_.atomic ? gathered_by_tag(eps) : std::vector<double>{};

  std::string trouble;
  if (comm->me == 0) try {
      deviation_file_.write(md::deviation_row(static_cast<long>(update->ntimestep),
                                              md::virial_spread(virial_sums, settings_.relative_v),
                                              force_spread, columns));
    } catch (const std::exception& e) {
      trouble = e.what();
    }
  agree(trouble);
}

std::vector<double> PairVitrion::gathered_by_tag(const std::vector<double>& mine) const {
  const auto here = static_cast<int>(mine.size());
  std::vector<int> counts(static_cast<std::size_t>(comm->nprocs)), offsets(counts.size());
  MPI_Gather(&here, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, world);
  std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);

  const std::size_t all =
      comm->me == 0 ? static_cast<std::size_t>(offsets.back() + counts.back()) : 0;
  std::vector<LAMMPS_NS::tagint> tags(all);
  std::vector<double> values(all);
  MPI_Gatherv(atom->tag, here, MPI_LMP_TAGINT, tags.data(), counts.data(), offsets.data(),
              MPI_LMP_TAGINT, 0, world);
  MPI_Gatherv(mine.data(), here, MPI_DOUBLE, values.data(), counts.data(), offsets.data(),
              MPI_DOUBLE, 0, world);

  std::vector<std::size_t> order(all);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&tags](std::size_t a) { return tags[a]; });
  std::vector<double> sorted;
  sorted.reserve(all);
  for (const std::size_t a : order) sorted.push_back(values[a]);
  return sorted;
}

}  // namespace vitrion::lammps
