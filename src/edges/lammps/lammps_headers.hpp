// The LAMMPS headers that this room needs, with what Debian's package of them lacks.
#pragma once

// utils.h and error.h use a function that fmt 9 dropped; the templates that name it are never
// instantiated here, because only the std::string overloads are called.
#include <fmt/format.h>
#define make_args_checked make_format_args
// The C++ bindings of MPI left the standard in 2012.
#ifndef OMPI_SKIP_MPICXX
#define OMPI_SKIP_MPICXX 1
#endif

#include <lammps/atom.h>
#include <lammps/comm.h>
#include <lammps/error.h>
#include <lammps/force.h>
#include <lammps/input.h>
#include <lammps/lammps.h>
#include <lammps/memory.h>
#include <lammps/neigh_list.h>
#include <lammps/neighbor.h>
#include <lammps/pair.h>
#include <lammps/update.h>

#undef make_args_checked
// Macros of pointers.h that would change other code.
#undef MIN
#undef MAX
