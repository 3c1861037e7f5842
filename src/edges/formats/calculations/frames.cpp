// Outputs of electronic-structure codes as formats of frames: what counts is given as frames, the
// rest is told of.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "edges/formats/bytes/line_reader.hpp"
#include "edges/formats/bytes/row_table.hpp"
#include "edges/formats/calculations/calculation.hpp"
#include "edges/formats/format.hpp"

namespace vitrion::formats {

namespace {

using ReadAll = std::vector<Calculation> (*)(const std::string&);

std::string text_of(const std::string& path) {
  std::string text;
  for (LineReader lines(path); const auto line = lines.next();) (text += *line) += '\n';
  return text;
}

Frame frame_of(const Calculation& c) {
  Frame frame;
  frame.cell.emplace(*c.cell);
  NameTable names;
  for (const std::string& name : c.species) frame.species.of_atom.push_back(names.index(name));
  frame.species.names = std::move(names.names);
  frame.positions = c.positions;
  frame.labels.energy = c.energy;
  frame.labels.forces = c.forces;
  frame.labels.virial = c.virial;
  frame.info["engine"] = c.engine;
  if (!c.version.empty()) frame.info["version"] = c.version;
  frame.info["scf_steps"] = fmt::format("{}", c.scf_steps);
  return frame;
}

class CalculationReader final : public FrameReader {
 public:
  CalculationReader(const std::string& path, ReadAll read)
      : path_(path), calculations_(read(text_of(path))) {
    if (calculations_.empty())
      throw InputError(fmt::format("{}: holds no calculation with energy and forces", path));
    // A file that was cut is an error; what stands before the cut is not thrown away silently.
    if (!calculations_.back().ended)
      throw InputError(fmt::format(
          "{}: the output has no end{}", path,
          calculations_.back().complaint.empty() ? "" : ": " + calculations_.back().complaint));
  }

  std::optional<Frame> next() override {
    for (; at_ < calculations_.size(); ++at_) {
      const Calculation& c = calculations_[at_];
      std::optional<Defect> found = defect(c);
      if (!found && (!c.cell || c.positions.size() != c.species.size()))
        found = {"incomplete", "the output has no geometry"};
      if (found) {
        notes_.push_back(
            fmt::format("calculation {} is left out: {}: {}", at_ + 1, found->kind, found->cause));
        continue;
      }
      ++at_;
      any_ = true;
      return frame_of(c);
    }
    if (!any_) throw InputError(fmt::format("{}: holds no frame: {}", path_, notes_.front()));
    return std::nullopt;
  }
  std::vector<std::string> notes() const override { return notes_; }

 private:
  std::string path_;
  std::vector<Calculation> calculations_;
  std::size_t at_ = 0;
  bool any_ = false;
  std::vector<std::string> notes_;
};

Format format_of_output(const char* name, std::vector<std::string> suffixes,
                        const char* description, const char* reference, ReadAll read) {
  Format format;
  format.info.name = name;
  format.info.suffixes = std::move(suffixes);
  format.info.description = description;
  format.info.reference = reference;
  format.info.reads = format.info.many_frames = true;
  format.info.holds_energy = format.info.holds_forces = format.info.holds_virial = true;
  format.info.info_keys = {"engine", "version", "scf_steps"};
  format.open = [read](const std::string& path, const ReadOptions&) {
    return std::make_unique<CalculationReader>(path, read);
  };
  return format;
}

}  // namespace

Format vasprun_format() {
  return format_of_output("vasprun", {"vasprun.xml", ".vasprun.xml"},
                          "VASP's vasprun.xml: every ionic step that converged",
                          "https://www.vasp.at/wiki/index.php/Vasprun.xml", read_vasprun);
}

Format outcar_format() {
  return format_of_output("outcar", {"OUTCAR", ".outcar"},
                          "VASP's OUTCAR: every ionic step that converged",
                          "https://www.vasp.at/wiki/index.php/OUTCAR",
                          [](const std::string& text) { return read_outcar(text); });
}

Format cp2k_format() {
  return format_of_output(
      "cp2k", {".cp2k", "cp2k.out"}, "output of CP2K 6.1 and later: every step that converged",
      "https://manual.cp2k.org/", [](const std::string& text) { return read_cp2k(text); });
}

}  // namespace vitrion::formats
