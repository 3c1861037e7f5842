#include <fmt/format.h>

#include <array>

#include "base/error.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/writable.hpp"
#include "edges/formats/extxyz/comment.hpp"
#include "edges/formats/extxyz/extxyz.hpp"

namespace vitrion::formats {

namespace {

/// key="xx xy xz yx ..."
void append_tensor(std::string& text, const char* key, const Mat3& m) {
  text += key;
  const char* before = "=\"";
  for (const Vec3& row : m)
    for (const double x : row) {
      append(text += before, x);
      before = " ";
    }
  text += '"';
}

std::string comment_line(const Frame& frame) {
  std::string line;
  if (frame.cell) {
    append_tensor(line, "Lattice", frame.cell->rows());
    line += ' ';
  }
  line += "Properties=species:S:1:pos:R:3";
  const structures::Labels& labels = frame.labels;
  if (!frame.velocities.empty()) line += ":velocities:R:3";
  if (!labels.forces.empty()) line += ":forces:R:3";
  if (!labels.atom_energies.empty()) line += ":energies:R:1";
  if (!labels.atom_weights.empty()) line += ":atom_pref:R:1";
  if (labels.energy) {
    // A frame whose info has an energy came with two: that one, and the free energy of the label.
    line += frame.info.contains("energy") ? " free_energy=" : " energy=";
    append(line, *labels.energy);
  }
  if (labels.virial) append_tensor(line += ' ', "virial", *labels.virial);
  for (const auto& [key, value] : frame.info) {
    for (const char* reserved : {"Lattice", "Properties", "pbc", "free_energy", "virial", "stress"})
      if (key == reserved)
        throw InputError(fmt::format("the info key '{}' has a meaning of its own in extxyz", key));
    append_key_value(line, key, value);
  }
  line += frame.cell ? " pbc=\"T T T\"\n" : " pbc=\"F F F\"\n";
  return line;
}

class ExtxyzWriter final : public FrameWriter {
 public:
  explicit ExtxyzWriter(const std::string& path) : file_(path) {}

  void write(const Frame& frame) override {
    check_writable(frame);
    const structures::Labels& labels = frame.labels;
    text_ = fmt::format("{}\n", frame.size());
    text_ += comment_line(frame);
    for (std::size_t i = 0; i < frame.size(); ++i) {
      text_ += frame.species.name(i);
      append(text_, frame.positions[i]);
      if (!frame.velocities.empty()) append(text_, frame.velocities[i]);
      if (!labels.forces.empty()) append(text_, labels.forces[i]);
      if (!labels.atom_energies.empty()) append(text_ += ' ', labels.atom_energies[i]);
      if (!labels.atom_weights.empty()) append(text_ += ' ', labels.atom_weights[i]);
      text_ += '\n';
    }
    file_.write(text_);
  }
  void finish() override { file_.commit(); }

 private:
  OutputFile file_;
  std::string text_;
};

}  // namespace

std::unique_ptr<FrameWriter> create_extxyz(const std::string& path, const WriteOptions&) {
  return std::make_unique<ExtxyzWriter>(path);
}

}  // namespace vitrion::formats
