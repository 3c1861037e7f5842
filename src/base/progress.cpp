#include "base/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace vitrion {

using Clock = std::chrono::steady_clock;

std::string duration_text(double seconds) {
  const auto whole = std::lround(seconds);
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

Progress::Progress(std::string title, std::size_t total)
    : title_(std::move(title)),
      total_(total),
      terminal_(isatty(STDERR_FILENO) == 1),
      begin_(Clock::now()),
      printed_(begin_) {}

Progress::~Progress() {
  finish();
}

void Progress::start(std::size_t done) {
  started_at_ = done_ = done;
  tenth_ = total_ > 0 ? 10 * done / total_ : 0;
  begin_ = Clock::now();
}

void Progress::update(std::size_t done, std::string_view note) {
  done_ = done;
  const auto now = Clock::now();
  const std::size_t tenth = total_ > 0 ? 10 * done_ / total_ : 0;
  const auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(30);
  if (now - printed_ < pause && (terminal_ || tenth == tenth_)) return;
  printed_ = now;
  tenth_ = tenth;
  print(false, note);
}

void Progress::finish(std::string_view note) {
  if (finished_) return;
  finished_ = true;
  print(true, note);
}

void Progress::print(bool last, std::string_view note) {
  const double spent = std::chrono::duration<double>(Clock::now() - begin_).count();
  const double share = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1.0;
  std::string tail;
  if (last) {
    tail = duration_text(spent);
  } else if (done_ > started_at_) {
    const double left =
        spent * static_cast<double>(total_ - done_) / static_cast<double>(done_ - started_at_);
    tail = "ETA " + duration_text(left);
  }
  if (!note.empty()) tail += fmt::format("  {}", note);
  if (terminal_) {
    constexpr int width = 24;
    const int full = static_cast<int>(share * width);
    const std::string bar = std::string(static_cast<std::size_t>(full), '#') +
                            std::string(static_cast<std::size_t>(width - full), '.');
    fmt::print(stderr, "\r\033[K{} [{}] {}/{}  {}{}", title_, bar, done_, total_, tail,
               last ? "\n" : "");
  } else {
    fmt::print(stderr, "{}: {}/{} ({:.0f} %)  {}\n", title_, done_, total_, 100 * share, tail);
  }
  std::fflush(stderr);
}

}  // namespace vitrion
