#include "edges/lammps/styles.hpp"

#include <dlfcn.h>

#include "edges/lammps/lammps_headers.hpp"
#include "edges/lammps/pair_vitrion.hpp"

namespace vitrion::lammps {

namespace {

LAMMPS_NS::Pair* new_vitrion(LAMMPS_NS::LAMMPS* lmp) {
  return new PairVitrion(lmp, potential::Precision::float32);
}

LAMMPS_NS::Pair* new_deepmd(LAMMPS_NS::LAMMPS* lmp) {
  return new PairVitrion(lmp, std::nullopt);
}

}  // namespace

void add_styles(LAMMPS_NS::LAMMPS& lammps) {
  (*lammps.force->pair_map)["vitrion"] = new_vitrion;
  (*lammps.force->pair_map)["deepmd"] = new_deepmd;
}

}  // namespace vitrion::lammps

namespace LAMMPS_NS {

/// The command `clear` makes LAMMPS anew inside its library, with LAMMPS's own styles only, and
/// calls this last, as the constructor does. The name is bound to the program before the library,
/// so our styles are there again before the next line of the script is read. A newer LAMMPS has
/// plug-ins for this.
void LAMMPS::post_create() {
  static const auto of_the_library =
      reinterpret_cast<void (*)(LAMMPS*)>(dlsym(RTLD_NEXT, "_ZN9LAMMPS_NS6LAMMPS11post_createEv"));
  of_the_library(this);
  vitrion::lammps::add_styles(*this);
}

}  // namespace LAMMPS_NS
