#include "edges/formats/bytes/output_folder.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.hpp"
#include "edges/formats/bytes/output_file.hpp"

namespace vitrion::formats {

namespace fs = std::filesystem;

OutputFolder::OutputFolder(std::string path,
                           const std::function<bool(const std::string&)>& replaceable)
    : path_(std::move(path)) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
  std::error_code error;
  if (fs::exists(path_, error)) {
    if (!fs::is_directory(path_, error))
      throw InputError(fmt::format("{}: is a file, but a folder is to be written", path_));
    if (!fs::is_empty(path_, error) && !replaceable(path_))
      throw InputError(fmt::format(
          "{}: holds files of another kind, so it is not replaced; name a new folder", path_));
  }
  temporary_ = temporary_name(path_);
  fs::create_directories(temporary_, error);
  if (error) throw InputError(fmt::format("{}: cannot be written: {}", path_, error.message()));
}

OutputFolder::~OutputFolder() {
  if (committed_) return;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
}

void OutputFolder::commit() {
  std::error_code error;
  const std::string old = temporary_ + ".old";
  const bool replaces = fs::exists(path_, error);
  if (replaces) fs::rename(path_, old, error);
  if (!error) fs::rename(temporary_, path_, error);
  if (error)
    throw Error(fmt::format("{}: cannot be renamed into place: {}", path_, error.message()));
  committed_ = true;
  if (replaces) fs::remove_all(old, error);
}

}  // namespace vitrion::formats
