#include "md/protocol.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "base/error.hpp"

namespace vitrion::md {

namespace {

/// Steps of a time; times are meant as multiples of the step, so the nearest whole number is right.
std::uint64_t steps_of(double ps, double timestep) {
  return static_cast<std::uint64_t>(std::llround(ps / timestep));
}

void require_positive(double value, const char* what, const char* unit) {
  if (!(std::isfinite(value) && value > 0))
    throw InputError(fmt::format("{} = {} {} must be positive", what, value, unit));
}

}  // namespace

std::string name_of(Kind kind) {
  switch (kind) {
    case Kind::minimise:
      return "minimise";
    case Kind::hold:
      return "hold";
    case Kind::ramp:
      return "ramp";
    case Kind::npt:
      return "npt";
  }
  return "";
}

Deformation::Mode deformation_mode(const std::string& name) {
  const std::vector<std::string> names = {"none", "isotropic", "x", "y", "z", "xy", "xz", "yz"};
  for (std::size_t k = 0; k < names.size(); ++k)
    if (names[k] == name) return static_cast<Deformation::Mode>(k);
  throw InputError(fmt::format("deformation '{}' must be isotropic, x, y, z, xy, xz or yz{}", name,
                               did_you_mean(name, names)));
}

namespace {

bool shears(Deformation::Mode mode) {
  return mode >= Deformation::Mode::xy;
}

/// The rate that reaches a segment's strain at its end, 1/ps.
double strain_rate(const Segment& s) {
  if (s.deform.mode == Deformation::Mode::none) return 0;
  return (shears(s.deform.mode) ? s.deform.strain : std::log1p(s.deform.strain)) / s.time;
}

}  // namespace

void Segment::validate() const {
  if (kind == Kind::minimise) return;
  require_positive(from, "temperature", "K");
  require_positive(to, "temperature", "K");
  require_positive(time, "time", "ps");
  if (kind == Kind::ramp && from == to)
    throw InputError(fmt::format("a ramp from {} K to {} K is a hold", from, to));
  if (kind == Kind::hold && from != to)
    throw InputError(
        fmt::format("a {} from {} K to {} K must keep its temperature; a ramp changes it",
                    name_of(kind), from, to));
  if (!std::isfinite(pressure))
    throw InputError(fmt::format("pressure = {} bar must be finite", pressure));
  if (deform.mode == Deformation::Mode::none) return;
  if (kind == Kind::npt)
    throw InputError("an npt segment cannot be deformed: its barostat sets the cell");
  if (!(deform.strain > -0.6 && deform.strain <= 1))
    throw InputError(fmt::format("strain = {} must be over -0.6 and at most 1", deform.strain));
}

void Protocol::validate() const {
  require_positive(timestep, "timestep", "ps");
  require_positive(thermostat_damping, "thermostat damping", "ps");
  require_positive(barostat_damping, "barostat damping", "ps");
  if (timestep > 0.005)
    throw InputError(fmt::format(
        "timestep = {} ps must be at most 0.005 ps: bonds vibrate in 0.03 ps", timestep));
  if (!(explosion_factor > 1))
    throw InputError(fmt::format("explosion factor = {} must be over 1", explosion_factor));
  if (segments.empty()) throw InputError("a protocol needs at least one segment");
  const Segment* before = nullptr;
  for (const Segment& segment : segments) {
    segment.validate();
    if (segment.kind == Kind::minimise) continue;
    if (steps_of(segment.time, timestep) == 0)
      throw InputError(fmt::format("a {} of {} ps is shorter than a timestep of {} ps",
                                   name_of(segment.kind), segment.time, timestep));
    if (before != nullptr && before->to > explosion_factor * segment.from)
      throw InputError(
          fmt::format("a {} at {} K after a segment that ends at {} K: they must be within a "
                      "factor of {}, put a ramp between them",
                      name_of(segment.kind), segment.from, before->to, explosion_factor));
    before = &segment;
  }
}

double Protocol::total_time() const {
  double sum = 0;
  for (const Segment& segment : segments) sum += segment.time;
  return sum;
}

std::vector<Chunk> chunks_of(const Protocol& protocol, double longest) {
  protocol.validate();
  require_positive(longest, "longest chunk", "ps");
  const std::uint64_t most = std::max<std::uint64_t>(1, steps_of(longest, protocol.timestep));
  std::vector<Chunk> chunks;
  std::uint64_t step = 0;
  for (std::size_t k = 0; k < protocol.segments.size(); ++k) {
    const Segment& s = protocol.segments[k];
    if (s.kind == Kind::minimise) {
      chunks.push_back({k, s.kind, 0, 0, 0, step, 0, {}, 0});
      continue;
    }
    const std::uint64_t total = steps_of(s.time, protocol.timestep);
    for (std::uint64_t done = 0; done < total;) {
      const std::uint64_t now = std::min(most, total - done);
      const auto temperature = [&](std::uint64_t at) {
        return s.from + (s.to - s.from) * static_cast<double>(at) / static_cast<double>(total);
      };
      chunks.push_back({k, s.kind, temperature(done), temperature(done + now), s.pressure, step,
                        now, s.deform.mode, strain_rate(s)});
      done += now;
      step += now;
    }
  }
  return chunks;
}

}  // namespace vitrion::md
