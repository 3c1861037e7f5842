// Writers of deepmd/npy and deepmd/npy/mixed: frames are gathered into systems, then written in one
// go.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.hpp"
#include "edges/formats/bytes/output_folder.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/bytes/writable.hpp"
#include "edges/formats/deepmd/deepmd.hpp"
#include "edges/formats/deepmd/npy.hpp"
#include "edges/formats/deepmd/systems.hpp"
#include "edges/formats/frames_csv.hpp"

namespace vitrion::formats {

namespace fs = std::filesystem;

namespace {

/// The frames that become one folder.
struct Gathered {
  std::vector<std::vector<int>> types;  // per frame, into the writer's type map
  std::vector<Frame> frames;            // without species
};

void flatten(const std::vector<Vec3>& from, std::size_t atoms, std::vector<double>& to) {
  for (const Vec3& v : from) to.insert(to.end(), v.begin(), v.end());
  to.insert(to.end(), 3 * (atoms - from.size()), 0.0);
}
void flatten(const std::vector<double>& from, std::size_t atoms, std::vector<double>& to) {
  to.insert(to.end(), from.begin(), from.end());
  to.insert(to.end(), atoms - from.size(), 0.0);
}
void flatten(const Mat3& from, std::vector<double>& to) {
  for (const Vec3& row : from) to.insert(to.end(), row.begin(), row.end());
}

/// Arrays of frames [begin, end), padded to `atoms`.
void write_set(const std::string& folder, const Gathered& system, std::size_t begin,
               std::size_t end, std::size_t atoms, bool mixed) {
  fs::create_directories(folder);
  const std::size_t f = end - begin;
  std::vector<double> coord, box, energy, force, virial, atom_energy, atom_weight;
  std::vector<std::int32_t> types;
  for (std::size_t k = begin; k < end; ++k) {
    const Frame& frame = system.frames[k];
    const structures::Labels& labels = frame.labels;
    flatten(frame.positions, atoms, coord);
    if (frame.cell) flatten(frame.cell->rows(), box);
    if (labels.energy) energy.push_back(*labels.energy);
    if (!labels.forces.empty()) flatten(labels.forces, atoms, force);
    if (labels.virial) flatten(*labels.virial, virial);
    if (!labels.atom_energies.empty()) flatten(labels.atom_energies, atoms, atom_energy);
    if (!labels.atom_weights.empty()) flatten(labels.atom_weights, atoms, atom_weight);
    types.insert(types.end(), system.types[k].begin(), system.types[k].end());
    types.insert(types.end(), atoms - system.types[k].size(), -1);
  }
  const auto write = [&](const char* name, const Shape& shape, const std::vector<double>& values) {
    if (!values.empty()) write_npy(fmt::format("{}/{}.npy", folder, name), shape, values);
  };
  write("coord", {f, 3 * atoms}, coord);
  write("box", {f, 9}, box);
  write("energy", {f}, energy);
  write("force", {f, 3 * atoms}, force);
  write("virial", {f, 9}, virial);
  write("atom_ener", {f, atoms}, atom_energy);
  write("atom_pref", {f, atoms}, atom_weight);
  if (mixed)
    write_npy(folder + "/real_atom_types.npy", {f, atoms}, std::span<const std::int32_t>(types));
}

class DeepmdWriter final : public FrameWriter {
 public:
  DeepmdWriter(const std::string& path, const WriteOptions& options, bool mixed)
      : folder_(path, is_deepmd_folder),
        names_(options.elements),
        fixed_names_(!options.elements.empty()),
        set_size_(options.set_size),
        mixed_(mixed) {}

  void write(const Frame& frame) override {
    check_writable(frame, mixed_);
    std::vector<int> types = mapped(frame.species);
    const structures::Labels& labels = frame.labels;
    std::string key;
    for (const bool has :
         {frame.cell.has_value(), labels.energy.has_value(), !labels.forces.empty(),
          labels.virial.has_value(), !labels.atom_energies.empty(), !labels.atom_weights.empty()})
      key += has ? '1' : '0';
    if (!mixed_)
      key.append(reinterpret_cast<const char*>(types.data()), types.size() * sizeof(int));
    const auto [it, is_new] = index_.emplace(std::move(key), systems_.size());
    if (is_new) systems_.emplace_back();
    Gathered& system = systems_[it->second];
    system.types.push_back(std::move(types));
    system.frames.push_back(frame);
    system.frames.back().species = {};
    system.frames.back().velocities.clear();
  }

