#include "edges/lammps/run.hpp"

#include <cstdlib>

#include "edges/lammps/lammps_headers.hpp"
#include "edges/lammps/styles.hpp"

namespace vitrion::lammps {

void run(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"vitrion lmp"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size());
  for (std::string& word : words) argv.push_back(word.data());

  // Without mpirun, Open MPI would start a daemon for processes that LAMMPS never asks for: a third
  // of a second, and a failure where no network is.
  setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  MPI_Init(nullptr, nullptr);
  {
    LAMMPS_NS::LAMMPS lmp(static_cast<int>(argv.size()), argv.data(), MPI_COMM_WORLD);
    add_styles(lmp);
    lmp.input->file();
  }
  MPI_Finalize();
}

}  // namespace vitrion::lammps
