#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/row_table.hpp"
#include "edges/formats/bytes/writable.hpp"
#include "edges/formats/lammps/box.hpp"
#include "edges/formats/lammps/lammps.hpp"

namespace vitrion::formats {

namespace {

/// The cuboid around an open frame's atoms, with an edge of at least 1 A so that no axis is flat.
LammpsBox box_around(const std::vector<Vec3>& positions) {
  LammpsBox box{positions[0], {}};
  Vec3 hi = positions[0];
  for (const Vec3& r : positions)
    for (std::size_t a = 0; a < 3; ++a) {
      box.lo[a] = std::min(box.lo[a], r[a]);
      hi[a] = std::max(hi[a], r[a]);
    }
  for (std::size_t a = 0; a < 3; ++a) {
    box.lo[a] -= 0.5;
    box.length[a] = hi[a] + 0.5 - box.lo[a];
  }
  return box;
}

bool inside(const structures::Cell& cell, const std::vector<Vec3>& positions) {
  return std::all_of(positions.begin(), positions.end(), [&](const Vec3& r) {
    const Vec3 s = cell.fractional(r).s;
    return std::all_of(s.begin(), s.end(), [](double x) { return x >= 0 && x < 1; });
  });
}

class DumpWriter final : public FrameWriter {
 public:
  DumpWriter(const std::string& path, const std::vector<std::string>& elements)
      : file_(path), fixed_names_(!elements.empty()) {
    names_.names = elements;
  }

  void write(const Frame& frame) override {
    check_writable(frame);
    RestrictedCell to;
    if (frame.cell) {
      to = restricted(*frame.cell);
    } else {
      to.box = box_around(frame.positions);
    }
    turned_ = turned_ || to.turned;
    reduced_ = reduced_ || to.reduced;
    write_head(frame, to.box);

    const std::vector<int> types = types_of(frame.species);
    text_ += frame.cell && !inside(*frame.cell, frame.positions)
                 ? "ITEM: ATOMS id type element xu yu zu"
                 : "ITEM: ATOMS id type element x y z";
    if (!frame.velocities.empty()) text_ += " vx vy vz";
    if (!frame.labels.forces.empty()) text_ += " fx fy fz";
    text_ += '\n';
    const auto put = [&](const Vec3& v) { append(text_, to.turned ? v * to.rotation : v); };
    for (std::size_t i = 0; i < frame.size(); ++i) {
      fmt::format_to(std::back_inserter(text_), "{} {} {}", i + 1, types[i] + 1,
                     frame.species.name(i));
      put(frame.positions[i]);
      if (!frame.velocities.empty()) put(frame.velocities[i]);
      if (!frame.labels.forces.empty()) put(frame.labels.forces[i]);
      text_ += '\n';
    }
    file_.write(text_);
    ++frames_;
  }
  void finish() override { file_.commit(); }

  std::vector<std::string> notes() const override {
    std::vector<std::string> result;
    if (turned_)
      result.emplace_back("cells were turned into LAMMPS's orientation, vectors with them");
    if (reduced_)
      result.emplace_back("tilts over half an edge were shortened by whole cell vectors");
    return result;
  }

 private:
  void write_head(const Frame& frame, const LammpsBox& box) {
    text_.clear();
    const auto number_of = [&](const char* key) -> const std::string* {
      const auto it = frame.info.find(key);
      double x = 0;
      return it != frame.info.end() && parse(it->second, x) ? &it->second : nullptr;
    };
    if (const std::string* time = number_of("time")) text_ += "ITEM: TIME\n" + *time + "\n";
    const std::string* const step = number_of("timestep");
    text_ += fmt::format("ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n{}\nITEM: BOX BOUNDS ",
                         step != nullptr ? *step : fmt::to_string(frames_), frame.size());
    const bool tilted = box.xy != 0 || box.xz != 0 || box.yz != 0;
    text_ += tilted ? "xy xz yz " : "";
    text_ += frame.cell ? "pp pp pp\n" : "ff ff ff\n";
    const Bounds bounds = bounds_of(box);
    const Vec3 tilts = {box.xy, box.xz, box.yz};
    for (std::size_t a = 0; a < 3; ++a) {
      append(text_, bounds.lo[a]);
      append(text_ += ' ', bounds.hi[a]);
      if (tilted) append(text_ += ' ', tilts[a]);
      text_ += '\n';
    }
  }

  /// Types in a common order, so that a type means one element in all frames.
  std::vector<int> types_of(const structures::Species& species) {
    if (!fixed_names_)
      for (const std::string& name : species.names) (void)names_.index(name);
    return species.mapped_to(names_.names).of_atom;
  }

  OutputFile file_;
  NameTable names_;
  bool fixed_names_;
  std::string text_;
  std::size_t frames_ = 0;
  bool turned_ = false;
  bool reduced_ = false;
};

}  // namespace

std::unique_ptr<FrameWriter> create_lammps_dump(const std::string& path,
                                                const WriteOptions& options) {
  return std::make_unique<DumpWriter>(path, options.elements);
}

Format lammps_dump_format() {
  Format format;
  FormatInfo& info = format.info;
  info.name = "lammps/dump";
  info.suffixes = {".dump", ".lammpstrj", "dump"};
  info.description = "LAMMPS dump, style custom or atom, units metal";
  info.reference = "https://docs.lammps.org/dump.html";
  info.reads = info.writes = info.many_frames = true;
  info.holds_forces = info.holds_velocities = info.holds_open = true;
  info.info_keys = {"time", "timestep"};
  format.open = open_lammps_dump;
  format.create = create_lammps_dump;
  return format;
}

}  // namespace vitrion::formats
