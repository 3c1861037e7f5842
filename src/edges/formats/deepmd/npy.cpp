#include "edges/formats/deepmd/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "base/error.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::formats {

static_assert(std::endian::native == std::endian::little, "npy.cpp writes the machine's own order");

namespace {

constexpr std::string_view magic{"\x93NUMPY", 6};

struct Header {
  char kind = 'f';        // f, i, u, b
  std::size_t width = 8;  // bytes per number
  bool big_endian = false;
  bool fortran = false;
  Shape shape;
  std::size_t data_start = 0;
};

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw InputError(fmt::format("{}: {}", path, what));
}

/// The value of a key of the header's Python dictionary, up to where `parse` of it can begin.
std::string_view after_key(const std::string& path, std::string_view dictionary,
                           std::string_view key) {
  for (const char quote : {'\'', '"'}) {
    const std::string quoted = fmt::format("{}{}{}", quote, key, quote);
    std::size_t at = dictionary.find(quoted);
    if (at == std::string_view::npos) continue;
    at = dictionary.find_first_not_of(" :", at + quoted.size());
    if (at != std::string_view::npos) return dictionary.substr(at);
  }
  fail(path, fmt::format("the .npy header has no '{}'", key));
}

void parse_type(const std::string& path, std::string_view text, Header& header) {
  const std::size_t end = text.empty() ? std::string_view::npos : text.find(text[0], 1);
  const bool quoted = !text.empty() && (text[0] == '\'' || text[0] == '"') && end != text.npos;
  const std::string_view type = quoted ? text.substr(1, end - 1) : text.substr(0, text.find(','));
  const auto refuse = [&] {
    fail(path,
         fmt::format("the array's type is {}, but numbers are needed (float or integer)", type));
  };
  if (!quoted || type.size() != 3 ||
      std::string_view("<>|=").find(type[0]) == std::string_view::npos)
    refuse();
  header.big_endian = type[0] == '>';
  header.kind = type[1];
  header.width = static_cast<std::size_t>(type[2] - '0');
  const std::string_view known = "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1";
  if (known.find(type.substr(1)) == std::string_view::npos) refuse();
}

Shape parse_shape(const std::string& path, std::string_view text) {
  Shape shape;
  const std::size_t end = text.find(')');
  if (text.empty() || text[0] != '(' || end == std::string_view::npos)
    fail(path, "the .npy header's shape is no tuple");
  const char* p = text.data() + 1;
  const char* const stop = text.data() + end;
  while (p != stop) {
    if (*p == ' ' || *p == ',') {
      ++p;
      continue;
    }
    std::size_t n = 0;
    const auto [next, error] = std::from_chars(p, stop, n);
    if (error != std::errc{}) fail(path, "the .npy header's shape has an entry that is no integer");
    shape.push_back(n);
    p = next;
  }
  return shape;
}

/// Number of entries, refusing products beyond what `limit` bytes can hold.
std::optional<std::size_t> entries(const Shape& shape, std::size_t limit) {
  std::size_t n = 1;
  for (const std::size_t extent : shape)
    if (extent == 0) return 0;
  for (const std::size_t extent : shape) {
    if (extent > limit / n) return std::nullopt;
    n *= extent;
  }
  return n;
}

Header parse_header(const std::string& path, std::string_view bytes) {
  if (bytes.empty()) fail(path, "the file is empty, but a .npy array is needed");
  if (!bytes.starts_with(magic))
    fail(path, "this is no .npy array: it does not start with \\x93NUMPY");
  if (bytes.size() < 10) fail(path, "the .npy header is cut");
  const int version = bytes[6];
  const auto byte = [&](std::size_t k) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[k]));
  };
  Header header;
  std::size_t length = byte(8) | byte(9) << 8;
  header.data_start = 10;
  if (version == 2 || version == 3) {
    if (bytes.size() < 12) fail(path, "the .npy header is cut");
    length |= byte(10) << 16 | byte(11) << 24;
    header.data_start = 12;
  } else if (version != 1) {
    fail(path, fmt::format(".npy version {} is not one of 1, 2, 3", version));
  }
  if (bytes.size() - header.data_start < length) fail(path, "the .npy header is cut");
  const std::string_view dictionary = bytes.substr(header.data_start, length);
  header.data_start += length;
  parse_type(path, after_key(path, dictionary, "descr"), header);
  header.fortran = after_key(path, dictionary, "fortran_order").starts_with("True");
  header.shape = parse_shape(path, after_key(path, dictionary, "shape"));
  return header;
}

