// LAMMPS in this process, with our pair styles.
#pragma once

#include <string>
#include <vector>

namespace vitrion::lammps {

/// Runs LAMMPS with its own command line (without the program's name), alone or as a rank of
/// mpirun. MPI begins and ends here. An error of LAMMPS, or of a pair style, ends the process with
/// exit code 1: that is what LAMMPS's error->all does.
void run(const std::vector<std::string>& arguments);

}  // namespace vitrion::lammps
