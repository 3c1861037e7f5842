#include "edges/formats/bytes/compression.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <array>

#include "base/error.hpp"

namespace vitrion::formats {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t block = 1 << 16;

class GzipCompressor final : public Compressor {
 public:
  GzipCompressor() {
    // 15 window bits as gzip's own program uses, plus 16 for a gzip header instead of a zlib one.
    if (deflateInit2(&stream_, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw Error("zlib cannot start a gzip stream");
  }
  ~GzipCompressor() override { deflateEnd(&stream_); }

  void feed(std::string_view text, bool last, std::string& out) override {
    // zlib reads through this pointer and never writes; its interface is older than const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    std::array<char, block> buffer;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream_.avail_out = static_cast<uInt>(buffer.size());
      deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      out.append(buffer.data(), buffer.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
};

class GzipDecompressor final : public Decompressor {
 public:
  GzipDecompressor() {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw Error("zlib cannot start reading gzip");
  }
  ~GzipDecompressor() override { inflateEnd(&stream_); }

  std::size_t feed(std::string_view& in, std::span<char> out) override {
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    while (!in.empty() && stream_.avail_out == out.size()) {
      if (member_ended_) {
        inflateReset(&stream_);
        member_ended_ = false;
      }
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
      stream_.avail_in = static_cast<uInt>(in.size());
      const int result = inflate(&stream_, Z_NO_FLUSH);
      in.remove_prefix(in.size() - stream_.avail_in);
      started_ = true;
      if (result == Z_STREAM_END) {
        member_ended_ = true;
      } else if (result != Z_OK) {
        throw InputError(fmt::format("the gzip data is damaged: {}",
                                     stream_.msg != nullptr ? stream_.msg : "unexpected bytes"));
      }
    }
    return out.size() - stream_.avail_out;
  }
  bool complete() const override { return !started_ || member_ended_; }

 private:
  z_stream stream_{};
  bool started_ = false;
  bool member_ended_ = false;
};

class ZstdCompressor final : public Compressor {
 public:
  ZstdCompressor() : context_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    if (!context_) throw Error("libzstd cannot start a stream");
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  void feed(std::string_view text, bool last, std::string& out) override {
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    std::array<char, block> buffer;
    std::size_t left = 0;
    do {
      ZSTD_outBuffer to{buffer.data(), buffer.size(), 0};
      left = ZSTD_compressStream2(context_.get(), &to, &in, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0)
        throw Error(fmt::format("libzstd cannot compress: {}", ZSTD_getErrorName(left)));
      out.append(buffer.data(), to.pos);
    } while (in.pos < in.size || (last && left != 0));
  }

 private:
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context_;
};

class ZstdDecompressor final : public Decompressor {
 public:
  ZstdDecompressor() : context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    if (!context_) throw Error("libzstd cannot start reading");
  }

  std::size_t feed(std::string_view& in, std::span<char> out) override {
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    // The decoder may still hold text when the input is used up, so one call is made in any case.
    do {
      const std::size_t before = from.pos;
      const std::size_t result = ZSTD_decompressStream(context_.get(), &to, &from);
      if (ZSTD_isError(result) != 0)
        throw InputError(
            fmt::format("the Zstandard data is damaged: {}", ZSTD_getErrorName(result)));
      if (from.pos != before || to.pos != 0) frame_ended_ = result == 0;
    } while (to.pos == 0 && from.pos < from.size);
    in.remove_prefix(from.pos);
    return to.pos;
  }
  bool complete() const override { return frame_ended_; }

 private:
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
  bool frame_ended_ = true;
};

}  // namespace

Compression compression_of_name(std::string_view path) {
  if (path.ends_with(".gz")) return Compression::gzip;
  if (path.ends_with(".zst")) return Compression::zstd;
  return Compression::none;
}

Compression compression_of_bytes(std::string_view head) {
  if (head.starts_with("\x1f\x8b"sv)) return Compression::gzip;
  if (head.starts_with("\x28\xb5\x2f\xfd"sv)) return Compression::zstd;
  return Compression::none;
}

std::string_view without_compression_suffix(std::string_view path) {
  switch (compression_of_name(path)) {
    case Compression::gzip:
      return path.substr(0, path.size() - 3);
    case Compression::zstd:
      return path.substr(0, path.size() - 4);
    case Compression::none:
      break;
  }
  return path;
}

std::unique_ptr<Compressor> make_compressor(Compression kind) {
  if (kind == Compression::gzip) return std::make_unique<GzipCompressor>();
  if (kind == Compression::zstd) return std::make_unique<ZstdCompressor>();
  return nullptr;
}

std::unique_ptr<Decompressor> make_decompressor(Compression kind) {
  if (kind == Compression::gzip) return std::make_unique<GzipDecompressor>();
  if (kind == Compression::zstd) return std::make_unique<ZstdDecompressor>();
  return nullptr;
}

}  // namespace vitrion::formats
