#include "app/training_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "edges/formats/deepmd/systems.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

std::string resolve(const std::string& path, const std::string& input) {
  if (fs::path(path).is_absolute() || fs::exists(path)) return path;
  const fs::path beside = fs::path(input).parent_path() / path;
  return fs::exists(beside) ? beside.string() : path;
}

std::shared_ptr<const train::Dataset> load_dataset(const formats::DataInput& data,
                                                   const std::string& input,
                                                   const std::vector<std::string>& type_map,
                                                   double cutoff, ThreadPool& threads) {
  std::vector<train::System> systems;
  for (const std::string& written : data.systems) {
    const std::string path = resolve(written, input);
    if (!fs::exists(path))
      throw InputError(fmt::format("{}: {} does not exist",
                                   data.place.empty() ? input + ": systems" : data.place, written));
    std::vector<std::string> found{path};
    if (fs::is_directory(path)) found = formats::find_deepmd_systems(path);
    formats::ReadOptions options;
    options.elements = type_map;
    for (const std::string& one : found)
      systems.push_back({one, formats::read_frames(one, options)});
  }
  if (data.most_atoms) {
    std::erase_if(systems, [most = *data.most_atoms](const train::System& system) {
      return std::any_of(system.frames.begin(), system.frames.end(),
                         [most](const structures::Frame& frame) { return frame.size() > most; });
    });
    if (systems.empty())
      throw InputError(
          fmt::format("{}: batch_size = filter:{} leaves no system", input, *data.most_atoms));
  }
  return std::make_shared<const train::Dataset>(std::move(systems), type_map, cutoff, threads);
}

}  // namespace vitrion::app
