// The sub-commands of the loop and of single tasks.
#pragma once

#include "app/commands.hpp"

namespace vitrion::app {

void add_cancel(CLI::App& program);
void add_learn(CLI::App& program);
void add_logs(CLI::App& program);
void add_relax(CLI::App& program);
void add_retry(CLI::App& program);
void add_why(CLI::App& program);

}  // namespace vitrion::app
