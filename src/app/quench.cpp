// vitrion quench: a study's melt-quench schedule from any packed structure, resumable.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/run_claim.hpp"
#include "app/study/dynamics.hpp"
#include "app/study/interrupt.hpp"
#include "app/study/path.hpp"
#include "app/study/quench_report.hpp"
#include "app/study/stages.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/study/file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

struct QuenchArguments {
  std::string study;
  std::string start;
  std::string model;
  std::string output = "quench";
  std::size_t seed = 1;
  bool json = false;
};

std::string summary_of(const nlohmann::json& report) {
  std::string text;
  if (report["cooling_rate_K_per_s"].is_number())
    text += fmt::format("cooled at {:.2e} K/s, {:.3g} times the paper's rate\n",
                        report["cooling_rate_K_per_s"].get<double>(),
                        report["times_the_paper"].get<double>());
  if (report["melt"].is_object())
    text += "melt: " + report["melt"]["verdict"].get<std::string>() + "\n";
  if (const nlohmann::json& Tg = report["glass_transition"]; Tg.is_object())
    text += Tg.contains("value")
                ? fmt::format("Tg {:.0f} K [{:.0f}, {:.0f}]\n", Tg["value"].get<double>(),
                              Tg["interval95"][0].get<double>(), Tg["interval95"][1].get<double>())
                : fmt::format("Tg refused: {}\n", Tg["refused"].get<std::string>());
  const auto yes_no = [&](const char* key) {
    return report["settled"][key].get<bool>() ? "yes" : "no";
  };
  text +=
      fmt::format("settled at the end: energy {}, volume {}\n", yes_no("energy"), yes_no("volume"));
  return text;
}

learn::Identity identity_of(const QuenchArguments& a, const formats::Study& study,
                            const md::Protocol& protocol) {
  learn::Identity identity("quench", 1);
  identity.add("start", hash_of_file(a.start)).add("model", hash_of_file(a.model));
  for (const md::Segment& s : protocol.segments)
    identity.add(md::name_of(s.kind), {s.from, s.to, s.pressure, s.time});
  identity.add("seed", static_cast<double>(a.seed));
  describe_dynamics(identity, study);
  return identity;
}

void run(const QuenchArguments& a) {
  const formats::Study study = formats::read_study(a.study);
  md::Protocol protocol;
  protocol.timestep = study.dynamics.timestep;
  protocol.segments = study_schedule(study);
  protocol.observers.trajectory = 0.2;
  protocol.seed = a.seed;
  formats::ReadOptions options;
  options.elements = study.elements;
  structures::Frame start = formats::read_frames(a.start, options).front();
  start.species = start.species.mapped_to(study.elements);

  const InterruptGuard guard;
  RunFolder folder(a.study);
  Pipeline pipeline(study, folder, default_threads(), fs::read_symlink("/proc/self/exe").string());
  const std::string out = fs::absolute(a.output).string();
  claim_folder(out, identity_of(a, study, protocol));
  const std::vector<ChainResult> results =
      run_chains(pipeline, "melt and quench",
                 {{"quench", out, start, protocol, {fs::absolute(a.model).string()}}});
  const std::string end = (fs::path(a.output) / "relaxed.extxyz").string();
  formats::write_frames(end, {results.front().end});
  write_trace((fs::path(a.output) / "trace.csv").string(), results.front().rows, protocol.timestep);
  keep_path(study.elements, results.front(), protocol.timestep, 0, a.output);
  const std::string record = (fs::path(a.output) / "quench.json").string();
  if (!fs::exists(record)) {
    nlohmann::json report = quench_report(study.elements, results.front(), protocol);
    report["quantity"] = "quench";
    report["output"] = end;
    report["density_g_cm3"] = structures::density(results.front().end);
    formats::write_whole_file(record, report.dump(1) + "\n");
  }
  drop_steps_between(results.front());
  const nlohmann::json report = nlohmann::json::parse(formats::read_whole_file(record));
  if (a.json) {
    fmt::print("{}\n", report.dump());
    return;
  }
  fmt::print("{}: {} after {:g} ps, {:.3f} g/cm3\n", end,
             structures::formula(results.front().end.species), protocol.total_time(),
             structures::density(results.front().end));
  fmt::print("{}", summary_of(report));
}

}  // namespace

void add_quench(CLI::App& program) {
  CLI::App* c =
      program.add_subcommand("quench", "Melts and quenches a structure by a study's schedule");
  auto a = std::make_shared<QuenchArguments>();
  c->add_option("STUDY", a->study, "study file; its [glass].schedule and [dynamics] are used")
      ->required();
  c->add_option("START", a->start, "packed structure")->required();
  c->add_option("-m,--model", a->model, "potential (.dp)")->required();
  c->add_option("-o,--output", a->output, "folder of the run")->capture_default_str();
  c->add_option("--seed", a->seed, "of the first velocities")->capture_default_str();
  c->add_flag("--json", a->json, "print the record");
  c->footer(
      "Leaves the glass (relaxed.extxyz), the thermodynamic trace (trace.csv), the unwrapped "
      "trajectory (path.nc) and\na record (quench.json): the cooling rate, whether the melt has "
      "diffused, forgotten its bonds and exchanged two anions\nper P, the glass transition, and "
      "what "
      "has settled at the end.\n"
      "Runs in chunks of [dynamics].chunk ps from restart file to restart file; run again with the "
      "same\n"
      "folder it goes on.\n\n"
      "Example:\n"
      "  vitrion quench studies/quickstart.toml packed.extxyz -m model.dp -o quench");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
