#include "glass/melt_quench.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace vitrion::glass {

namespace {

md::Segment segment_of(const ScheduleLine& line) {
  const auto need = [&](std::size_t count, const char* form) {
    if (line.numbers.size() != count)
      throw InputError(
          fmt::format("{} has {} numbers and must read {}", line.kind, line.numbers.size(), form));
  };
  const auto& n = line.numbers;
  if (line.kind == "ramp") {
    need(3, "[\"ramp\", from K, to K, ps]");
    return md::Segment::ramp(n[0], n[1], n[2]);
  }
  if (line.kind == "hold") {
    need(2, "[\"hold\", K, ps]");
    return md::Segment::hold(n[0], n[1]);
  }
  if (line.kind == "npt") {
    if (n.size() == 4) return md::Segment::npt_ramp(n[0], n[1], n[2], n[3]);
    need(3, "[\"npt\", K, bar, ps] or [\"npt\", from K, to K, bar, ps]");
    return md::Segment::npt(n[0], n[1], n[2]);
  }
  throw InputError(fmt::format("'{}' must be ramp, hold or npt{}", line.kind,
                               did_you_mean(line.kind, {"ramp", "hold", "npt"})));
}

}  // namespace

std::vector<md::Segment> melt_quench(const std::vector<ScheduleLine>& schedule) {
  std::vector<md::Segment> segments;
  for (std::size_t i = 0; i < schedule.size(); ++i) {
    try {
      const md::Segment segment = segment_of(schedule[i]);
      segment.validate();
      // A jump of the thermostat is a shock that no experiment makes: the schedule must say what
      // happens.
      if (!segments.empty() && segments.back().to != segment.from)
        throw InputError(fmt::format("it starts at {} K but the line before ends at {} K",
                                     segment.from, segments.back().to));
      segments.push_back(segment);
    } catch (const InputError& e) {
      throw InputError(fmt::format("schedule, line {}: {}", i + 1, e.what()));
    }
  }
  if (segments.empty()) throw InputError("schedule: at least one line is needed");
  return segments;
}

}  // namespace vitrion::glass
