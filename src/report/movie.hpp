// Movie: the atoms of one run at a few hundred times, as the viewer plays them and the figures of
// paths draw them.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/vec3.hpp"

namespace vitrion::report {

/// The most that a page carries: 1600 atoms x 400 frames are 5 MB.
inline constexpr std::size_t most_movie_frames = 400;

struct Movie {
  std::string glass;       ///< key
  std::string name;        ///< "x = 0.15, 423 K, replica 1"
  double temperature = 0;  ///< K
  int replica = 0;
  std::vector<std::string> elements;
  std::vector<std::uint8_t> species;  ///< (N) indices into elements
  std::vector<double> times;          ///< (F) ps
  std::vector<Mat3> cells;            ///< (F) rows
  std::vector<float> fractional;      ///< (F, N, 3) unwrapped, in the frame of the framework
  std::string file;

  [[nodiscard]] std::size_t atoms() const { return species.size(); }
  [[nodiscard]] std::size_t frames() const { return times.size(); }
  [[nodiscard]] Vec3 at(std::size_t frame, std::size_t atom) const {
    const float* f = &fractional[3 * (frame * atoms() + atom)];
    return {f[0], f[1], f[2]};
  }
};

/// Every n-th frame, so that at most `most` are left.
[[nodiscard]] Movie thinned(const Movie& movie, std::size_t most);

/// For the viewer: the positions as int16 shares of `reach` (the largest coordinate), in base64.
[[nodiscard]] nlohmann::json to_json(const Movie& movie);

/// RFC 4648.
[[nodiscard]] std::string base64(const std::uint8_t* bytes, std::size_t size);

}  // namespace vitrion::report
