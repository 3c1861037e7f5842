// vitrion claims: the sub-command.
#pragma once

#include <CLI/CLI.hpp>

namespace vitrion::app {

void add_claims(CLI::App& program);

}  // namespace vitrion::app
