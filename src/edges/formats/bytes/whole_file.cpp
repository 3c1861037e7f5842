#include "edges/formats/bytes/whole_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.hpp"
#include "edges/formats/bytes/output_file.hpp"

namespace vitrion::formats {

std::string read_whole_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw InputError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  std::string bytes;
  struct stat status {};
  // A known size is read in one go, with room for the read that finds the end; a pipe block by
  // block.
  constexpr std::size_t block = 1 << 16;
  if (fstat(file, &status) == 0 && status.st_size > 0)
    bytes.resize(static_cast<std::size_t>(status.st_size) + block);
  std::size_t used = 0;
  for (;;) {
    if (used == bytes.size()) bytes.resize(2 * used + block);
    const ssize_t n = read(file, bytes.data() + used, bytes.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int reason = errno;
      close(file);
      throw InputError(fmt::format("{}: cannot be read: {}", path, std::strerror(reason)));
    }
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
  }
  close(file);
  bytes.resize(used);
  return bytes;
}

std::string read_if_there(const std::string& path) {
  std::error_code code;
  return std::filesystem::exists(path, code) ? read_whole_file(path) : std::string();
}

void write_whole_file(const std::string& path, const std::string& text) {
  OutputFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace vitrion::formats
