// Compression of text formats: gzip and Zstandard as streams of blocks, told apart by their first
// bytes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace vitrion::formats {

enum class Compression { none, gzip, zstd };

/// By the suffix of a name to be written: ".gz", ".zst" or neither.
[[nodiscard]] Compression compression_of_name(std::string_view path);
/// By the first bytes of a file's contents, whatever it is called.
[[nodiscard]] Compression compression_of_bytes(std::string_view head);
/// The name without ".gz" or ".zst".
[[nodiscard]] std::string_view without_compression_suffix(std::string_view path);

/// Turns text into compressed bytes, block by block.
class Compressor {
 public:
  virtual ~Compressor() = default;
  /// Appends to `out` what can be written after `text`; with `last` also the end of the stream.
  virtual void feed(std::string_view text, bool last, std::string& out) = 0;
};

/// Turns compressed bytes into text, block by block; members or frames that follow each other are
/// one text.
class Decompressor {
 public:
  virtual ~Decompressor() = default;
  /// Takes bytes off the front of `in` and returns how many bytes of text were put into `out`; 0
  /// means that more input is needed. @throws InputError (without the file's name) for damaged
  /// data.
  virtual std::size_t feed(std::string_view& in, std::span<char> out) = 0;
  /// Whether the input may end here: after a whole member, not inside one.
  [[nodiscard]] virtual bool complete() const = 0;
};

[[nodiscard]] std::unique_ptr<Compressor> make_compressor(Compression kind);
[[nodiscard]] std::unique_ptr<Decompressor> make_decompressor(Compression kind);

}  // namespace vitrion::formats
