#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netcdf.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.hpp"
#include "edges/formats/trajectory/amber_netcdf.hpp"
#include "edges/formats/trajectory/netcdf_file.hpp"

namespace vitrion::formats {

namespace {

class NetcdfReader final : public FrameReader {
 public:
  NetcdfReader(const std::string& path, const std::vector<std::string>& elements)
      : path_(path), file_(NetcdfFile::open(path)) {
    const std::string conventions = file_.text(NC_GLOBAL, "Conventions");
    if (conventions.find("AMBER") == std::string::npos)
      fail(fmt::format("the Conventions are '{}', but must name AMBER", conventions));
    frames_ = need_dimension("frame");
    atoms_ = need_dimension("atom");
    if (atoms_ == 0) fail("a trajectory of no atoms cannot be read");
    coordinates_ = need_variable("coordinates");
    scale_ = scale_of(coordinates_);
    file_.check(nc_inq_vartype(file_.id(), coordinates_, &type_), "coordinates");
    lengths_ = file_.variable("cell_lengths");
    angles_ = file_.variable("cell_angles");
    if (lengths_.has_value() != angles_.has_value())
      fail("cell_lengths and cell_angles belong together, but one is missing");
    time_ = file_.variable("time");
    check_length();
    read_species(elements);
  }

  std::optional<Frame> next() override {
    if (at_ == frames_) return std::nullopt;
    Frame frame;
    frame.species = species_;
    read_positions(frame.positions);
    if (lengths_) read_cell(frame);
    if (time_) {
      double time = 0;
      file_.check(nc_get_var1_double(file_.id(), *time_, &at_, &time), "time");
      frame.info["time"] = fmt::format("{}", scale_of(*time_) * time);
    }
    ++at_;
    return frame;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(fmt::format("{}: {}", path_, what));
  }
  std::size_t need_dimension(const char* name) const {
    const auto length = file_.dimension(name);
    if (!length) fail(fmt::format("the dimension '{}' of the AMBER convention is missing", name));
    return *length;
  }
  int need_variable(const char* name) const {
    const auto variable = file_.variable(name);
    if (!variable) fail(fmt::format("the variable '{}' of the AMBER convention is missing", name));
    return *variable;
  }
  double scale_of(int variable) const { return file_.number(variable, "scale_factor").value_or(1); }

  void read_positions(std::vector<Vec3>& positions) {
    const std::array<std::size_t, 3> start{at_, 0, 0};
    const std::array<std::size_t, 3> count{1, atoms_, 3};
    positions.resize(atoms_);
    double* const r = positions.data()->data();  // a Vec3 is three doubles
    const auto check = [&](int code) {
      if (code != NC_NOERR) file_.check(code, fmt::format("frame {}", at_));
    };
    if (type_ == NC_SHORT) {
      // NetCDF's own conversion to double takes several times as long as reading.
      steps_.resize(3 * atoms_);
      check(nc_get_vara_short(file_.id(), coordinates_, start.data(), count.data(), steps_.data()));
      for (std::size_t k = 0; k < steps_.size(); ++k) r[k] = scale_ * steps_[k];
      return;
    }
    check(nc_get_vara_double(file_.id(), coordinates_, start.data(), count.data(), r));
    if (scale_ != 1)
      for (Vec3& x : positions) x = scale_ * x;
  }

  /// NetCDF reads zeros where a file was cut: its size tells.
  void check_length() const {
    int format = 0;
    file_.check(nc_inq_format(file_.id(), &format), "format");
    if (format != NC_FORMAT_CLASSIC && format != NC_FORMAT_64BIT_OFFSET) return;
    std::size_t bytes = 0;
    file_.check(nc_inq_type(file_.id(), type_, nullptr, &bytes), "coordinates");
    const std::uintmax_t least = static_cast<std::uintmax_t>(frames_) * atoms_ * 3 * bytes;
    const std::uintmax_t size = std::filesystem::file_size(path_);
    if (size < least)
      fail(fmt::format("the file is cut: {} frames of {} atoms need {} bytes, but it has {}",
                       frames_, atoms_, least, size));
  }

  void read_cell(Frame& frame) const {
    const std::array<std::size_t, 2> start{at_, 0};
    const std::array<std::size_t, 2> count{1, 3};
    Vec3 lengths;
    Vec3 angles;
    file_.check(
        nc_get_vara_double(file_.id(), *lengths_, start.data(), count.data(), lengths.data()),
        "cell_lengths");
    file_.check(nc_get_vara_double(file_.id(), *angles_, start.data(), count.data(), angles.data()),
                "cell_angles");
    if (lengths == Vec3{}) return;  // an open frame
    try {
      frame.cell = Cell::from_lengths_angles(scale_of(*lengths_) * lengths, angles);
    } catch (const InputError& e) {
      fail(fmt::format("frame {}: {}", at_, e.what()));
    }
  }

  void read_species(const std::vector<std::string>& elements) {
    if (const auto variable = file_.variable("element")) {
      const std::size_t width = need_dimension("element_name");
      std::string names(atoms_ * width, '\0');
      file_.check(nc_get_var_text(file_.id(), *variable, names.data()), "element");
      for (std::size_t i = 0; i < atoms_; ++i) {
        std::string name = names.substr(i * width, width);
        name.erase(
            std::find_if(name.begin(), name.end(), [](char c) { return c == '\0' || c == ' '; }),
            name.end());
        add_atom(name);
      }
      if (!elements.empty()) species_ = species_.mapped_to(elements);
      return;
    }
    const auto types = file_.variable("atom_types");
    if (!types)
      fail("there are neither elements nor atom_types: convert it with its topology first");
    if (elements.empty())
      fail("the atoms have types but no elements: give the elements in the order of the types");
    int dimensions = 0;
    file_.check(nc_inq_varndims(file_.id(), *types, &dimensions), "atom_types");
    std::vector<int> values(atoms_);
    const std::array<std::size_t, 2> start{0, 0};
    const std::array<std::size_t, 2> count = dimensions == 2
                                                 ? std::array<std::size_t, 2>{1, atoms_}
                                                 : std::array<std::size_t, 2>{atoms_, 1};
    file_.check(nc_get_vara_int(file_.id(), *types, start.data(), count.data(), values.data()),
                "atom_types");
    for (const int type : values) {
      if (type < 1 || static_cast<std::size_t>(type) > elements.size())
        fail(fmt::format("type {} is not one of the {} elements {}", type, elements.size(),
                         fmt::join(elements, " ")));
      species_.of_atom.push_back(type - 1);
    }
    species_.names = elements;
  }

  void add_atom(const std::string& name) {
    int index = species_.find(name);
    if (index < 0) {
      index = static_cast<int>(species_.names.size());
      species_.names.push_back(name);
    }
    species_.of_atom.push_back(index);
  }

  using Cell = structures::Cell;
  std::string path_;
  NetcdfFile file_;
  std::size_t frames_ = 0;
  std::size_t atoms_ = 0;
  std::size_t at_ = 0;
  int coordinates_ = -1;
  nc_type type_ = NC_NAT;  // of the coordinates
  double scale_ = 1;
  std::vector<short> steps_;  // (3 atoms) coordinates of a frame in units of scale_
  std::optional<int> lengths_;
  std::optional<int> angles_;
  std::optional<int> time_;
  structures::Species species_;
};

}  // namespace

std::unique_ptr<FrameReader> open_amber_netcdf(const std::string& path,
                                               const ReadOptions& options) {
  return std::make_unique<NetcdfReader>(path, options.elements);
}

}  // namespace vitrion::formats
