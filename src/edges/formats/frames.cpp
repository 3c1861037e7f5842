#include "edges/formats/frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "edges/formats/bytes/compression.hpp"
#include "edges/formats/format.hpp"
#include "edges/formats/trajectory/amber_netcdf.hpp"
#include "edges/formats/trajectory/xdatcar.hpp"

namespace vitrion::formats {

namespace {

const std::vector<Format>& registry() {
  static const std::vector<Format> table = {
      deepmd_npy_format(),   deepmd_mixed_format(), deepmd_raw_format(),
      extxyz_format(),       poscar_format(),       cif_format(),
      lammps_data_format(),  lammps_dump_format(),  amber_netcdf_float32_format(),
      amber_netcdf_format(), xdatcar_format(),      vasprun_format(),
      outcar_format(),       cp2k_format()};
  return table;
}

const Format& entry(const std::string& name) {
  std::vector<std::string> names;
  for (const Format& format : registry()) {
    if (format.info.name == name) return format;
    names.push_back(format.info.name);
  }
  throw InputError(fmt::format("'{}' is no format{}; known are: {}", name,
                               did_you_mean(name, names), fmt::join(names, ", ")));
}

/// A whole name also stands for names that begin with it and a dot: POSCAR.1, dump.melt; and
/// POSCAR_relaxed.
bool claims(const std::string& suffix, const std::string& name) {
  if (suffix.starts_with('.')) return name.size() > suffix.size() && name.ends_with(suffix);
  const bool shouts = suffix[0] >= 'A' && suffix[0] <= 'Z';
  return name == suffix || name.starts_with(suffix + ".") ||
         (shouts && name.starts_with(suffix + "_"));
}

const Format& chosen(const std::string& path, const std::string& name) {
  return entry(name.empty() ? format_of(path).name : name);
}

}  // namespace

const std::vector<FormatInfo>& formats() {
  static const std::vector<FormatInfo> table = [] {
    std::vector<FormatInfo> infos;
    for (const Format& format : registry()) infos.push_back(format.info);
    return infos;
  }();
  return table;
}

const FormatInfo& format_named(const std::string& name) {
  return entry(name).info;
}

const FormatInfo& format_of(const std::string& path) {
  std::error_code unreadable;  // then the reader says so
  if (path.ends_with('/') || std::filesystem::is_directory(path, unreadable))
    return entry("deepmd/npy").info;
  const std::string name =
      std::filesystem::path(without_compression_suffix(path)).filename().string();
  std::vector<std::string> suffixes;
  // Suffixes before whole names: POSCAR.xyz is an XYZ file.
  for (const bool whole : {false, true})
    for (const Format& format : registry())
      for (const std::string& suffix : format.info.suffixes) {
        if (suffix.starts_with('.') == whole) continue;
        if (claims(suffix, name)) return format.info;
        suffixes.push_back(suffix);
      }
  const std::string suffix = std::filesystem::path(name).extension().string();
  if (suffix.empty() && !std::filesystem::exists(path, unreadable)) return entry("deepmd/npy").info;
  throw InputError(fmt::format("{}: the suffix '{}' names no known format{}; known are: {}", path,
                               suffix, did_you_mean(suffix, suffixes), fmt::join(suffixes, " ")));
}

std::unique_ptr<FrameReader> open_frames(const std::string& path, const ReadOptions& options) {
  std::error_code unreadable;  // then the reader says so
  if (!std::filesystem::exists(path, unreadable) && !unreadable)
    throw InputError(fmt::format("{}: does not exist", path));
  const Format& format = chosen(path, options.format);
  if (!format.open) throw InputError(fmt::format("{}: {} is not read", path, format.info.name));
  return format.open(path, options);
}

std::vector<Frame> read_frames(const std::string& path, const ReadOptions& options) {
  const auto reader = open_frames(path, options);
  std::vector<Frame> frames;
  while (auto frame = reader->next()) frames.push_back(std::move(*frame));
  if (frames.empty()) throw InputError(fmt::format("{}: holds no frame", path));
  return frames;
}

std::unique_ptr<FrameWriter> create_frames(const std::string& path, const WriteOptions& options) {
  const Format& format = chosen(path, options.format);
  if (!format.create)
    throw InputError(fmt::format("{}: {} is not written", path, format.info.name));
  return format.create(path, options);
}

void write_frames(const std::string& path, const std::vector<Frame>& frames,
                  const WriteOptions& options) {
  if (frames.empty()) throw InputError(fmt::format("{}: there is no frame to write", path));
  const auto writer = create_frames(path, options);
  for (const Frame& frame : frames) writer->write(frame);
  writer->finish();
}

}  // namespace vitrion::formats
