#include "report/movie.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

namespace vitrion::report {

using nlohmann::json;

namespace {

double rounded(double x) {
  return std::round(x * 1e4) / 1e4;
}

}  // namespace

std::string base64(const std::uint8_t* bytes, std::size_t size) {
  static constexpr char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((size + 2) / 3 * 4);
  for (std::size_t i = 0; i < size; i += 3) {
    const std::uint32_t a = bytes[i];
    const std::uint32_t b = i + 1 < size ? bytes[i + 1] : 0;
    const std::uint32_t c = i + 2 < size ? bytes[i + 2] : 0;
    const std::uint32_t word = a << 16 | b << 8 | c;
    text += letters[word >> 18];
    text += letters[word >> 12 & 63];
    text += i + 1 < size ? letters[word >> 6 & 63] : '=';
    text += i + 2 < size ? letters[word & 63] : '=';
  }
  return text;
}

Movie thinned(const Movie& movie, std::size_t most) {
  const std::size_t stride = std::max<std::size_t>(1, (movie.frames() + most - 1) / most);
  if (stride == 1) return movie;
  Movie result = movie;
  result.times.clear();
  result.cells.clear();
  result.fractional.clear();
  const auto size = static_cast<std::ptrdiff_t>(3 * movie.atoms());
  for (std::size_t f = 0; f < movie.frames(); f += stride) {
    result.times.push_back(movie.times[f]);
    result.cells.push_back(movie.cells[f]);
    const auto begin = movie.fractional.begin() + static_cast<std::ptrdiff_t>(f) * size;
    result.fractional.insert(result.fractional.end(), begin, begin + size);
  }
  return result;
}

json to_json(const Movie& m) {
  float reach = 1;
  for (const float f : m.fractional) reach = std::max(reach, std::abs(f));
  std::vector<std::uint8_t> bytes;
  bytes.reserve(2 * m.fractional.size());
  for (const float f : m.fractional) {
    const auto v =
        static_cast<std::uint16_t>(static_cast<std::int16_t>(std::lround(f / reach * 32767)));
    bytes.push_back(static_cast<std::uint8_t>(v & 255));  // little end first
    bytes.push_back(static_cast<std::uint8_t>(v >> 8));
  }
  json cells = json::array();
  for (const Mat3& cell : m.cells) {
    json c = json::array();
    for (const Vec3& row : cell)
      for (const double x : row) c.push_back(rounded(x));
    cells.push_back(std::move(c));
  }
  json times = json::array();
  for (const double t : m.times) times.push_back(rounded(t));
  return {{"glass", m.glass},
          {"name", m.name},
          {"temperature", m.temperature},
          {"replica", m.replica},
          {"elements", m.elements},
          {"species", m.species},
          {"times", times},
          {"cells", cells},
          {"reach", reach},
          {"file", m.file},
          {"positions", base64(bytes.data(), bytes.size())}};
}

}  // namespace vitrion::report
