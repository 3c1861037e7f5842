#include "edges/formats/volumes/cube.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "structures/elements.hpp"

namespace vitrion::formats {

namespace {

constexpr double bohr_in_A = 0.529177210903;  // CODATA 2018; the cube format alone speaks of bohr

}  // namespace

void write_cube(const std::string& path, const std::string& title, const structures::Frame& frame,
                const std::array<std::size_t, 3>& size, std::span<const double> value) {
  if (!frame.cell) throw InputError(fmt::format("{}: a cube needs a cell", path));
  if (value.size() != size[0] * size[1] * size[2])
    throw InputError(fmt::format("{}: {} values on a grid of {} x {} x {}", path, value.size(),
                                 size[0], size[1], size[2]));
  OutputFile file(path);
  file.write(fmt::format("{}\nperiodic grid, last index fastest\n{:5d}{:12.6f}{:12.6f}{:12.6f}\n",
                         title, frame.size(), 0.0, 0.0, 0.0));
  for (std::size_t a = 0; a < 3; ++a) {
    const Vec3 step = (1 / (bohr_in_A * static_cast<double>(size[a]))) * frame.cell->rows()[a];
    file.write(fmt::format("{:5d}{:12.6f}{:12.6f}{:12.6f}\n", size[a], step[0], step[1], step[2]));
  }
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const auto z = structures::atomic_number(frame.species.name(i));
    if (!z)
      throw InputError(fmt::format("{}: {} is no element, and a cube names atoms by their number",
                                   path, frame.species.name(i)));
    const Vec3 r = (1 / bohr_in_A) * frame.cell->wrapped(frame.positions[i]);
    file.write(fmt::format("{:5d}{:12.6f}{:12.6f}{:12.6f}{:12.6f}\n", *z, static_cast<double>(*z),
                           r[0], r[1], r[2]));
  }
  // Six numbers a line, and a new line for each row of the last index.
  std::string line;
  for (std::size_t i = 0; i < value.size(); ++i) {
    line += fmt::format("{:13.5E}", value[i]);
    const std::size_t k = i % size[2];
    if (k % 6 == 5 || k + 1 == size[2]) {
      file.write(line + "\n");
      line.clear();
    }
  }
  file.commit();
}

}  // namespace vitrion::formats
