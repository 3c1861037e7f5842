// The ledger's words: what a task is (its identity) and what it left (its manifest).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace vitrion::learn {

/// What a task computes, never where: settings and the identities of its inputs, as lines of text.
class Identity {
 public:
  /// `version` rises when the same settings come to mean another computation.
  Identity(std::string_view task, int version);

  Identity& add(std::string_view key, std::string_view value);
  Identity& add(std::string_view key, double value);  ///< shortest text that reads back the same
  Identity& add(std::string_view key, const std::vector<double>& values);
  Identity& add(std::string_view key, const std::vector<std::string>& values);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// 16 hexadecimal digits.
  [[nodiscard]] std::string hash() const;

 private:
  std::string text_;
};

/// A task that is done. Its arrival in the task's folder, by rename, is what makes the result
/// count.
struct Manifest {
  std::string task;      ///< "quench-0"
  std::string identity;  ///< hash
  std::string computes;  ///< the identity's text, for a person
  std::string finished;  ///< ISO 8601
  double seconds = 0;    ///< wall time of the attempts that this process saw
  std::string detail;    ///< "2 models x 20000 steps"
  nlohmann::json
      results;  ///< numbers and file names (relative to the task's folder) that later tasks read
};

[[nodiscard]] nlohmann::json to_json(const Manifest& manifest);
/// @throws InputError naming `place` and the key.
[[nodiscard]] Manifest manifest_from_json(const nlohmann::json& json, const std::string& place);

}  // namespace vitrion::learn