/// IEEE 754 binary16; NumPy's float16.
double half_to_double(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const double fraction = bits & 1023;
  double value = 0;
  if (exponent == 31) {
    value = fraction == 0 ? std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::quiet_NaN();
  } else {
    value = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

/// Entry k of the data, in the file's type, turned into T.
template <class Stored, class T>
void convert(std::string_view data, bool big_endian, std::vector<T>& values) {
  if constexpr (std::is_same_v<Stored, T>) {
    if (!big_endian) {
      std::memcpy(values.data(), data.data(), data.size());
      return;
    }
  }
  for (std::size_t k = 0; k < values.size(); ++k) {
    std::array<char, sizeof(Stored)> bytes;
    std::memcpy(bytes.data(), data.data() + k * sizeof(Stored), sizeof(Stored));
    if (big_endian) std::reverse(bytes.begin(), bytes.end());
    values[k] = static_cast<T>(std::bit_cast<Stored>(bytes));
  }
}

template <class T>
void convert_integers(const Header& header, std::string_view data, std::vector<T>& values) {
  const bool big = header.big_endian;
  const bool is_signed = header.kind == 'i';
  switch (header.width) {
    case 1:
      return is_signed ? convert<std::int8_t>(data, big, values)
                       : convert<std::uint8_t>(data, big, values);
    case 2:
      return is_signed ? convert<std::int16_t>(data, big, values)
                       : convert<std::uint16_t>(data, big, values);
    case 4:
      return is_signed ? convert<std::int32_t>(data, big, values)
                       : convert<std::uint32_t>(data, big, values);
    default:
      return is_signed ? convert<std::int64_t>(data, big, values)
                       : convert<std::uint64_t>(data, big, values);
  }
}

/// Column-major storage to row-major.
template <class T>
void transpose_storage(NpyArray<T>& array) {
  const std::size_t rank = array.shape.size();
  std::vector<T> sorted(array.values.size());
  Shape index(rank, 0);
  for (const T value : array.values) {  // the first index runs fastest in the file
    std::size_t to = 0;
    for (std::size_t d = 0; d < rank; ++d) to = to * array.shape[d] + index[d];
    sorted[to] = value;
    for (std::size_t d = 0; d < rank && ++index[d] == array.shape[d]; ++d) index[d] = 0;
  }
  array.values = std::move(sorted);
}

/// The header and as many zeros as the array has entries, once the file's length fits the shape.
template <class T>
NpyArray<T> shaped(const std::string& path, const Header& header, std::string_view data) {
  const auto n = entries(header.shape, data.size() / header.width + 1);
  if (!n || *n * header.width != data.size())
    fail(path,
         fmt::format(
             "holds {} bytes of numbers, but shape {} of {} bytes each needs {}; the file is {}",
             data.size(), shape_text(header.shape), header.width,
             n ? fmt::to_string(*n * header.width) : "more",
             n && *n * header.width < data.size() ? "too long" : "cut"));
  return {header.shape, std::vector<T>(*n)};
}

template <class T>
void write(const std::string& path, const Shape& shape, std::span<const T> values,
           std::string_view type) {
  if (entries(shape, values.size() + 1) != values.size())
    throw Error(
        fmt::format("{}: {} values do not fill shape {}", path, values.size(), shape_text(shape)));
  std::string dictionary = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}",
                                       type, shape_text(shape));
  // NumPy pads with spaces so that the data starts at a multiple of 64 bytes.
  const std::size_t unpadded = magic.size() + 4 + dictionary.size() + 1;
  dictionary.append((64 - unpadded % 64) % 64, ' ');
  dictionary += '\n';
  OutputFile file(path);
  file.write(magic);
  const std::size_t length = dictionary.size();
  const std::array<char, 4> version_and_length{1, 0, static_cast<char>(length & 255),
                                               static_cast<char>(length >> 8)};
  file.write({version_and_length.data(), version_and_length.size()});
  file.write(dictionary);
  file.write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  file.commit();
}

}  // namespace

std::string shape_text(const Shape& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

NpyArray<double> read_npy(const std::string& path) {
  const std::string bytes = read_whole_file(path);
  const Header header = parse_header(path, bytes);
  const std::string_view data = std::string_view(bytes).substr(header.data_start);
  auto array = shaped<double>(path, header, data);
  if (header.kind != 'f') {
    convert_integers(header, data, array.values);
  } else if (header.width == 8) {
    convert<double>(data, header.big_endian, array.values);
  } else if (header.width == 4) {
    convert<float>(data, header.big_endian, array.values);
  } else {
    std::vector<std::uint16_t> halves(array.values.size());
    convert<std::uint16_t>(data, header.big_endian, halves);
    std::transform(halves.begin(), halves.end(), array.values.begin(), half_to_double);
  }
  if (header.fortran) transpose_storage(array);
  return array;
}

NpyArray<std::int64_t> read_npy_integers(const std::string& path) {
  const std::string bytes = read_whole_file(path);
  const Header header = parse_header(path, bytes);
  if (header.kind == 'f') {
    const NpyArray<double> numbers = read_npy(path);
    NpyArray<std::int64_t> array{numbers.shape, std::vector<std::int64_t>(numbers.values.size())};
    for (std::size_t k = 0; k < array.values.size(); ++k) {
      const double x = numbers.values[k];
      // 2^53: beyond it a double no longer holds every integer.
      if (!(std::abs(x) <= 0x1p53) || x != std::floor(x))
        fail(path, fmt::format("entry {} is {}, but a whole number is needed", k, x));
      array.values[k] = static_cast<std::int64_t>(x);
    }
    return array;
  }
  const std::string_view data = std::string_view(bytes).substr(header.data_start);
  auto array = shaped<std::int64_t>(path, header, data);
  convert_integers(header, data, array.values);
  if (header.fortran) transpose_storage(array);
  return array;
}

void write_npy(const std::string& path, const Shape& shape, std::span<const double> values) {
  write(path, shape, values, "<f8");
}
void write_npy(const std::string& path, const Shape& shape, std::span<const float> values) {
  write(path, shape, values, "<f4");
}
void write_npy(const std::string& path, const Shape& shape, std::span<const std::int64_t> values) {
  write(path, shape, values, "<i8");
}
void write_npy(const std::string& path, const Shape& shape, std::span<const std::int32_t> values) {
  write(path, shape, values, "<i4");
}

}  // namespace vitrion::formats
