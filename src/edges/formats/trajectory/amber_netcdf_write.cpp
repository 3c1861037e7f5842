#include <fcntl.h>
#include <fmt/format.h>
#include <netcdf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>

#include "base/error.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/writable.hpp"
#include "edges/formats/format.hpp"
#include "edges/formats/lammps/box.hpp"
#include "edges/formats/trajectory/amber_netcdf.hpp"
#include "edges/formats/trajectory/netcdf_file.hpp"

namespace vitrion::formats {

namespace {

constexpr std::size_t name_width = 4;
constexpr double largest = 32767;
// A step of a thousandth of an Angstrom lies far under any vibration; it reaches to +-32 A. Longer
// paths get longer steps: 2, 4, ... thousandths.
constexpr double smallest_scale = 1e-3;

class NetcdfWriter final : public FrameWriter {
 public:
  NetcdfWriter(const std::string& path, const WriteOptions& options, bool float32)
      : path_(path),
        temporary_(temporary_name(path)),
        options_(options),
        float32_(float32),
        file_(NetcdfFile::create(temporary_)) {}
  ~NetcdfWriter() override {
    std::error_code code;
    if (!finished_) std::filesystem::remove(temporary_, code);
  }
  NetcdfWriter(const NetcdfWriter&) = delete;
  NetcdfWriter& operator=(const NetcdfWriter&) = delete;

  void write(const Frame& frame) override {
    check_writable(frame);
    const structures::Species species = ordered_species(frame, options_.elements);
    if (frames_ == 0) {
      start(frame, species);
    } else if (species.names != species_.names || species.of_atom != species_.of_atom) {
      throw InputError(
          fmt::format("frame {} has other atoms than frame 0, but amber/netcdf holds "
                      "one list of atoms for all",
                      frames_));
    }
    RestrictedCell to;
    if (frame.cell) to = restricted(*frame.cell);
    turned_ = turned_ || to.turned;
    reduced_ = reduced_ || to.reduced;
    put_coordinates(frame, to);
    put_cell(frame, to);
    put_time(frame);
    ++frames_;
  }

  void finish() override {
    if (frames_ == 0) throw InputError(fmt::format("{}: no frame was written", path_));
    file_.close();
    // On the disk before it has its name, as every file of ours.
    if (const int file = ::open(temporary_.c_str(), O_RDONLY); file >= 0) {
      (void)::fsync(file);
      (void)::close(file);
    }
    std::filesystem::rename(temporary_, path_);
    finished_ = true;
  }

  std::vector<std::string> notes() const override {
    std::vector<std::string> result;
    if (!float32_) result.push_back(fmt::format("positions were rounded to {:g} A", scale_));
    if (turned_) result.emplace_back("cells were turned so that a lies along x, b in the xy plane");
    if (reduced_)
      result.emplace_back("tilts over half an edge were shortened by whole cell vectors");
    return result;
  }

 private:
  void start(const Frame& frame, const structures::Species& species) {
    species_ = species;
    with_time_ = frame.info.contains("time");
    const int id = file_.id();
    int frame_d = 0;
    int spatial_d = 0;
    int atom_d = 0;
    int cell_spatial_d = 0;
    int cell_angular_d = 0;
    int label_d = 0;
    int name_d = 0;
    const auto dimension = [&](const char* name, std::size_t length, int& d) {
      file_.check(nc_def_dim(id, name, length, &d), name);
    };
    dimension("frame", NC_UNLIMITED, frame_d);
    dimension("spatial", 3, spatial_d);
    dimension("atom", frame.size(), atom_d);
    dimension("cell_spatial", 3, cell_spatial_d);
    dimension("cell_angular", 3, cell_angular_d);
    dimension("label", 5, label_d);
    dimension("element_name", name_width, name_d);
    file_.put_text(NC_GLOBAL, "Conventions", "AMBER");
    file_.put_text(NC_GLOBAL, "ConventionVersion", "1.0");
    file_.put_text(NC_GLOBAL, "program", "vitrion");
    file_.put_text(NC_GLOBAL, "programVersion", "1");

    const auto variable = [&](const char* name, nc_type type, const std::vector<int>& dims) {
      int v = 0;
      file_.check(nc_def_var(id, name, type, static_cast<int>(dims.size()), dims.data(), &v), name);
      return v;
    };
    const int spatial = variable("spatial", NC_CHAR, {spatial_d});
    const int cell_spatial = variable("cell_spatial", NC_CHAR, {cell_spatial_d});
    const int cell_angular = variable("cell_angular", NC_CHAR, {cell_angular_d, label_d});
    const int types = variable("atom_types", NC_INT, {atom_d});
    const int element = variable("element", NC_CHAR, {atom_d, name_d});
    if (with_time_) {
      time_ = variable("time", NC_DOUBLE, {frame_d});
      file_.put_text(time_, "units", "picosecond");
    }
    lengths_ = variable("cell_lengths", NC_DOUBLE, {frame_d, cell_spatial_d});
    file_.put_text(lengths_, "units", "angstrom");
    angles_ = variable("cell_angles", NC_DOUBLE, {frame_d, cell_angular_d});
    file_.put_text(angles_, "units", "degree");
    coordinates_ =
        variable("coordinates", float32_ ? NC_FLOAT : NC_SHORT, {frame_d, atom_d, spatial_d});
    file_.put_text(coordinates_, "units", "angstrom");
    if (!float32_) put_scale();
    file_.check(nc_enddef(id), "definitions");

    file_.check(nc_put_var_text(id, spatial, "xyz"), "spatial");
    file_.check(nc_put_var_text(id, cell_spatial, "abc"), "cell_spatial");
    file_.check(nc_put_var_text(id, cell_angular, "alphabeta gamma"), "cell_angular");
    std::vector<int> type_of;
    std::string names;
    for (std::size_t i = 0; i < frame.size(); ++i) {
      type_of.push_back(species.of_atom[i] + 1);
      std::string name = species.name(i);
      if (name.size() > name_width)
        throw InputError(fmt::format("the name '{}' is over {} letters", name, name_width));
      name.resize(name_width, '\0');
      names += name;
    }
    file_.check(nc_put_var_int(id, types, type_of.data()), "atom_types");
    file_.check(nc_put_var_text(id, element, names.data()), "element");
  }

