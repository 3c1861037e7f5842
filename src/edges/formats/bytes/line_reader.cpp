#include "edges/formats/bytes/line_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "edges/formats/bytes/compression.hpp"

namespace vitrion::formats {

namespace {

constexpr std::size_t line_block = 1 << 18;
constexpr std::size_t longest_line = 1 << 26;

std::size_t read_block(int file, const std::string& path, std::span<char> to) {
  for (;;) {
    const ssize_t n = read(file, to.data(), to.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR)
      throw InputError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  }
}

}  // namespace

LineReader::LineReader(std::string path) : path_(std::move(path)), buffer_(2 * line_block) {
  file_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0)
    throw InputError(fmt::format("{}: cannot be read: {}", path_, std::strerror(errno)));
  try {
    end_ = read_block(file_, path_, {buffer_.data(), line_block});
    const Compression kind = compression_of_bytes({buffer_.data(), end_});
    if (kind == Compression::none) return;
    decompressor_ = make_decompressor(kind);
    compressed_.assign(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(line_block));
    pending_ = {compressed_.data(), end_};
    end_ = 0;
  } catch (...) {
    close(file_);
    throw;
  }
}

LineReader::~LineReader() {
  close(file_);
}

void LineReader::fail(std::string_view what) const {
  throw InputError(fmt::format("{}:{}: {}", path_, number_, what));
}

bool LineReader::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < line_block) buffer_.resize(2 * buffer_.size());
  const std::span<char> free{buffer_.data() + end_, buffer_.size() - end_};
  if (!decompressor_) {
    const std::size_t n = read_block(file_, path_, free);
    end_ += n;
    at_end_ = n == 0;
    return n > 0;
  }
  for (;;) {
    std::size_t n = 0;
    try {
      n = decompressor_->feed(pending_, free);
    } catch (const InputError& e) {
      throw InputError(fmt::format("{}: after line {}: {}", path_, number_, e.what()));
    }
    if (n > 0) {
      end_ += n;
      return true;
    }
    pending_ = {compressed_.data(), read_block(file_, path_, compressed_)};
    if (!pending_.empty()) continue;
    if (!decompressor_->complete())
      throw InputError(
          fmt::format("{}: after line {}: the compressed file is cut", path_, number_));
    at_end_ = true;
    return false;
  }
}

std::optional<std::string_view> LineReader::next() {
  if (again_) {
    again_ = false;
    return line_;
  }
  std::size_t searched = 0;  // of the text in the buffer, known to hold no line end
  for (;;) {
    const char* const start = buffer_.data() + begin_;
    const std::size_t size = end_ - begin_;
    const void* const found = std::memchr(start + searched, '\n', size - searched);
    if (found != nullptr) {
      const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - start);
      line_ = {start, length};
      begin_ += length + 1;
      break;
    }
    searched = size;
    if (size > longest_line) {
      ++number_;
      fail("the line is longer than 64 MiB: this is no text file");
    }
    if (fill()) continue;
    if (begin_ == end_) return std::nullopt;
    line_ = {buffer_.data() + begin_, end_ - begin_};  // the last line lacks its end
    begin_ = end_;
    lacks_end_ = true;
    break;
  }
  ++number_;
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  return line_;
}

std::string_view LineReader::need(std::string_view what) {
  const auto line = next();
  if (!line)
    throw InputError(
        fmt::format("{}:{}: the file ends where {} is needed", path_, number_ + 1, what));
  return *line;
}

}  // namespace vitrion::formats
