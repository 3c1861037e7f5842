// LineReader: the lines of a text file, plain, .gz or .zst, in blocks, so that a file may be larger
// than memory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace vitrion::formats {

class Decompressor;

class LineReader {
 public:
  /// @throws InputError if the file cannot be opened.
  explicit LineReader(std::string path);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// The next line without its end, valid until the call after; nothing at the end of the file.
  /// @throws InputError for a damaged or cut compressed file and for lines no text file has (over
  /// 64 MiB).
  [[nodiscard]] std::optional<std::string_view> next();
  /// The next line. @throws InputError "the file ends where `what` is needed".
  [[nodiscard]] std::string_view need(std::string_view what);
  /// The line last returned is returned once more by the next call.
  void unread() { again_ = true; }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::size_t line_number() const { return number_; }  ///< from 1, of the last line
  /// Whether the last line had no end: it is the last of the file, and perhaps cut.
  [[nodiscard]] bool line_lacks_end() const { return lacks_end_; }
  /// "path:line: what"
  [[noreturn]] void fail(std::string_view what) const;
  /// Runs `body`; its InputErrors get this place in front.
  template <class Body>
  auto at_this_line(Body&& body) const {
    try {
      return body();
    } catch (const InputError& e) {
      fail(e.what());
    }
  }

 private:
  bool fill();  ///< more text into the buffer; false at the end

  std::string path_;
  int file_ = -1;
  std::unique_ptr<Decompressor> decompressor_;
  std::vector<char> compressed_;
  std::string_view pending_;  ///< part of compressed_ not yet decompressed
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< text not yet returned: [begin_, end_)
  std::size_t end_ = 0;
  std::string_view line_;
  std::size_t number_ = 0;
  bool again_ = false;
  bool lacks_end_ = false;
  bool at_end_ = false;
};

}  // namespace vitrion::formats
