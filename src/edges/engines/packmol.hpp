// Packmol (Martinez et al. 2009, DOI 10.1002/jcc.21224) as an engine: input, and the packed box it
// leaves.
#pragma once

#include <string>

#include "base/expected.hpp"
#include "glass/packing.hpp"
#include "structures/frame.hpp"

namespace vitrion::engines {

/// The text of pack.inp; molecule k is in moleculeK.xyz. Packmol 20.14 knows no periodic box: half
/// the tolerance stays free along each face, so that images keep their distance too.
[[nodiscard]] std::string packmol_input(const glass::PackingPlan& plan);

/// Writes pack.inp, the molecules and run.sh into `folder`, which is made if it is missing.
void write_packmol_task(const std::string& folder, const glass::PackingPlan& plan);

/// The packed frame with its cubic cell, atoms sorted by `elements`; or the cause why there is
/// none. Every atom of the plan must be there.
[[nodiscard]] expected<structures::Frame, std::string> read_packmol_result(
    const std::string& folder, const glass::PackingPlan& plan,
    const std::vector<std::string>& elements);

}  // namespace vitrion::engines