  void put_scale() const {
    file_.check(nc_put_att_double(file_.id(), coordinates_, "scale_factor", NC_DOUBLE, 1, &scale_),
                "scale_factor");
  }

  void put_coordinates(const Frame& frame, const RestrictedCell& to) {
    const std::array<std::size_t, 3> start{frames_, 0, 0};
    const std::array<std::size_t, 3> count{1, frame.size(), 3};
    std::vector<Vec3> r = frame.positions;
    double farthest = 0;
    for (Vec3& x : r) {
      if (to.turned) x = x * to.rotation;
      for (const double c : x) farthest = std::max(farthest, std::abs(c));
    }
    if (float32_) {
      file_.check(nc_put_vara_double(file_.id(), coordinates_, start.data(), count.data(),
                                     r.data()->data()),
                  "coordinates");
      return;
    }
    while (farthest > largest * scale_) coarsen();
    packed_.resize(3 * r.size());
    for (std::size_t i = 0; i < r.size(); ++i)
      for (std::size_t a = 0; a < 3; ++a)
        packed_[3 * i + a] = static_cast<short>(std::lround(r[i][a] / scale_));
    file_.check(
        nc_put_vara_short(file_.id(), coordinates_, start.data(), count.data(), packed_.data()),
        "coordinates");
  }

  /// Doubles the scale of all frames that are there.
  void coarsen() {
    scale_ *= 2;
    put_scale();
    packed_.resize(3 * species_.size());
    for (std::size_t f = 0; f < frames_; ++f) {
      const std::array<std::size_t, 3> start{f, 0, 0};
      const std::array<std::size_t, 3> count{1, species_.size(), 3};
      file_.check(
          nc_get_vara_short(file_.id(), coordinates_, start.data(), count.data(), packed_.data()),
          "coordinates");
      for (short& x : packed_) x = static_cast<short>(std::lround(0.5 * x));
      file_.check(
          nc_put_vara_short(file_.id(), coordinates_, start.data(), count.data(), packed_.data()),
          "coordinates");
    }
  }

  void put_cell(const Frame& frame, const RestrictedCell& to) const {
    Vec3 lengths{};  // zeros: an open frame
    Vec3 angles{90, 90, 90};
    if (frame.cell) {
      const structures::Cell cell(to.box.rows());
      lengths = cell.lengths();
      angles = cell.angles();
    }
    const std::array<std::size_t, 2> start{frames_, 0};
    const std::array<std::size_t, 2> count{1, 3};
    file_.check(
        nc_put_vara_double(file_.id(), lengths_, start.data(), count.data(), lengths.data()),
        "cell_lengths");
    file_.check(nc_put_vara_double(file_.id(), angles_, start.data(), count.data(), angles.data()),
                "cell_angles");
  }

  void put_time(const Frame& frame) const {
    if (!with_time_) return;
    const auto found = frame.info.find("time");
    double time = 0;
    if (found == frame.info.end() || !parse(found->second, time))
      throw InputError(fmt::format("frame {} has no time, but frame 0 has one", frames_));
    file_.check(nc_put_var1_double(file_.id(), time_, &frames_, &time), "time");
  }

  std::string path_;
  std::string temporary_;
  WriteOptions options_;
  bool float32_;
  NetcdfFile file_;
  structures::Species species_;
  std::vector<short> packed_;
  double scale_ = smallest_scale;
  std::size_t frames_ = 0;
  int coordinates_ = -1;
  int lengths_ = -1;
  int angles_ = -1;
  int time_ = -1;
  bool with_time_ = false;
  bool turned_ = false;
  bool reduced_ = false;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<FrameWriter> create_amber_netcdf(const std::string& path,
                                                 const WriteOptions& options, bool float32) {
  return std::make_unique<NetcdfWriter>(path, options, float32);
}

Format amber_netcdf_format() {
  Format format;
  FormatInfo& info = format.info;
  info.name = "amber/netcdf";
  info.suffixes = {".nc", ".ncdf"};
  info.description = "trajectory in NetCDF-3 (64-bit offset), AMBER convention, int16 positions";
  info.reference = "https://ambermd.org/netcdf/nctraj.xhtml";
  info.reads = info.writes = info.many_frames = true;
  info.holds_open = true;
  info.info_keys = {"time"};
  format.open = open_amber_netcdf;
  format.create = [](const std::string& path, const WriteOptions& options) {
    return create_amber_netcdf(path, options, false);
  };
  return format;
}

Format amber_netcdf_float32_format() {
  Format format = amber_netcdf_format();
  format.info.name = "amber/netcdf/float32";
  format.info.suffixes = {".f32.nc"};
  format.info.description = "AMBER NetCDF with float32 positions";
  format.create = [](const std::string& path, const WriteOptions& options) {
    return create_amber_netcdf(path, options, true);
  };
  return format;
}

}  // namespace vitrion::formats
