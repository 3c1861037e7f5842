// vitrion init: a commented study file to start from.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/commands.hpp"
#include "app/source_tree.hpp"
#include "app/study/run_folder.hpp"
#include "base/error.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/study/dpgen.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

struct InitArguments {
  std::string name;
  std::string folder = ".";
  std::vector<std::string> dpgen;  ///< param.json, machine.json
};

fs::path new_study(const std::string& folder) {
  const fs::path out = fs::path(folder) / "study.toml";
  if (fs::exists(out))
    throw InputError(fmt::format("{} is there already: choose another folder", out.string()));
  return out;
}

/// A study from DP-GEN's files; what it could not carry over is said key by key.
void from_dpgen(const InitArguments& a) {
  const fs::path out = new_study(a.folder);
  const formats::StudyFromDpgen study = formats::study_from_dpgen(a.dpgen[0], a.dpgen[1]);
  fs::create_directories(a.folder);
  formats::write_whole_file(out.string(), study.text);
  for (const std::string& note : study.notes) fmt::print("not carried over: {}\n", note);
  fmt::print("{}\nvitrion check {} looks at it, vitrion learn {} runs it\n", out.string(),
             out.string(), out.string());
}

/// Studies of the source tree, by name.
std::vector<std::string> known_studies(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code))
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

void run(const InitArguments& a) {
  const fs::path source = source_tree() / "studies";
  const std::vector<std::string> known = known_studies(source);
  if (std::ranges::find(known, a.name) == known.end())
    throw InputError(fmt::format("study '{}' must be one of {}{}", a.name, fmt::join(known, ", "),
                                 did_you_mean(a.name, known)));
  const fs::path out = new_study(a.folder);
  std::string text = formats::read_whole_file((source / (a.name + ".toml")).string());
  // Labels stay where they are: the copy names them by their full path.
  const std::string relative = "\"../data/";
  const std::string absolute = "\"" + (source_tree() / "data").string() + "/";
  for (std::size_t at = text.find(relative); at != std::string::npos;
       at = text.find(relative, at + absolute.size()))
    text.replace(at, relative.size(), absolute);
  fs::create_directories(a.folder);
  formats::write_whole_file(out.string(), text);
  fmt::print("{}\nvitrion check {} looks at it, vitrion run {} runs it\n", out.string(),
             out.string(), out.string());
}

}  // namespace

void add_init(CLI::App& program) {
  CLI::App* c = program.add_subcommand("init", "Writes a commented study.toml to start from");
  auto a = std::make_shared<InitArguments>();
  auto places = std::make_shared<std::vector<std::string>>();
  c->add_option("--from-dpgen", a->dpgen, "DP-GEN's param.json and machine.json")->expected(2);
  c->add_option("STUDY_AND_DIR", *places,
                "which study (napso, quickstart or blank; none with --from-dpgen), then the folder "
                "of the new "
                "study.toml (default: .)")
      ->expected(0, 2);
  c->footer(
      "napso is the paper, parameter by parameter; quickstart the same way in half an hour; blank "
      "has "
      "the keys to fill in.\n\n"
      "Examples:\n  vitrion init napso my_glass\n  vitrion init quickstart my_glass\n"
      "  vitrion init --from-dpgen param.json machine.json my_glass");
  c->callback([a, places] {
    std::size_t next = 0;
    if (a->dpgen.empty()) {
      if (places->empty()) throw InputError("name a study: napso, quickstart or blank");
      a->name = (*places)[next++];
    }
    if (next < places->size()) a->folder = (*places)[next++];
    if (next < places->size())
      throw InputError(fmt::format("'{}' is one word too many", (*places)[next]));
    a->dpgen.empty() ? run(*a) : from_dpgen(*a);
  });
}

}  // namespace vitrion::app
