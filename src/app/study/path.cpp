#include "app/study/path.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "edges/engines/lammps_input.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

void keep_path(const std::vector<std::string>& elements, const ChainResult& chain, double timestep,
               std::uint64_t from_step, const std::string& folder) {
  const fs::path path = fs::path(folder) / "path.nc";
  if (fs::exists(path)) return;
  formats::WriteOptions options;
  options.elements = elements;
  const auto writer = formats::create_frames(path.string(), options);
  std::size_t frames = 0;
  for_each_path_frame(elements, chain.folders, timestep, from_step,
                      [&](const structures::Frame& frame, double time) {
                        structures::Frame timed = frame;
                        timed.info["time"] = fmt::format("{:.10g}", time);
                        writer->write(timed);
                        ++frames;
                      });
  if (frames > 0) writer->finish();
}

void keep_viewer(const std::vector<std::string>& elements, const std::string& folder,
                 std::size_t most_frames) {
  const fs::path path = fs::path(folder) / "viewer.nc";
  if (fs::exists(path)) return;
  const std::string whole = (fs::path(folder) / "path.nc").string();
  std::size_t frames = 0;
  for (const auto reader = formats::open_frames(whole); reader->next();) ++frames;
  const std::size_t stride = (frames + most_frames - 1) / most_frames;
  formats::WriteOptions options;
  options.elements = elements;
  const auto writer = formats::create_frames(path.string(), options);
  const auto reader = formats::open_frames(whole);
  for (std::size_t k = 0; k < frames; ++k) {
    const auto frame = reader->next();
    if (k % stride == 0) writer->write(*frame);
  }
  writer->finish();
}

void drop_steps_between(const ChainResult& chain) {
  namespace names = engines::lammps_names;
  std::error_code code;
  for (const std::string& folder : chain.folders) {
    fs::remove(fs::path(folder) / names::trajectory, code);
    if (folder == chain.folders.back()) continue;
    for (const char* file : {names::restart, names::end_frame, "end.data"})
      fs::remove(fs::path(folder) / file, code);
  }
}

}  // namespace vitrion::app
