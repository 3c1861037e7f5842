// vitrion status: what of a study is done, and whether it is running.
#include <fmt/format.h>

#include <memory>

#include "app/commands.hpp"
#include "app/study/run_folder.hpp"
#include "base/progress.hpp"
#include "edges/formats/study/file.hpp"

namespace vitrion::app {

namespace {

struct Arguments {
  std::string study;
  bool json = false;
};

void run(const Arguments& a) {
  (void)formats::read_study(a.study);
  const RunFolder folder(a.study);
  const std::vector<learn::Manifest> done = folder.all();
  const auto holder = folder.holder();
  if (a.json) {
    nlohmann::json record = {{"folder", folder.path()}, {"stages", nlohmann::json::array()}};
    record["running"] = holder ? nlohmann::json(*holder) : nlohmann::json();
    for (const learn::Manifest& m : done)
      record["stages"].push_back({{"task", m.task},
                                  {"identity", m.identity},
                                  {"finished", m.finished},
                                  {"seconds", m.seconds},
                                  {"detail", m.detail}});
    fmt::print("{}\n", record.dump());
    return;
  }
  double seconds = 0;
  for (const learn::Manifest& m : done) {
    fmt::print("{:<14} {}  {:>12}  {}\n", m.task, m.finished, duration_text(m.seconds), m.detail);
    seconds += m.seconds;
  }
  fmt::print("{} stages done, {} of work; {}\n", done.size(), duration_text(seconds),
             holder ? fmt::format("process {} is running it", *holder)
                    : fmt::format("not running: vitrion run {} starts or resumes it", a.study));
}

}  // namespace

void add_status(CLI::App& program) {
  CLI::App* c =
      program.add_subcommand("status", "Says what of a study is done and whether it is running");
  auto a = std::make_shared<Arguments>();
  c->add_option("STUDY", a->study, "study file (TOML)")->required();
  c->add_flag("--json", a->json, "print a record for machines");
  c->footer("Example:\n  vitrion status studies/quickstart.toml");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
