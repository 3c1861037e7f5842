// vitrion lmp: LAMMPS with our pair styles.
#include "app/commands.hpp"
#include "edges/lammps/run.hpp"

namespace vitrion::app {

void add_lmp(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "lmp", "Run LAMMPS with pair_style vitrion, alone or under mpirun; its alias is deepmd");
  // LAMMPS has -help and -h of its own, and reads all other words.
  command->set_help_flag("--help", "Print this help message and exit");
  command->prefix_command();
  command->footer(
      "All words go to LAMMPS: -in FILE, -var NAME VALUE, -log FILE, -screen FILE, -help for the "
      "rest.\n"
      "In the script: pair_style vitrion MODEL... [precision single|double] [out_freq N] [out_file "
      "F]\n"
      "[atomic] [relative L] [relative_v L], then pair_coeff * * [ELEMENT|NULL ...]; see "
      "docs/lammps.md.\n"
      "OMP_NUM_THREADS sets the threads of a rank; unset, a single rank takes all cores, several "
      "one each.\n"
      "Example:\n"
      "  vitrion lmp -in in.lammps\n"
      "  mpirun -np 2 vitrion lmp -in in.lammps -var T 300");
  command->callback([command] { lammps::run(command->remaining()); });
}

}  // namespace vitrion::app
