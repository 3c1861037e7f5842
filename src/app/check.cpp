// vitrion check: a study validated without running anything: keys, files, engines, composition,
// cost.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "app/study/preflight.hpp"
#include "base/error.hpp"

namespace vitrion::app {

namespace {

void run(const std::string& path) {
  const formats::Study study = formats::read_study(path);
  fmt::print("{}: study {}\n", path, study.name);
  const std::vector<Finding> findings = preflight(study);
  for (const Finding& finding : findings)
    fmt::print("  {:<7} {}\n", finding.fault ? "fault" : "ok", finding.text);
  const auto faults = std::ranges::count_if(findings, &Finding::fault);
  if (faults > 0)
    throw InputError(fmt::format("{}: {} fault{}", path, faults, faults > 1 ? "s" : ""));
  fmt::print("{} is ready to run\n", path);
}

}  // namespace

void add_check(CLI::App& program) {
  CLI::App* c = program.add_subcommand(
      "check", "Validates a study without running it: keys, files, engines, cost");
  auto study = std::make_shared<std::string>();
  c->add_option("STUDY", *study, "study file (TOML)")->required();
  c->footer("Example:\n  vitrion check studies/quickstart.toml");
  c->callback([study] { run(*study); });
}

}  // namespace vitrion::app
