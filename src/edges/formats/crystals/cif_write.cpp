#include <fmt/format.h>

#include "base/error.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/writable.hpp"
#include "edges/formats/crystals/cif.hpp"

namespace vitrion::formats {

namespace {

/// a along x and b in the xy plane, as a reader of lengths and angles sets the cell up.
bool has_standard_orientation(const structures::Cell& cell) {
  const Mat3& m = cell.rows();
  return m[0][1] == 0 && m[0][2] == 0 && m[1][2] == 0 && m[0][0] > 0 && m[1][1] > 0;
}

class CifWriter final : public FrameWriter {
 public:
  explicit CifWriter(const std::string& path) : file_(path) {}

  void write(const Frame& frame) override {
    check_writable(frame);
    if (!frame.cell)
      throw InputError(fmt::format("{}: a CIF needs a cell, and the frame has none", file_.path()));
    const structures::Cell& cell = *frame.cell;
    std::string text = fmt::format("data_frame_{}\n", frames_++);
    const auto pair = [&](const char* tag, double x) {
      text += fmt::format("{:<24}", tag);
      append(text, x);
      text += '\n';
    };
    const Vec3 lengths = cell.lengths();
    const Vec3 angles = cell.angles();
    turned_ = turned_ || !has_standard_orientation(cell);
    pair("_cell_length_a", lengths[0]);
    pair("_cell_length_b", lengths[1]);
    pair("_cell_length_c", lengths[2]);
    pair("_cell_angle_alpha", angles[0]);
    pair("_cell_angle_beta", angles[1]);
    pair("_cell_angle_gamma", angles[2]);
    text +=
        "_space_group_name_H-M_alt 'P 1'\n_space_group_IT_number 1\n"
        "loop_\n_space_group_symop_operation_xyz\n'x, y, z'\n"
        "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n"
        "_atom_site_fract_z\n_atom_site_occupancy\n";
    for (std::size_t i = 0; i < frame.size(); ++i) {
      const std::string& name = frame.species.name(i);
      text += fmt::format("{}{} {}", name, i + 1, name);
      append(text, cell.fractional(frame.positions[i]).s);
      text += " 1\n";
    }
    file_.write(text);
  }
  void finish() override { file_.commit(); }

  std::vector<std::string> notes() const override {
    if (!turned_) return {};
    return {"the cell is given by lengths and angles: its orientation in space was left out"};
  }

 private:
  OutputFile file_;
  std::size_t frames_ = 0;
  bool turned_ = false;
};

}  // namespace

std::unique_ptr<FrameWriter> create_cif(const std::string& path, const WriteOptions&) {
  return std::make_unique<CifWriter>(path);
}

Format cif_format() {
  Format format;
  format.info.name = "cif";
  format.info.suffixes = {".cif"};
  format.info.description = "Crystallographic Information File";
  format.info.reference = "https://www.iucr.org/resources/cif";
  format.info.reads = format.info.writes = format.info.many_frames = true;
  format.open = open_cif;
  format.create = create_cif;
  return format;
}

}  // namespace vitrion::formats
