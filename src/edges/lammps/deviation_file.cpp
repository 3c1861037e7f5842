#include "edges/lammps/deviation_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace vitrion::lammps {

void DeviationFile::open(const std::string& path, bool append, const std::string& header) {
  if (stream_.is_open() && path == path_) return;
  stream_.close();
  stream_.clear();
  path_ = path;
  stream_.open(path, append ? std::ios::app : std::ios::trunc);
  write(append ? "" : header);
}

void DeviationFile::write(const std::string& row) {
  stream_ << row << std::flush;
  if (!stream_.good())
    throw Error(fmt::format("cannot write out_file {}: {}", path_, std::strerror(errno)));
}

}  // namespace vitrion::lammps
