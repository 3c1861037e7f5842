// The path of a run: one NetCDF file in place of the dumps of its chunks, and a short one to look
// at.
#pragma once

#include <string>

#include "app/study/dynamics.hpp"

namespace vitrion::app {

/// Writes FOLDER/path.nc, positions unwrapped and times in ps from the run's start, if it is not
/// there; it appears only when it is whole.
void keep_path(const std::vector<std::string>& elements, const ChainResult& chain, double timestep,
               std::uint64_t from_step, const std::string& folder);
/// Writes FOLDER/viewer.nc, at most `most_frames` of path.nc, if it is not there.
void keep_viewer(const std::vector<std::string>& elements, const std::string& folder,
                 std::size_t most_frames = 400);
/// Removes the dumps of the chunks, and the states between them: a run of a thousand chunks would
/// keep more bytes of restarts than of its path. Only after all that is read from them is written.
void drop_steps_between(const ChainResult& chain);

}  // namespace vitrion::app
