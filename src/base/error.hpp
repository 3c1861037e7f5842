// Errors: what a caller may catch, and the exit code each kind ends the program with.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vitrion {

/// The job stopped: a full disk, a process that died, our own mistake. Exit code 1.
/// Every message tells value, rule and place, starts in lower case and has no full stop.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  [[nodiscard]] virtual int exit_code() const { return 1; }
};

/// What the user gave is wrong: a file, a key, an argument. Exit code 2.
class InputError : public Error {
 public:
  using Error::Error;
  [[nodiscard]] int exit_code() const override { return 2; }
};

/// The data cannot carry the result, or a computation did not converge. Exit code 3.
class Refused : public Error {
 public:
  using Error::Error;
  [[nodiscard]] int exit_code() const override { return 3; }
};

/// The entry of `choices` nearest to `word` by edit distance; empty if none is near enough to be
/// meant.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& choices);

/// ", did you mean 'x'?" for the nearest of `choices`, or an empty text.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& choices);

}  // namespace vitrion
