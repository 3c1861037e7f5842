// vitrion claims: the paper's statements, each tested against a study's record.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/claims/checks.hpp"
#include "analysis/claims/claim.hpp"
#include "app/claims/command.hpp"
#include "app/claims/findings.hpp"
#include "base/error.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct ClaimsArguments {
  std::string study;
  std::vector<std::string> reference;
  bool json = false;
};

/// X.toml stands for X.run beside it.
fs::path run_folder_of(const std::string& argument) {
  fs::path path(argument);
  if (path.extension() == ".toml") path.replace_extension(".run");
  return path;
}

json read_record(const fs::path& run) {
  const fs::path path = run / "record.json";
  if (!fs::exists(path))
    throw InputError(fmt::format("{} has no record.json: vitrion run writes it", run.string()));
  json record = json::parse(formats::read_whole_file(path.string()), nullptr, false);
  if (record.is_discarded()) throw InputError(fmt::format("{} is not JSON", path.string()));
  if (!record.contains("glasses"))
    throw InputError(
        fmt::format("{} has no glasses: claims need a record of schema 2, and this is {}",
                    path.string(), record.value("schema", json("none")).dump()));
  return record;
}

std::string text_of(const analysis::Claim& c) {
  std::string number;
  if (c.value) number = fmt::format("  {:.4g}", *c.value);
  if (c.interval95)
    number += fmt::format(" [{:.4g}, {:.4g}]", (*c.interval95)[0], (*c.interval95)[1]);
  if (c.value) number += " " + c.unit;
  return fmt::format("{:<13} {}\n              {}{}\n              {}\n", to_string(c.verdict),
                     c.statement, c.id, number, c.reason);
}

void run(const ClaimsArguments& a) {
  const fs::path folder = run_folder_of(a.study);
  json record = read_record(folder);
  std::vector<std::string> files = reference_files_beside(folder.string());
  files.insert(files.end(), a.reference.begin(), a.reference.end());
  record["reference"] = reference_record(files);
  const analysis::Findings findings = findings_of(record, folder.string());
  const std::vector<analysis::Claim> claims = analysis::claims(findings);
  const std::vector<analysis::Check> checks = analysis::self_checks(findings);
  if (a.json) {
    json out = {{"claims", json::array()}, {"checks", json::array()}};
    for (const analysis::Claim& c : claims) out["claims"].push_back(to_json(c));
    for (const analysis::Check& c : checks) out["checks"].push_back(to_json(c));
    fmt::print("{}\n", out.dump(1));
    return;
  }
  std::map<std::string, int> counts;
  for (const analysis::Claim& c : claims) {
    fmt::print("{}", text_of(c));
    ++counts[to_string(c.verdict)];
  }
  fmt::print("\n{} reproduced, {} not resolved, {} contradicted, {} not testable\n\nself-checks\n",
             counts["reproduced"], counts["not resolved"], counts["contradicted"],
             counts["not testable"]);
  for (const analysis::Check& c : checks)
    fmt::print("{:<8} {:<36} {}\n", to_string(c.state), c.name, c.detail);
}

}  // namespace

void add_claims(CLI::App& program) {
  CLI::App* c = program.add_subcommand(
      "claims", "The paper's statements, each tested against a study's record");
  const auto a = std::make_shared<ClaimsArguments>();
  c->add_option("STUDY", a->study, "X.toml or its run folder X.run")->required();
  c->add_option("--reference", a->reference,
                "CSV files of measurements beside those of data/reference")
      ->allow_extra_args(false);
  c->add_flag("--json", a->json, "print claims and self-checks as JSON");
  c->footer(
      "Verdicts: reproduced, not resolved (chance explains it), contradicted, not testable. Claims "
      "that compare\ncompositions are judged together, so that a study without an effect has one "
      "reproduced in at most 2.5 % of cases.\n\nExamples:\n"
      "  vitrion claims studies/napso.toml\n"
      "  vitrion claims napso.run --reference chi2022_figure3.csv --json");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
