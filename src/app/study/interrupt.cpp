#include "app/study/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace vitrion::app {

namespace {

std::atomic<int> caught_signal{0};

extern "C" void note_signal(int signal) {
  caught_signal = signal;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  caught_signal = 0;
  std::signal(SIGINT, note_signal);
  std::signal(SIGTERM, note_signal);
  // A limit on the size of files then reports as a full disk does, instead of ending the process.
  std::signal(SIGXFSZ, SIG_IGN);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGXFSZ, SIG_DFL);
}

int InterruptGuard::caught() {
  return caught_signal;
}

void InterruptGuard::check() {
  if (caught_signal != 0)
    throw Interrupted("interrupted: what is finished is kept, run again to go on", caught_signal);
}

}  // namespace vitrion::app