  void finish() override {
    std::map<std::string, int> used;
    for (const Gathered& system : systems_) {
      std::string folder = folder_.temporary();
      if (systems_.size() > 1) {
        const std::string name = name_of(system);
        const int repeat = ++used[name];
        folder += "/" + (repeat == 1 ? name : fmt::format("{}.{}", name, repeat));
      }
      write_system(folder, system);
    }
    folder_.commit();
  }

  std::vector<std::string> notes() const override {
    if (systems_.size() < 2) return {};
    return {fmt::format(
        "{} systems, one sub-folder each: a system holds frames with the same {}boundary and "
        "kinds of labels, so frames are read back in the order of the folders",
        systems_.size(), mixed_ ? "" : "sequence of elements, ")};
  }

 private:
  /// Types in the common map, which grows by names not seen before unless the caller fixed it.
  std::vector<int> mapped(const structures::Species& species) {
    if (!fixed_names_)
      for (const std::string& name : species.names)
        if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
    return species.mapped_to(names_).of_atom;
  }

  std::string name_of(const Gathered& system) const {
    if (mixed_) return fmt::format("mixed{}", &system - systems_.data());
    std::string text = structures::formula({names_, system.types[0]});
    std::erase(text, ' ');
    return text;
  }

  void write_system(const std::string& folder, const Gathered& system) const {
    fs::create_directories(folder);
    std::size_t atoms = 0;
    for (const auto& types : system.types) atoms = std::max(atoms, types.size());
    const std::vector<int> zeros(atoms, 0);
    write_whole_file(folder + "/type.raw",
                     fmt::format("{}\n", fmt::join(mixed_ ? zeros : system.types[0], "\n")));
    write_whole_file(folder + "/type_map.raw", fmt::format("{}\n", fmt::join(names_, "\n")));
    if (!system.frames[0].cell) write_whole_file(folder + "/nopbc", "");
    const std::size_t total = system.frames.size();
    const std::size_t size = set_size_ > 0 ? set_size_ : total;
    // Sets are read in the order of their names, so all numbers get the same width.
    const std::size_t width =
        std::max<std::size_t>(3, fmt::formatted_size("{}", (total - 1) / size));
    for (std::size_t begin = 0, k = 0; begin < total; begin += size, ++k)
      write_set(fmt::format("{}/set.{:0{}}", folder, k, width), system, begin,
                std::min(begin + size, total), atoms, mixed_);
    std::vector<structures::Info> infos;
    bool any = false;
    for (const Frame& frame : system.frames) {
      infos.push_back(frame.info);
      any = any || !frame.info.empty();
    }
    if (any) write_frames_csv(folder + "/frames.csv", infos);
  }

  OutputFolder folder_;
  std::vector<std::string> names_;
  bool fixed_names_;
  std::size_t set_size_;
  bool mixed_;
  std::map<std::string, std::size_t> index_;
  std::vector<Gathered> systems_;
};

FormatInfo deepmd_info() {
  FormatInfo info;
  info.reads = info.writes = info.many_frames = true;
  info.holds_energy = info.holds_forces = info.holds_virial = true;
  info.holds_atom_energies = info.holds_atom_weights = info.holds_open = info.holds_info = true;
  info.reference = "https://docs.deepmodeling.com/projects/deepmd/en/stable/data/system.html";
  return info;
}

}  // namespace

std::unique_ptr<FrameWriter> create_deepmd_npy(const std::string& path,
                                               const WriteOptions& options) {
  return std::make_unique<DeepmdWriter>(path, options, false);
}

std::unique_ptr<FrameWriter> create_deepmd_mixed(const std::string& path,
                                                 const WriteOptions& options) {
  return std::make_unique<DeepmdWriter>(path, options, true);
}

Format deepmd_npy_format() {
  Format format{deepmd_info(), open_deepmd, create_deepmd_npy};
  format.info.name = "deepmd/npy";
  format.info.description = "DeePMD-kit's folders of NumPy arrays, one system or a tree of them";
  return format;
}

Format deepmd_mixed_format() {
  Format format{deepmd_info(), open_deepmd, create_deepmd_mixed};
  format.info.name = "deepmd/npy/mixed";
  format.info.description =
      "the same with the types of each frame, so that one folder holds any composition";
  return format;
}

Format deepmd_raw_format() {
  Format format{deepmd_info(), open_deepmd, nullptr};
  format.info.name = "deepmd/raw";
  format.info.description = "DeePMD-kit's text files, a frame per line";
  format.info.writes = false;
  return format;
}

}  // namespace vitrion::formats
