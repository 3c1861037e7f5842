#include "edges/formats/deepmd/systems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames_csv.hpp"

namespace vitrion::formats {

namespace fs = std::filesystem;

namespace {

/// Folders within folders; deeper than any data set, shallower than a loop of symbolic links.
constexpr int deepest = 16;

void search(const fs::path& folder, int depth, std::vector<std::string>& found) {
  if (fs::exists(folder / "type.raw")) {
    found.push_back(folder.string());
    return;
  }
  if (depth == deepest) return;
  std::vector<fs::path> children;
  for (const auto& child :
       fs::directory_iterator(folder, fs::directory_options::skip_permission_denied))
    if (child.is_directory()) children.push_back(child.path());
  std::sort(children.begin(), children.end());
  for (const fs::path& child : children) search(child, depth + 1, found);
}

std::vector<std::string> words_of(const std::string& path) {
  std::string text = read_whole_file(path);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  std::vector<std::string> words;
  for (const std::string_view word : split(text)) words.emplace_back(word);
  return words;
}

std::vector<int> read_types(const std::string& path) {
  std::vector<int> types;
  for (const std::string& word : words_of(path)) {
    int type = 0;
    if (!parse(word, type) || type < 0)
      throw InputError(
          fmt::format("{}: '{}' is no type; whole numbers from 0 are needed", path, word));
    types.push_back(type);
  }
  if (types.empty()) throw InputError(fmt::format("{}: names no atom", path));
  return types;
}

std::vector<std::string> sets_of(const std::string& path) {
  std::vector<std::string> sets;
  for (const auto& child : fs::directory_iterator(path))
    if (child.is_directory() && child.path().filename().string().starts_with("set."))
      sets.push_back(child.path().string());
  std::sort(sets.begin(), sets.end());
  return sets;
}

/// type_map.raw, else the names given by the caller, else Type_k as dpdata has it.
std::vector<std::string> names_for(const DeepmdSystem& system,
                                   const std::vector<std::string>& elements) {
  const std::string map = system.path + "/type_map.raw";
  const bool has_map = fs::exists(map);
  std::vector<std::string> names = has_map ? words_of(map) : elements;
  for (const std::string& name : names)
    if (std::count(names.begin(), names.end(), name) > 1)
      throw InputError(fmt::format("{}: '{}' is named twice", has_map ? map : "elements", name));
  if (system.mixed && has_map) return names;
  const int most = *std::max_element(system.types.begin(), system.types.end());
  if (names.empty() && !has_map && !system.mixed)
    for (int k = 0; k <= most; ++k) names.push_back(fmt::format("Type_{}", k));
  if (!system.mixed && static_cast<std::size_t>(most) >= names.size())
    throw InputError(fmt::format("{}/type.raw: type {} has no name; {} names {}", system.path, most,
                                 has_map ? "type_map.raw" : "the list of elements",
                                 fmt::join(names, " ")));
  return names;
}

}  // namespace

std::vector<std::string> find_deepmd_systems(const std::string& root) {
  if (!fs::is_directory(root))
    throw InputError(fmt::format("{}: is no folder, but a deepmd system is one", root));
  std::vector<std::string> found;
  try {
    search(root, 0, found);
  } catch (const fs::filesystem_error& e) {
    throw InputError(fmt::format("{}: cannot be searched: {}", root, e.code().message()));
  }
  if (found.empty())
    throw InputError(fmt::format("{}: neither it nor a folder below it has a type.raw", root));
  return found;
}

DeepmdSystem read_deepmd_system(const std::string& path, const std::vector<std::string>& elements) {
  DeepmdSystem system;
  system.path = path;
  system.types = read_types(path + "/type.raw");
  system.open = fs::exists(path + "/nopbc");
  system.sets = sets_of(path);
  system.mixed = !system.sets.empty() && fs::exists(system.sets[0] + "/real_atom_types.npy");
  system.names = names_for(system, elements);
  const std::string csv = path + "/frames.csv";
  if (fs::exists(csv)) system.infos = read_frames_csv(csv);
  return system;
}

bool is_deepmd_folder(const std::string& path) {
  static constexpr std::array<std::string_view, 4> own = {"type.raw", "type_map.raw", "nopbc",
                                                          "frames.csv"};
  bool has_types = false;
  for (const auto& child : fs::recursive_directory_iterator(path)) {
    if (child.is_directory()) continue;
    const std::string name = child.path().filename().string();
    has_types = has_types || name == "type.raw";
    if (std::find(own.begin(), own.end(), name) == own.end() && !name.ends_with(".npy"))
      return false;
  }
  return has_types;
}

}  // namespace vitrion::formats
