// Restart files and model_devi.out over several runs and keywords.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "edges/lammps/support.hpp"

namespace vitrion::lammps {
namespace {

using testing::HasSubstr;

std::string two_models(const std::string& keys) {
  return "pair_style deepmd " + model("initial") + " " + model("final") + " " + keys +
         "\npair_coeff * * Na P S O\n";
}

std::string dynamics(int steps) {
  return fmt::format("timestep 0.0005\nfix 1 all nve\nthermo 5\nrun {}\n", steps);
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

TEST_F(Lammps, ARestartedRunGoesOnAsIfItHadNotStopped) {
  ASSERT_EQ(run(start() + two_models("out_freq 5") + "velocity all create 300 1\n" + dynamics(10) +
                "write_restart half.restart\nrun 10\n"),
            0)
      << said();
  const Table whole = thermo(1);
  const std::string rows = text("model_devi.out");
  // Steps 0 5 10, and 10 again as the second run begins, as DeePMD-kit writes them.
  EXPECT_EQ(lines(rows), 1 + 3 + 3U);

  std::size_t kept = 0;
  for (int n = 0; n < 4; ++n) kept = rows.find('\n', kept) + 1;
  write("model_devi.out", rows.substr(0, kept));
  std::string thermo_lines = start().substr(start().find("thermo_style"));
  ASSERT_EQ(
      run("read_restart half.restart\n" + two_models("out_freq 5") + thermo_lines + dynamics(10)),
      0)
      << said();
  EXPECT_EQ(text("model_devi.out"), rows);
  for (const char* name : {"PotEng", "Press"})
    // The file keeps all bits, but LAMMPS sorts the atoms anew: sums run in another order.
    expect_close(thermo().last(name), whole.last(name), 1e-10, name);
}

TEST_F(Lammps, ARestartFileHoldsNoModel) {
  ASSERT_EQ(run(start() + two_models("") + "run 0\nwrite_restart r\n"), 0) << said();
  EXPECT_EQ(run("read_restart r\nrun 0\n"), 1);
  EXPECT_THAT(
      said(),
      HasSubstr("a restart file does not hold the model: give pair_style and pair_coeff again"));
}

TEST_F(Lammps, OutFreqZeroWritesNothingAndOneModelNeither) {
  ASSERT_EQ(run(start() + two_models("out_freq 0") + dynamics(5)), 0) << said();
  EXPECT_FALSE(std::filesystem::exists(path("model_devi.out")));
  ASSERT_EQ(
      run(start() + "pair_style deepmd " + model("initial") + "\npair_coeff * * Na P S O\nrun 0\n"),
      0);
  EXPECT_FALSE(std::filesystem::exists(path("model_devi.out")));
}

TEST_F(Lammps, ANewStyleLineOpensItsOwnFileOrGoesOnInTheSame) {
  ASSERT_EQ(run(start() + two_models("out_file a") + "run 0\n" + two_models("out_file a") +
                "run 0\n" + two_models("out_file b") + "run 0\n"),
            0)
      << said();
  EXPECT_EQ(lines(text("a")), 3U);
  EXPECT_EQ(lines(text("b")), 2U);
}

TEST_F(Lammps, TheFirstModelDrives) {
  ASSERT_EQ(run(start() + two_models("out_freq 2") + "velocity all create 300 1\n" + dynamics(5)),
            0)
      << said();
  const Table both = thermo();
  ASSERT_EQ(run(start() + "pair_style deepmd " + model("initial") +
                "\npair_coeff * * Na P S O\nvelocity all create 300 1\n" + dynamics(5)),
            0)
      << said();
  EXPECT_EQ(thermo().rows, both.rows);
}

TEST_F(Lammps, RelativeDeviationsAreDividedByTheirLevelAndMore) {
  const auto row = [this](const std::string& keys) {
    EXPECT_EQ(run(start() + two_models("atomic " + keys) + "run 0\n"), 0) << said();
    std::istringstream in(text("model_devi.out"));
    std::string header;
    std::getline(in, header);
    return std::vector<double>(std::istream_iterator<double>(in), {});
  };
  const std::vector<double> plain = row("");
  ASSERT_EQ(plain.size(), 7 + 32U);
  // With a level that dwarfs forces (below 1 eV/A) and virials (below 10 eV), it is the divisor;
  // the formulas themselves are held to numbers in md's tests.
  const std::vector<double> relative = row("relative 1e7 relative_v 1e7");
  for (std::size_t c = 1; c < plain.size(); ++c)
    expect_close(relative[c] * 1e7, plain[c], 2e-6, "column");
  const std::vector<double> near = row("relative 1 relative_v 1");
  for (std::size_t c = 1; c < plain.size(); ++c) EXPECT_LT(near[c], plain[c]);
}

}  // namespace
}  // namespace vitrion::lammps
