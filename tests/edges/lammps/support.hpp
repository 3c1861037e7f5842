// Runs `vitrion lmp` as a user does, in a folder that goes away, and reads what it printed.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace vitrion::lammps {

/// Rows of numbers under a header of column names.
struct Table {
  std::vector<std::string> names;
  std::vector<std::vector<double>> rows;

  /// @throws std::out_of_range for an unknown name
  [[nodiscard]] std::vector<double> column(const std::string& name) const;
  [[nodiscard]] double first(const std::string& name) const { return column(name).front(); }
  [[nodiscard]] double last(const std::string& name) const { return column(name).back(); }
};

class Lammps : public testing::Test {
 protected:
  Lammps();
  ~Lammps() override;

  /// Exit code of LAMMPS on `script`, on `ranks` processes of one thread.
  int run(const std::string& script, int ranks = 1, const std::string& flags = "");
  /// Exit code of `vitrion lmp WORDS`.
  int program(const std::string& words, int ranks = 1);
  /// All that the last run wrote on its screen.
  [[nodiscard]] const std::string& said() const { return said_; }
  /// The thermo output of the last run's n-th `run` or `minimize`.
  [[nodiscard]] Table thermo(std::size_t n = 0) const;
  [[nodiscard]] std::string text(const std::string& name) const;
  void write(const std::string& name, const std::string& text) const;
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
  std::string said_;
};

/// tests/golden/napso_two_side: four species, 32 atoms; the two models of DeePMD-kit 3.1.3.
[[nodiscard]] std::string model(const std::string& name);
/// A script's first lines: the golden cell of 32 atoms (Na P S O) and thermo output with all
/// digits.
[[nodiscard]] std::string start();
/// The lines of pair_coeff for zbl between all of Na P S O, behind `prefix`.
[[nodiscard]] std::string zbl(const std::string& prefix);

/// NVE at 1 fs with the final model under vitrion, up to its `run`. The model has no physics: a
/// short-range repulsion keeps its atoms apart, and a minimisation takes them off the walls. They
/// then move at 300 K.
[[nodiscard]] std::string nve(const std::string& precision);

/// |a - b| <= relative * |b|, for numbers printed with 15 digits.
void expect_close(double a, double b, double relative, const std::string& what);

}  // namespace vitrion::lammps
