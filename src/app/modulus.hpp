// The command vitrion modulus.
#pragma once

#include <CLI/CLI.hpp>

namespace vitrion::app {

void add_modulus(CLI::App& program);

}  // namespace vitrion::app
