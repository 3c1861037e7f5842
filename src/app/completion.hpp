// The commands vitrion completion and vitrion man: what a shell and a reader know of the others.
#pragma once

#include <CLI/CLI.hpp>

namespace vitrion::app {

/// Both are made from the tree of commands, so they are added last.
void add_completion(CLI::App& program);
void add_man(CLI::App& program);

}  // namespace vitrion::app
