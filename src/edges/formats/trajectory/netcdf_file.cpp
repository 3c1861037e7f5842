#include "edges/formats/trajectory/netcdf_file.hpp"

#include <fmt/format.h>
#include <netcdf.h>

#include <utility>

#include "base/error.hpp"

namespace vitrion::formats {

namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what, int code) {
  throw InputError(fmt::format("{}: {}: {}", path, what, nc_strerror(code)));
}

}  // namespace

NetcdfFile NetcdfFile::open(const std::string& path) {
  int id = -1;
  // Frames are read one after the other: a megabyte at a time saves most of the calls for a page.
  std::size_t buffer = std::size_t{1} << 20;
  if (const int code = nc__open(path.c_str(), NC_NOWRITE, &buffer, &id); code != NC_NOERR)
    fail(path, "cannot be read as NetCDF", code);
  return {path, id};
}

NetcdfFile NetcdfFile::create(const std::string& path) {
  int id = -1;
  if (const int code = nc_create(path.c_str(), NC_CLOBBER | NC_64BIT_OFFSET, &id); code != NC_NOERR)
    fail(path, "cannot be written", code);
  return {path, id};
}

NetcdfFile::NetcdfFile(NetcdfFile&& other) noexcept
    : path_(std::move(other.path_)), id_(std::exchange(other.id_, -1)) {}

NetcdfFile::~NetcdfFile() {
  if (id_ >= 0) (void)nc_close(id_);
}

void NetcdfFile::check(int code, const std::string& what) const {
  if (code != NC_NOERR) fail(path_, what, code);
}

std::optional<int> NetcdfFile::variable(const char* name) const {
  int variable = -1;
  return nc_inq_varid(id_, name, &variable) == NC_NOERR ? std::optional<int>(variable)
                                                        : std::nullopt;
}

std::optional<std::size_t> NetcdfFile::dimension(const char* name) const {
  int dimension = -1;
  std::size_t length = 0;
  if (nc_inq_dimid(id_, name, &dimension) != NC_NOERR ||
      nc_inq_dimlen(id_, dimension, &length) != NC_NOERR)
    return std::nullopt;
  return length;
}

std::string NetcdfFile::text(int variable, const char* name) const {
  nc_type type = NC_NAT;
  std::size_t length = 0;
  if (nc_inq_att(id_, variable, name, &type, &length) != NC_NOERR || type != NC_CHAR) return {};
  std::string value(length, '\0');
  check(nc_get_att_text(id_, variable, name, value.data()), name);
  while (!value.empty() && value.back() == '\0') value.pop_back();
  return value;
}

std::optional<double> NetcdfFile::number(int variable, const char* name) const {
  double value = 0;
  return nc_get_att_double(id_, variable, name, &value) == NC_NOERR ? std::optional<double>(value)
                                                                    : std::nullopt;
}

void NetcdfFile::put_text(int variable, const char* name, const std::string& value) const {
  check(nc_put_att_text(id_, variable, name, value.size(), value.data()), name);
}

void NetcdfFile::close() {
  check(nc_close(std::exchange(id_, -1)), "cannot be completed");
}

}  // namespace vitrion::formats
