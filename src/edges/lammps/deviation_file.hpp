// model_devi.out: opened when the style is set, a row every out_freq steps.
#pragma once

#include <fstream>
#include <string>

namespace vitrion::lammps {

class DeviationFile {
 public:
  /// Starts a new file with `header`, or goes on in an old one: when `append`, or when it is open
  /// already.
  /// @throws Error naming the file if it cannot be written.
  void open(const std::string& path, bool append, const std::string& header);
  /// Every row reaches the file before the run goes on: a run that explodes keeps its rows.
  void write(const std::string& row);

 private:
  std::string path_;
  std::ofstream stream_;
};

}  // namespace vitrion::lammps
