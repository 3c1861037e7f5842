// The names under which an input script finds our pair styles.
#pragma once

namespace LAMMPS_NS {
class LAMMPS;
}

namespace vitrion::lammps {

/// Adds pair_style vitrion (single precision unless told) and deepmd (the model's own).
void add_styles(LAMMPS_NS::LAMMPS& lammps);

}  // namespace vitrion::lammps
