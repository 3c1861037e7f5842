// NetcdfFile: an open NetCDF file whose every call is checked.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace vitrion::formats {

class NetcdfFile {
 public:
  /// @throws InputError with NetCDF's reason.
  static NetcdfFile open(const std::string& path);
  /// 64-bit offset, so that a file may be larger than 2 GiB; replaces `path`.
  static NetcdfFile create(const std::string& path);
  ~NetcdfFile();
  NetcdfFile(NetcdfFile&& other) noexcept;
  NetcdfFile(const NetcdfFile&) = delete;
  NetcdfFile& operator=(const NetcdfFile&) = delete;
  NetcdfFile& operator=(NetcdfFile&&) = delete;

  [[nodiscard]] int id() const { return id_; }
  /// @throws InputError "path: what: NetCDF's reason" unless `code` is that of success.
  void check(int code, const std::string& what) const;
  [[nodiscard]] std::optional<int> variable(const char* name) const;
  /// Length of a dimension; absent if there is none of this name.
  [[nodiscard]] std::optional<std::size_t> dimension(const char* name) const;
  /// Text of an attribute of a variable or (variable -1) of the file; empty if there is none.
  [[nodiscard]] std::string text(int variable, const char* name) const;
  [[nodiscard]] std::optional<double> number(int variable, const char* name) const;
  void put_text(int variable, const char* name, const std::string& value) const;
  /// Flushes and closes. @throws InputError, e.g. for a full disk.
  void close();

 private:
  NetcdfFile(std::string path, int id) : path_(std::move(path)), id_(id) {}
  std::string path_;
  int id_ = -1;
};

}  // namespace vitrion::formats
