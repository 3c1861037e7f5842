// vitrion init: a commented study file to start from.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/commands.hpp"
#include "app/study/run_folder.hpp"
#include "base/error.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

struct Arguments {
  std::string name;
  std::string folder = ".";
};

/// Studies of the source tree, by name.
std::vector<std::string> known_studies(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code))
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

void run(const Arguments& a) {
  const fs::path source = fs::path(VITRION_SOURCE_DIR) / "studies";
  const std::vector<std::string> known = known_studies(source);
  if (std::ranges::find(known, a.name) == known.end())
    throw InputError(fmt::format("study '{}' must be one of {}{}", a.name, fmt::join(known, ", "),
                                 did_you_mean(a.name, known)));
  const fs::path out = fs::path(a.folder) / "study.toml";
  if (fs::exists(out))
    throw InputError(fmt::format("{} is there already: choose another folder", out.string()));
  std::string text = formats::read_whole_file((source / (a.name + ".toml")).string());
  // Labels stay where they are: the copy names them by their full path.
  const std::string relative = "\"../data/";
  const std::string absolute = "\"" + (fs::path(VITRION_SOURCE_DIR) / "data").string() + "/";
  for (std::size_t at = text.find(relative); at != std::string::npos;
       at = text.find(relative, at + absolute.size()))
    text.replace(at, relative.size(), absolute);
  fs::create_directories(a.folder);
  write_text(out.string(), text);
  fmt::print("{}\nvitrion check {} looks at it, vitrion run {} runs it\n", out.string(),
             out.string(), out.string());
}

}  // namespace

void add_init(CLI::App& program) {
  CLI::App* c = program.add_subcommand("init", "Writes a commented study.toml to start from");
  auto a = std::make_shared<Arguments>();
  c->add_option("STUDY", a->name, "which study: quickstart")->required();
  c->add_option("DIR", a->folder, "folder of the new study.toml")->capture_default_str();
  c->footer("Example:\n  vitrion init quickstart my_glass");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
