#include "edges/lammps/run.hpp"

#include <memory>

#include "edges/lammps/lammps_headers.hpp"
#include "edges/lammps/styles.hpp"

namespace vitrion::lammps {

void run(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"vitrion"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());

  MPI_Init(nullptr, nullptr);
  {
    LAMMPS_NS::LAMMPS lmp(static_cast<int>(argv.size()), argv.data(), MPI_COMM_WORLD);
    add_styles(lmp);
    lmp.input->file();
  }
  MPI_Finalize();
}

}  // namespace vitrion::lammps
