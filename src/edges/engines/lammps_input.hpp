// LAMMPS as an engine: the input of one chunk of a protocol, in a folder that a person can run by
// hand.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "md/protocol.hpp"

namespace vitrion::engines {

/// The forces of a run.
struct LammpsPotential {
  std::vector<std::string> models;    ///< paths as seen from the chunk's folder; the first drives
  std::vector<std::string> elements;  ///< of LAMMPS types 1, 2, ...
  std::string precision = "single";
  /// Inner and outer radius (A) of a screened nuclear repulsion laid over the potential: it acts
  /// below any bond, where no potential was trained, and is zero beyond the outer one. Absent:
  /// none.
  std::optional<std::pair<double, double>> repulsion;
};

/// Where a chunk begins: a data file, with velocities drawn at the first temperature, or a restart
/// file.
struct LammpsStart {
  std::string file;  ///< as seen from the chunk's folder
  bool restart = false;
  /// The restart file is that of a minimisation: velocities are drawn as from a data file.
  bool draw_velocities = false;
};

/// Names that a chunk leaves in its folder.
namespace lammps_names {
inline constexpr const char* input = "in.lammps";
inline constexpr const char* script = "run.sh";
inline constexpr const char* log = "log.lammps";
inline constexpr const char* screen = "screen.txt";
inline constexpr const char* trajectory = "path.dump.gz";
inline constexpr const char* deviation = "model_devi.out";
inline constexpr const char* end_frame = "end.dump";
inline constexpr const char* restart = "end.restart";
}  // namespace lammps_names

/// The text of in.lammps.
[[nodiscard]] std::string lammps_input(const md::Protocol& protocol, const md::Chunk& chunk,
                                       const LammpsPotential& potential, const LammpsStart& start);

/// Writes in.lammps and run.sh into `folder`, which is made if it is missing. run.sh enters its own
/// folder and starts `program` (vitrion) as LAMMPS.
void write_lammps_chunk(const std::string& folder, const std::string& program,
                        const std::string& input);

}  // namespace vitrion::engines
