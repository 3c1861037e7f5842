// DeePMD-kit's own run (tests/golden/lammps_two_models), its input unchanged, on one rank and on
// several.
#include <fmt/format.h>

#include <cstdlib>
#include <iterator>
#include <sstream>

#include "edges/lammps/support.hpp"
#include "places.hpp"

namespace vitrion::lammps {
namespace {

const std::string golden = VITRION_TEST_DATA "/golden/lammps_two_models/";

class LammpsGolden : public Lammps {
 protected:
  LammpsGolden() {
    for (const char* name :
         {"conf.data", "in.lammps", "thermo.txt", "forces.dump", "model_devi.out"})
      std::filesystem::copy(golden + name, path(std::string("golden.") + name));
    std::filesystem::copy(golden + "conf.data", path("conf.data"));
  }
  int run_golden(int ranks, const std::string& before = "", const std::string& after = "") {
    std::string script = text("golden.in.lammps");
    const std::size_t at = script.find("pair_style");
    script = before + script.substr(0, at) + after + script.substr(at);
    return run(script, ranks,
               fmt::format("-var m1 '{}' -var m2 '{}'", model("initial"), model("final")));
  }
  /// The table in a text whose first line names the columns.
  static Table table(const std::string& text) {
    Table table;
    std::istringstream in(text);
    std::string line;
    for (std::getline(in, line); std::getline(in, line);) {
      std::istringstream words(line);
      table.rows.emplace_back(std::istream_iterator<double>(words),
                              std::istream_iterator<double>());
    }
    return table;
  }
  void expect_golden_thermo();
  void expect_golden_deviation();
};

void LammpsGolden::expect_golden_deviation() {
  const Table expected = table(text("golden.model_devi.out")),
              found = table(text("model_devi.out"));
  ASSERT_EQ(found.rows.size(), expected.rows.size());
  for (std::size_t row = 0; row < expected.rows.size(); ++row) {
    ASSERT_EQ(found.rows[row].size(), expected.rows[row].size());
    for (std::size_t c = 0; c < expected.rows[row].size(); ++c)
      // Seven digits are printed: the last may round the other way.
      expect_close(found.rows[row][c], expected.rows[row][c], 2e-6,
                   fmt::format("model_devi.out row {} column {}", row, c));
  }
}

void LammpsGolden::expect_golden_thermo() {
  const Table expected = table(text("golden.thermo.txt"));
  const Table found = thermo();
  ASSERT_EQ(found.rows.size(), expected.rows.size());
  for (std::size_t row = 0; row < found.rows.size(); ++row)
    for (std::size_t c = 0; c < found.names.size(); ++c)
      // Step 0 is a sum in another order, with 12 digits; in 50 steps differences grow by MD's
      // chaos.
      expect_close(found.rows[row][c], expected.rows[row][c], row == 0 ? 1e-9 : 1e-7,
                   fmt::format("row {} {}", row, found.names[c]));
}

TEST_F(LammpsGolden, EnergiesPressuresForcesAndDeviationsAreDeePMDs) {
  ASSERT_EQ(run_golden(1), 0) << said();
  expect_golden_thermo();

  const std::string expected = text("golden.model_devi.out"), found = text("model_devi.out");
  const std::size_t two_lines = expected.find('\n', expected.find('\n') + 1);
  EXPECT_EQ(found.substr(0, two_lines), expected.substr(0, two_lines));
  expect_golden_deviation();

  std::istringstream mine(text("forces.dump")), theirs(text("golden.forces.dump"));
  for (std::string a, b; theirs >> b;) {
    ASSERT_TRUE(mine >> a);
    // ITEM lines aside, numbers of 14 digits; forces are below 1 eV/A and positions below 20 A.
    if (a == b) continue;
    EXPECT_NEAR(std::strtod(a.c_str(), nullptr), std::strtod(b.c_str(), nullptr), 1e-9);
  }
}

TEST_F(LammpsGolden, RanksGiveTheSame) {
  ASSERT_EQ(run_golden(1), 0) << said();
  const Table one = thermo();
  for (const int ranks : {2, 3}) {
    ASSERT_EQ(run_golden(ranks), 0) << said();
    expect_golden_thermo();
    for (std::size_t row = 0; row < one.rows.size(); ++row)
      for (std::size_t c = 0; c < one.names.size(); ++c)
        // 12 digits are printed; sums over ranks differ in their last bits.
        expect_close(thermo().rows[row][c], one.rows[row][c], 1e-10, one.names[c]);
    expect_golden_deviation();
  }
}

TEST_F(LammpsGolden, NewtonMayBeOnOrOff) {
  for (const int ranks : {1, 2}) {
    ASSERT_EQ(run_golden(ranks, "newton off\n"), 0) << said();
    expect_golden_thermo();
    ASSERT_EQ(run_golden(ranks, "", "newton on\n"), 0) << said();
    expect_golden_thermo();
  }
}

TEST_F(LammpsGolden, ClearMakesTheStylesAnew) {
  ASSERT_EQ(run_golden(1, start() + "clear\n"), 0) << said();
  expect_golden_thermo();
}

}  // namespace
}  // namespace vitrion::lammps
