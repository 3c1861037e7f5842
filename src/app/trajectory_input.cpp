#include "app/trajectory_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace {

template <class T>
std::optional<T> number(const std::string& text) {
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> info_number(const structures::Frame& frame,
                                  std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = frame.info.find(key);
    if (found != frame.info.end())
      if (const std::optional<double> value = number<double>(found->second)) return value;
  }
  return std::nullopt;
}

long count_frames(const std::string& path, const TrajectoryInput& input) {
  const auto reader = formats::open_frames(path, {.format = {}, .elements = input.elements});
  long n = 0;
  while (reader->next()) ++n;
  return n;
}

/// Times of the frames of one file: their own in ps, or from their steps or places and
/// --frame-time.
class Clock {
 public:
  Clock(const std::string& path, double frame_time, bool needed)
      : path_(path), frame_time_(frame_time), needed_(needed) {}

  double time_of(const structures::Frame& frame, long index) {
    if (frame_time_ <= 0) {
      if (const std::optional<double> time = info_number(frame, {"time_ps", "time", "Time"}))
        return *time;
      if (!needed_) return static_cast<double>(index);
      throw InputError(
          fmt::format("{} holds no time: give --frame-time, the ps between its frames", path_));
    }
    // Steps (LAMMPS) tell whether a frame is missing, which the place in the file cannot.
    const std::optional<double> step = info_number(frame, {"timestep", "step"});
    if (!step) return frame_time_ * static_cast<double>(index);
    if (first_index_ < 0) {
      first_step_ = *step;
      first_index_ = index;
      return 0;
    }
    const double advance = *step - first_step_;
    if (!(advance > 0))
      throw InputError(fmt::format("{}: the step {:g} of frame {} does not come after {:g}", path_,
                                   *step, index, first_step_));
    if (step_per_frame_ == 0) step_per_frame_ = advance / static_cast<double>(index - first_index_);
    return frame_time_ * advance / step_per_frame_;
  }

 private:
  const std::string& path_;
  double frame_time_;
  bool needed_;
  long first_index_ = -1;  // none yet
  double first_step_ = 0;
  double step_per_frame_ = 0;  // 0: not known yet
};

}  // namespace

FrameSlice FrameSlice::parse(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == ':')
      parts.emplace_back();
    else
      parts.back() += c;
  const auto bad = [&] {
    return InputError(
        fmt::format("--frames = '{}' must be a slice A:B:S of whole numbers with S > 0, e.g. 100: "
                    "or ::10 or -500:",
                    text));
  };
  if (parts.size() > 3 || text.empty()) throw bad();
  std::vector<std::optional<long>> values;
  for (const std::string& part : parts) {
    values.push_back(number<long>(part));
    if (!part.empty() && !values.back()) throw bad();
  }
  FrameSlice slice;
  slice.start = values[0];
  if (parts.size() == 1) {
    if (*slice.start != -1) slice.stop = *slice.start + 1;
    return slice;
  }
  slice.stop = values[1];
  if (parts.size() == 3) slice.step = values[2].value_or(1);
  if (slice.step <= 0) throw bad();
  return slice;
}

void for_each_frame(const std::string& path, const TrajectoryInput& input, bool need_time,
                    const std::function<void(const structures::Frame&, double)>& body) {
  const FrameSlice slice = FrameSlice::parse(input.frames);
  const long count = slice.needs_count() ? count_frames(path, input) : 0;
  const auto place = [&](const std::optional<long>& at, long otherwise) {
    if (!at) return otherwise;
    return *at < 0 ? std::max(0L, *at + count) : *at;
  };
  const long start = place(slice.start, 0);
  const long stop = place(slice.stop, std::numeric_limits<long>::max());

  const auto reader = formats::open_frames(path, {.format = {}, .elements = input.elements});
  Clock clock(path, input.frame_time, need_time);
  long used = 0;
  long index = 0;
  for (; index < stop; ++index) {
    const std::optional<structures::Frame> frame = reader->next();
    if (!frame) break;
    if (index < start || (index - start) % slice.step != 0) continue;
    try {
      body(*frame, clock.time_of(*frame, index));
    } catch (const InputError& e) {
      const std::string text = e.what();
      throw InputError(text.starts_with(path) ? text : fmt::format("{}: {}", path, text));
    }
    ++used;
  }
  if (used == 0)
    throw InputError(
        index == 0 ? fmt::format("{} holds no frame", path)
                   : fmt::format("{}: --frames {} selects none of its frames", path, input.frames));
}

analysis::Trajectory read_trajectory(const std::string& path, const TrajectoryInput& input,
                                     const std::vector<std::string>& keep,
                                     const std::vector<std::string>& mobile, bool keep_framework) {
  analysis::TrajectoryOptions options;
  options.keep = keep;
  options.unwrapped = input.unwrapped;
  options.framework = input.framework;
  if (input.drift == "com") options.drift = analysis::DriftFrame::centre_of_mass;
  if (input.drift == "none") options.drift = analysis::DriftFrame::none;
  std::optional<analysis::TrajectoryBuilder> builder;
  for_each_frame(path, input, true, [&](const structures::Frame& frame, double time) {
    if (!builder) {
      const std::vector<int> counts = frame.species.counts();
      for (std::size_t k = 0; k < counts.size() && input.framework.empty(); ++k) {
        const std::string& name = frame.species.names[k];
        const bool moves = std::find(mobile.begin(), mobile.end(), name) != mobile.end();
        if (counts[k] > 0 && !moves) options.framework.push_back(name);
      }
      if (input.framework.empty() && std::find(options.framework.begin(), options.framework.end(),
                                               "P") != options.framework.end())
        options.framework = {"P"};
      if (keep_framework && !options.keep.empty())
        options.keep.insert(options.keep.end(), options.framework.begin(), options.framework.end());
      // A file of nothing but mobile ions has no framework to stand on.
      if (input.drift == "auto" && options.framework.empty())
        options.drift = analysis::DriftFrame::centre_of_mass;
      builder.emplace(options);
    }
    builder->add(frame, time);
  });
  analysis::Trajectory t = std::move(*builder).finish();
  try {
    if (t.frames() > 1) (void)t.time_step();  // here, where the file's name is known
  } catch (const InputError& e) {
    throw InputError(fmt::format("{}: {}", path, e.what()));
  }
  return t;
}

}  // namespace vitrion::app
