// Movies of a record's runs: which a page can carry, and how they are read.
#pragma once

#include <string>
#include <vector>

#include "report/movie.hpp"
#include "report/record.hpp"

namespace vitrion::app {

/// One run of each glass at each temperature (the first replica that kept a trajectory), fewer
/// where they would not fit: then each glass at the temperature nearest to the middle, with fewer
/// frames. A trajectory that cannot be read is told on standard error and left out.
[[nodiscard]] std::vector<report::Movie> read_movies(const report::Record& record,
                                                     const std::string& run_folder);

/// The first `most` frames are thinned while they are read, so that a long trajectory fits into
/// memory. Positions are unwrapped and stand still in the mean of the framework (P, or all atoms
/// without any). @throws InputError naming the file.
[[nodiscard]] report::Movie read_movie(const std::string& path, std::size_t most);

}  // namespace vitrion::app
