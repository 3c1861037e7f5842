// Dynamics: chains of LAMMPS chunks, several chains at a time, each chunk remembered when it is
// done.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/study/pipeline.hpp"
#include "md/outcome.hpp"
#include "md/protocol.hpp"
#include "structures/frame.hpp"

namespace vitrion::app {

/// One run: a start, a protocol, the models that drive it.
struct Chain {
  std::string name;    ///< for messages and the bar
  std::string folder;  ///< absolute; chunks are its folders 000, 001, ...
  structures::Frame start;
  md::Protocol protocol;
  std::vector<std::string> models;  ///< absolute paths; the first drives
  /// An explosion ends the chain and nothing else: for runs that search for what a potential does
  /// not know.
  bool may_explode = false;
};

/// What a finished chain left.
struct ChainResult {
  std::vector<md::Chunk> chunks;
  std::vector<std::string> folders;  ///< of the chunks, in order
  std::vector<md::ThermoRow> rows;   ///< of all chunks, each step once
  structures::Frame end;             ///< with velocities, unwrapped; the start if it exploded
  std::string exploded;              ///< why it ended early; empty if it did not
};

/// Runs the chains to their ends, in their order, as many at a time as there are cores; chunks that
/// an earlier run finished are not run again. `ended` is told of each chain when it is over, with
/// the wall time that it had (shared with those that ran beside it).
/// @throws Refused if one exploded, Error if one failed, naming chunk, cause and folder.
void run_each_chain(
    const Pipeline& pipeline, const std::string& title, const std::vector<Chain>& chains,
    const std::function<void(std::size_t chain, const ChainResult&, double seconds)>& ended);

/// The same where all results fit into memory.
[[nodiscard]] std::vector<ChainResult> run_chains(const Pipeline& pipeline,
                                                  const std::string& title,
                                                  const std::vector<Chain>& chains);

/// The frames of the chunks' trajectories, each time once, in order; `from_step` leaves earlier
/// ones out. `see` gets the frame and its time in ps.
void for_each_path_frame(const std::vector<std::string>& elements,
                         const std::vector<std::string>& folders, double timestep,
                         std::uint64_t from_step,
                         const std::function<void(const structures::Frame&, double)>& see);

/// Writes rows as CSV: time_ps,temperature_K,density_g_cm3,energy_eV,pressure_GPa.
void write_trace(const std::string& path, const std::vector<md::ThermoRow>& rows, double timestep);

}  // namespace vitrion::app
