// OutputFile: a file that is seen only when it is whole; written under a temporary name, flushed,
// renamed.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace vitrion::formats {

class Compressor;

/// Text or bytes to a file; compressed if the name ends in .gz or .zst. Without commit() nothing
/// stays.
class OutputFile {
 public:
  /// @throws InputError if the folder does not exist or may not be written.
  explicit OutputFile(std::string path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// @throws Error with the system's reason (a full disk); the temporary file is removed.
  void write(std::string_view text);
  /// Flushes to the disk and takes the final name, replacing a file of that name.
  void commit();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void put(std::string_view bytes);
  [[noreturn]] void fail(const char* what) const;

  std::string path_;
  std::string temporary_;
  std::unique_ptr<Compressor> compressor_;
  std::string buffer_;
  std::string compressed_;
  int file_ = -1;
};

/// A name beside `path` that no other process uses: path.PID.part
[[nodiscard]] std::string temporary_name(const std::string& path);

}  // namespace vitrion::formats
