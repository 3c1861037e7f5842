// Progress of long work: a bar with ETA on a terminal, a plain line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace vitrion {

/// Writes to standard error; a redirected log gets a line each tenth of the way or each half
/// minute.
class Progress {
 public:
  Progress(std::string title, std::size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` of the total, with a short note such as the current errors. Work resumed at k starts
  /// with start(k), so that the ETA does not count what an earlier run did.
  void start(std::size_t done);
  void update(std::size_t done, std::string_view note = {});
  /// Ends the bar; called by the destructor if it was not.
  void finish(std::string_view note = {});

 private:
  void print(bool last, std::string_view note);

  std::string title_;
  std::size_t total_;
  std::size_t done_ = 0;
  std::size_t started_at_ = 0;
  bool terminal_;
  bool finished_ = false;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point printed_;
  std::size_t tenth_ = 0;
};

/// "1 h 02 min", "3 min 20 s", "12 s", "0.4 s".
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace vitrion
