// The keys of a study that say how its glasses are made and measured: [glass] and [measure].
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "edges/formats/study/learn.hpp"

namespace vitrion::formats {

/// glass.pore: the relaxed glass of one x with a sphere taken out, kept beside the dense ones.
struct StudyPore {
  double x = 0;          ///< one of glass.x
  double diameter = 14;  ///< A
  double time = 200;     ///< ps at constant pressure, after the cut
};

struct StudyGlass {
  std::vector<std::string> units = {"Na", "PS{4-k}O{k}"};
  std::string formula = "Na3PS{4-x}O{x}";
  std::vector<double> x = {0};  ///< one glass each
  std::size_t atoms = 1600;
  bool round = false;    ///< take the nearest x and size that the units reach
  double density = 2.0;  ///< g/cm3, of the packing
  std::size_t replicas = 5;
  std::vector<StudyScheduleLine> schedule;
  std::optional<StudyPore> pore;
};

struct StudyMeasure {
  std::vector<double> temperature;  ///< K
  std::vector<double> time;         ///< ps of production, one for each temperature
  std::string ensemble = "nvt";     ///< of the production; "npt": at 1 bar
  std::string mobile = "Na";
  std::vector<std::string> framework = {"P"};  ///< species against which ions are said to move
  double charge = 1;                           ///< e, of a mobile ion
  double heat_rate = 100;                      ///< K/ps from the glass to a temperature
  double settle_npt = 5;                       ///< ps at 1 bar, then
  double settle_nvt = 1;                       ///< ps, before a production at constant volume
  double every = 0.1;                          ///< ps between frames
};

void read_glass(TomlReader& t, StudyGlass& glass);
void read_measure(TomlReader& t, StudyMeasure& measure);

}  // namespace vitrion::formats
