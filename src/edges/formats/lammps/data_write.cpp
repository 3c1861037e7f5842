#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/writable.hpp"
#include "edges/formats/lammps/box.hpp"
#include "edges/formats/lammps/lammps.hpp"
#include "structures/elements.hpp"

namespace vitrion::formats {

namespace {

class DataWriter final : public FrameWriter {
 public:
  DataWriter(const std::string& path, std::vector<std::string> elements)
      : file_(path), elements_(std::move(elements)) {}

  void write(const Frame& frame) override {
    if (std::exchange(written_, true))
      throw InputError(fmt::format("{}: a LAMMPS data file holds one frame", file_.path()));
    check_writable(frame);
    if (!frame.cell)
      throw InputError(
          fmt::format("{}: a LAMMPS data file needs a cell, and the frame has none", file_.path()));
    const structures::Species species = ordered_species(frame, elements_);
    to_ = restricted(*frame.cell);

    std::string text =
        fmt::format("{} (units metal)\n\n{} atoms\n{} atom types\n\n", structures::formula(species),
                    frame.size(), species.names.size());
    const char* const edges[] = {"xlo xhi", "ylo yhi", "zlo zhi"};
    for (std::size_t a = 0; a < 3; ++a) {
      append(text += "0 ", to_.box.length[a]);
      text += fmt::format(" {}\n", edges[a]);
    }
    const Vec3 tilts = {to_.box.xy, to_.box.xz, to_.box.yz};
    if (norm2(tilts) > 0) {
      append(text, tilts);
      text += " xy xz yz\n";
    }
    text += "\nMasses\n\n";
    for (std::size_t k = 0; k < species.names.size(); ++k) {
      const auto mass = structures::standard_mass(species.names[k]);
      if (!mass)
        throw InputError(
            fmt::format("{}: '{}' has no standard mass, which LAMMPS needs; give the elements",
                        file_.path(), species.names[k]));
      text += fmt::format("{} ", k + 1);
      append(text, *mass);
      text += fmt::format(" # {}\n", species.names[k]);
    }
    text += "\nAtoms # atomic\n\n";
    for (std::size_t i = 0; i < frame.size(); ++i) {
      text += fmt::format("{} {}", i + 1, species.of_atom[i] + 1);
      append_line(text, frame.positions[i]);
    }
    if (!frame.velocities.empty()) {
      text += "\nVelocities\n\n";
      for (std::size_t i = 0; i < frame.size(); ++i) {
        text += fmt::format("{}", i + 1);
        append_line(text, frame.velocities[i]);
      }
    }
    file_.write(text);
  }
  void finish() override { file_.commit(); }

  std::vector<std::string> notes() const override {
    std::vector<std::string> result;
    if (to_.turned)
      result.emplace_back("the cell was turned into LAMMPS's orientation, vectors with it");
    if (to_.reduced)
      result.emplace_back("tilts over half an edge were shortened by whole cell vectors");
    return result;
  }

 private:
  void append_line(std::string& text, const Vec3& v) const {
    append(text, to_.turned ? v * to_.rotation : v);
    text += '\n';
  }

  OutputFile file_;
  std::vector<std::string> elements_;
  RestrictedCell to_;
  bool written_ = false;
};

}  // namespace

std::unique_ptr<FrameWriter> create_lammps_data(const std::string& path,
                                                const WriteOptions& options) {
  return std::make_unique<DataWriter>(path, options.elements);
}

Format lammps_data_format() {
  Format format;
  FormatInfo& info = format.info;
  info.name = "lammps/data";
  info.suffixes = {".data", ".lmp", ".lammps", "data"};
  info.description = "LAMMPS data file, units metal";
  info.reference = "https://docs.lammps.org/read_data.html";
  info.reads = info.writes = info.holds_velocities = true;
  format.open = open_lammps_data;
  format.create = create_lammps_data;
  return format;
}

}  // namespace vitrion::formats
