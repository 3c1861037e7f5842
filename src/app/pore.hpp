// The command vitrion pore.
#pragma once

#include <CLI/CLI.hpp>

namespace vitrion::app {

void add_pore(CLI::App& program);

}  // namespace vitrion::app
