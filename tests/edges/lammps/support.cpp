#include "edges/lammps/support.hpp"
#include "places.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace vitrion::lammps {

namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace

std::vector<double> Table::column(const std::string& name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw std::out_of_range(fmt::format("no column {} in {}", name, fmt::join(names, " ")));
  std::vector<double> values;
  for (const auto& row : rows)
    values.push_back(row.at(static_cast<std::size_t>(found - names.begin())));
  return values;
}

Lammps::Lammps() {
  std::string name = (fs::temp_directory_path() / "vitrion-lammps-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  folder_ = name;
}

Lammps::~Lammps() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

int Lammps::run(const std::string& script, int ranks, const std::string& flags) {
  write("in.lammps", script);
  return program("-in in.lammps " + flags, ranks);
}

int Lammps::program(const std::string& words, int ranks) {
  // More ranks than cores are fine for a test, and root is fine in a container.
  const std::string mpirun =
      fmt::format("mpirun --allow-run-as-root --oversubscribe --bind-to none -np {} ", ranks);
  const std::string line =
      fmt::format("cd '{}' && OMP_NUM_THREADS=1 {}'{}' lmp {} > said 2>&1", folder_.string(),
                  ranks == 1 ? "" : mpirun, VITRION_PROGRAM, words);
  const int status = std::system(line.c_str());
  said_ = text("said");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Table Lammps::thermo(std::size_t n) const {
  std::istringstream in(said_);
  for (std::string line; std::getline(in, line);) {
    if (words_of(line).empty() || words_of(line)[0] != "Step") continue;
    Table table{words_of(line), {}};
    while (std::getline(in, line) && !line.starts_with("Loop time")) {
      if (line.starts_with("WARNING")) continue;
      std::vector<double> row;
      for (const std::string& word : words_of(line))
        row.push_back(std::strtod(word.c_str(), nullptr));
      table.rows.push_back(row);
    }
    if (n-- == 0) return table;
  }
  throw std::runtime_error("no thermo output in:\n" + said_);
}

std::string Lammps::text(const std::string& name) const {
  return contents(folder_ / name);
}

void Lammps::write(const std::string& name, const std::string& text) const {
  std::ofstream(folder_ / name) << text;
}

std::string model(const std::string& name) {
  return VITRION_TEST_DATA "/golden/napso_two_side/" + name + ".dp";
}

std::string start() {
  return "units metal\natom_style atomic\nbox tilt large\nread_data " VITRION_TEST_DATA
         "/golden/lammps_two_models/conf.data\n"
         "thermo_style custom step temp pe etotal press pxx pyy pzz pxy pxz pyz\n"
         "thermo_modify format float %.15g\n";
}

std::string zbl(const std::string& prefix) {
  const int charges[] = {11, 15, 16, 8};
  std::string lines;
  for (int i = 0; i < 4; ++i)
    for (int j = i; j < 4; ++j)
      lines +=
          fmt::format("pair_coeff {} {} {} {} {}\n", i + 1, j + 1, prefix, charges[i], charges[j]);
  return lines;
}

std::string nve(const std::string& precision) {
  return start() + "pair_style hybrid/overlay vitrion " + model("final") + " precision " +
         precision + " zbl 2.0 3.0\npair_coeff * * vitrion Na P S O\n" + zbl("zbl") +
         "minimize 1e-6 1e-4 300 3000\nreset_timestep 0\nvelocity all create 600 1\n"
         "timestep 0.001\nfix 1 all nve\nthermo 50\n";
}

void expect_close(double a, double b, double relative, const std::string& what) {
  EXPECT_LE(std::abs(a - b), relative * std::abs(b)) << what << ": " << a << " and " << b;
}

}  // namespace vitrion::lammps
