#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/writable.hpp"
#include "edges/formats/crystals/poscar.hpp"

namespace vitrion::formats {

namespace {

class PoscarWriter final : public FrameWriter {
 public:
  PoscarWriter(const std::string& path, std::vector<std::string> elements)
      : file_(path), elements_(std::move(elements)) {}

  void write(const Frame& frame) override {
    if (std::exchange(written_, true))
      throw InputError(fmt::format("{}: a POSCAR holds one frame", file_.path()));
    check_writable(frame);
    if (!frame.cell)
      throw InputError(
          fmt::format("{}: a POSCAR needs a cell, and the frame has none", file_.path()));
    const structures::Species species = ordered_species(frame, elements_);
    std::vector<std::size_t> order(frame.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
      return species.of_atom[i] < species.of_atom[j];
    });
    reordered_ = !std::is_sorted(order.begin(), order.end());

    std::string names;
    std::string numbers;
    const std::vector<int> counts = species.counts();
    for (std::size_t k = 0; k < counts.size(); ++k) {
      if (counts[k] == 0) continue;
      names += fmt::format(" {:>6}", species.names[k]);
      numbers += fmt::format(" {:>6}", counts[k]);
    }
    std::string text = fmt::format("{}\n1.0\n", structures::formula(species));
    for (const Vec3& row : frame.cell->rows()) append_line(text, row);
    text += names + '\n' + numbers + "\nCartesian\n";
    for (const std::size_t i : order) append_line(text, frame.positions[i]);
    if (!frame.velocities.empty()) {
      text += '\n';
      for (const std::size_t i : order) append_line(text, 1e-3 * frame.velocities[i]);  // A/fs
    }
    file_.write(text);
  }
  void finish() override { file_.commit(); }

  std::vector<std::string> notes() const override {
    if (!reordered_) return {};
    return {"the atoms were grouped by species, as a POSCAR needs"};
  }

 private:
  static void append_line(std::string& text, const Vec3& v) {
    append(text, v);
    text += '\n';
  }

  OutputFile file_;
  std::vector<std::string> elements_;
  bool written_ = false;
  bool reordered_ = false;
};

}  // namespace

std::unique_ptr<FrameWriter> create_poscar(const std::string& path, const WriteOptions& options) {
  return std::make_unique<PoscarWriter>(path, options.elements);
}

Format poscar_format() {
  Format format;
  format.info.name = "poscar";
  format.info.suffixes = {"POSCAR", "CONTCAR", ".poscar", ".vasp"};
  format.info.description = "VASP's POSCAR and CONTCAR";
  format.info.reference = "https://www.vasp.at/wiki/index.php/POSCAR";
  format.info.reads = format.info.writes = format.info.holds_velocities = true;
  format.open = open_poscar;
  format.create = create_poscar;
  return format;
}

}  // namespace vitrion::formats
