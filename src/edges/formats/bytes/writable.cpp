#include "edges/formats/bytes/writable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace vitrion::formats {

namespace {

bool finite(double x) {
  return std::isfinite(x);
}
bool finite(const Vec3& v) {
  return finite(v[0]) && finite(v[1]) && finite(v[2]);
}

template <class T>
void check_array(const char* name, const std::vector<T>& values, std::size_t atoms) {
  if (values.empty()) return;
  if (values.size() != atoms)
    throw InputError(fmt::format("a frame of {} atoms has {} {}", atoms, values.size(), name));
  for (std::size_t i = 0; i < atoms; ++i)
    if (!finite(values[i]))
      throw InputError(fmt::format("the {} of atom {} are not finite", name, i + 1));
}

}  // namespace

void check_writable(const structures::Frame& frame, bool virtual_atoms) {
  const std::size_t n = frame.size();
  if (n == 0) throw InputError("a frame without atoms cannot be written");
  if (frame.species.size() != n)
    throw InputError(fmt::format("a frame of {} atoms has {} species", n, frame.species.size()));
  for (const std::string& name : frame.species.names)
    if (name.empty() || name.find_first_of(" \t\n\r\"'#") != name.npos)
      throw InputError(fmt::format("species '{}' is no word", name));
  for (std::size_t i = 0; i < n; ++i) {
    const int type = frame.species.of_atom[i];
    if (type < (virtual_atoms ? -1 : 0))
      throw InputError(fmt::format("atom {} is virtual; only deepmd/npy/mixed holds such", i + 1));
    if (type >= static_cast<int>(frame.species.names.size()))
      throw InputError(fmt::format("atom {} has species {}, but there are {} names", i + 1, type,
                                   frame.species.names.size()));
  }
  check_array("positions", frame.positions, n);
  check_array("velocities", frame.velocities, n);
  check_array("forces", frame.labels.forces, n);
  check_array("atom energies", frame.labels.atom_energies, n);
  check_array("atom weights", frame.labels.atom_weights, n);
  if (frame.labels.energy && !finite(*frame.labels.energy))
    throw InputError("the energy is not finite");
  if (frame.labels.virial)
    for (const Vec3& row : *frame.labels.virial)
      if (!finite(row)) throw InputError("the virial is not finite");
}

structures::Species ordered_species(const structures::Frame& frame,
                                    const std::vector<std::string>& elements) {
  return elements.empty() ? frame.species : frame.species.mapped_to(elements);
}

}  // namespace vitrion::formats
