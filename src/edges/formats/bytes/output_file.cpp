#include "edges/formats/bytes/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "edges/formats/bytes/compression.hpp"

namespace vitrion::formats {

namespace {

constexpr std::size_t buffer_size = 1 << 18;

}  // namespace

std::string temporary_name(const std::string& path) {
  return fmt::format("{}.{}.part", path, getpid());
}

OutputFile::OutputFile(std::string path)
    : path_(std::move(path)),
      temporary_(temporary_name(path_)),
      compressor_(make_compressor(compression_of_name(path_))) {
  file_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0)
    throw InputError(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)));
  buffer_.reserve(buffer_size);
}

OutputFile::~OutputFile() {
  if (file_ < 0) return;
  close(file_);
  unlink(temporary_.c_str());
}

void OutputFile::fail(const char* what) const {
  throw Error(fmt::format("{}: cannot be {}: {}", path_, what, std::strerror(errno)));
}

void OutputFile::put(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("written");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void OutputFile::write(std::string_view text) {
  if (buffer_.size() + text.size() <= buffer_size) {
    buffer_ += text;
    return;
  }
  for (const std::string_view part : {std::string_view(buffer_), text}) {
    if (!compressor_) {
      put(part);
      continue;
    }
    compressed_.clear();
    compressor_->feed(part, false, compressed_);
    put(compressed_);
  }
  buffer_.clear();
}

void OutputFile::commit() {
  if (compressor_) {
    compressed_.clear();
    compressor_->feed(buffer_, true, compressed_);
    put(compressed_);
  } else {
    put(buffer_);
  }
  buffer_.clear();
  if (fsync(file_) != 0 && errno != EINVAL) fail("flushed to the disk");
  if (close(std::exchange(file_, -1)) != 0) {
    unlink(temporary_.c_str());
    fail("closed");
  }
  if (rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int reason = errno;
    unlink(temporary_.c_str());
    errno = reason;
    fail("renamed into place");
  }
}

}  // namespace vitrion::formats
