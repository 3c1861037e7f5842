// vitrion: from a composition to a conductivity.
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "app/claims/command.hpp"
#include "app/commands.hpp"
#include "app/completion.hpp"
#include "app/loop_commands.hpp"
#include "app/modulus.hpp"
#include "app/pore.hpp"
#include "base/error.hpp"

int main(int argc, char** argv) {
  using namespace vitrion;
  CLI::App program{"Vitrion: from a composition to a conductivity", "vitrion"};
  program.set_version_flag("--version", VITRION_VERSION);
  program.require_subcommand(1);
  program.footer("Each command's --help has an example.");
  app::add_analyze(program);
  app::add_cancel(program);
  app::add_check(program);
  app::add_claims(program);
  app::add_convert(program);
  app::add_eval(program);
  app::add_init(program);
  app::add_label(program);
  app::add_learn(program);
  app::add_lmp(program);
  app::add_logs(program);
  app::add_modulus(program);
  app::add_pack(program);
  app::add_pore(program);
  app::add_quench(program);
  app::add_relax(program);
  app::add_report(program);
  app::add_retry(program);
  app::add_run(program);
  app::add_status(program);
  app::add_test(program);
  app::add_train(program);
  app::add_why(program);
  app::add_completion(program);
  app::add_man(program);

  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp& e) {
    return program.exit(e);
  } catch (const CLI::CallForVersion& e) {
    return program.exit(e);
  } catch (const CLI::ParseError& e) {
    program.exit(e);
    return 2;
  } catch (const Error& e) {
    fmt::print(stderr, "vitrion: {}\n", e.what());
    return e.exit_code();
  } catch (const std::exception& e) {
    fmt::print(stderr, "vitrion: {}\n", e.what());
    return 1;
  }
  return 0;
}
