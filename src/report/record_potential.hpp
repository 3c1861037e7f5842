// What a record says of the potential: its labels, its errors, how it was learnt.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace vitrion::report {

/// A level of labels that the potential was trained on.
struct Level {
  std::string name;  ///< "teacher", "dft"
  std::size_t frames = 0;
  std::string detail;  ///< "SevenNet-0, forces x 1.13, + D3(0)"
};

/// One line of the parity table.
struct Parity {
  std::string set;       ///< "test": read by no training; "training"
  std::string level;     ///< level of the labels
  std::string quantity;  ///< "energy" (per atom), "force" (per component), "virial" (per atom)
  double rmse = 0;
  double mae = 0;
  std::size_t n = 0;  ///< numbers compared
  std::size_t frames = 0;
  std::string unit;  ///< "eV/atom", "eV/A"
};

/// A CSV of label and prediction, one number a row: columns `label,predicted`.
struct ParityPoints {
  std::string set;
  std::string level;
  std::string quantity;
  std::string csv;  ///< path in the run folder
};

/// A learning curve in DeePMD's own columns.
struct LearningCurve {
  int member = 0;
  std::string phase;  ///< "teacher level", "dft level"
  std::string file;   ///< path in the run folder
};

/// What the search by model deviation saw and took.
struct Selection {
  std::size_t visited = 0;
  std::size_t candidates = 0;
  std::size_t failed = 0;    ///< over the upper trust level
  std::size_t labelled = 0;  ///< by first principles, in this run
  double low = 0;            ///< trust levels, eV/A
  double high = 0;
};

struct Potential {
  std::string network;  ///< "se_e2_a 6 A, embedding 25-50-100, fitting 60-60-60"
  int members = 0;
  std::vector<Level> levels;
  std::vector<Parity> parity;
  std::vector<ParityPoints> parity_points;
  std::vector<LearningCurve> learning_curves;
  Selection selection;
};

}  // namespace vitrion::report
