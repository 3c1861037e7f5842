// The sub-commands: each file of this room adds one to the program.
#pragma once

#include <CLI/CLI.hpp>

namespace vitrion::app {

// Each function declares its command's flags and sets a callback that runs it. Errors are thrown
// (base/error.hpp) and become exit codes in main.
void add_analyze(CLI::App& program);
void add_check(CLI::App& program);
void add_convert(CLI::App& program);
void add_eval(CLI::App& program);
void add_init(CLI::App& program);
void add_label(CLI::App& program);
void add_lmp(CLI::App& program);
void add_pack(CLI::App& program);
void add_quench(CLI::App& program);
void add_report(CLI::App& program);
void add_run(CLI::App& program);
void add_status(CLI::App& program);
void add_test(CLI::App& program);
void add_train(CLI::App& program);

}  // namespace vitrion::app
