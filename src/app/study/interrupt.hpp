// Interrupts: SIGINT and SIGTERM as a flag that long work looks at.
#pragma once

#include "base/error.hpp"

namespace vitrion::app {

/// The work was asked to end and left what it needs to go on; exit code 128 + signal, as a shell's.
class Interrupted : public Error {
 public:
  Interrupted(const std::string& what, int signal) : Error(what), signal_(signal) {}
  [[nodiscard]] int exit_code() const override { return 128 + signal_; }

 private:
  int signal_;
};

/// While it lives, the two signals only set a flag.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// The signal that came, or 0.
  [[nodiscard]] static int caught();
  /// @throws Interrupted if one came.
  static void check();
};

}  // namespace vitrion::app
