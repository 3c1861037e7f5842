#include "edges/lammps/neighbour_rows.hpp"

namespace vitrion::lammps {

void NeighbourRows::begin(std::size_t locals) {
  near_first_.assign(locals + 1, 0);
  first_.assign(locals + 1, 0);
}

void NeighbourRows::count(int i, int j) {
  ++near_first_[static_cast<std::size_t>(i) + 1];
  if (static_cast<std::size_t>(j) < locals()) ++near_first_[static_cast<std::size_t>(j) + 1];
}

void NeighbourRows::lay_out() {
  for (std::size_t i = 0; i < locals(); ++i) near_first_[i + 1] += near_first_[i];
  filled_.assign(near_first_.begin(), near_first_.end() - 1);
  near_index_.resize(near_first_.back());
  index_.resize(near_first_.back());
  displacement_.resize(near_first_.back());
}

void NeighbourRows::put(int i, int j) {
  near_index_[filled_[static_cast<std::size_t>(i)]++] = j;
  if (static_cast<std::size_t>(j) < locals())
    near_index_[filled_[static_cast<std::size_t>(j)]++] = i;
}

void NeighbourRows::update(std::span<const Vec3> positions, double cutoff) {
  const double cutoff2 = cutoff * cutoff;
  std::size_t m = 0;
  for (std::size_t i = 0; i < locals(); ++i) {
    const Vec3 r = positions[i];
    for (std::size_t k = near_first_[i]; k < near_first_[i + 1]; ++k) {
      const int j = near_index_[k];
      const Vec3 d = positions[static_cast<std::size_t>(j)] - r;
      // Written always and kept only if near: a branch here would be mispredicted every third time.
      index_[m] = j;
      displacement_[m] = d;
      m += static_cast<std::size_t>(norm2(d) <= cutoff2);
    }
    first_[i + 1] = m;
  }
}

}  // namespace vitrion::lammps
