// JsonSection: one object of a JSON input, read key by key; what was never asked for is unknown.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace vitrion::formats {

/// A JSON file with the lines of its keys, shared by its sections.
struct JsonInput {
  std::string path;  ///< for messages
  nlohmann::json root;
  std::map<std::string, int, std::less<>> lines;

  /// "input.json:12: training.numb_steps" for a dotted key; the line is that of the nearest section
  /// around a key that is not there.
  [[nodiscard]] std::string place(const std::string& key) const;
  /// @throws InputError at the key.
  [[noreturn]] void fail(const std::string& key, const std::string& rule) const;
};

/// @throws InputError naming line and column of what is not JSON.
[[nodiscard]] JsonInput read_json_input(const std::string& path);

/// Every accessor makes its keys known; finish() refuses the others. A null counts as absent. Keys
/// are given with their aliases: the first is the name used in messages, and at most one may be
/// set.
class JsonSection {
 public:
  using Names = std::vector<std::string>;

  JsonSection(const JsonInput& input, const nlohmann::json& object, std::string path);

  [[nodiscard]] const nlohmann::json* find(const Names& names);
  /// @throws InputError where it is absent, which says `what` the key is for, or names the key that
  /// may have been meant.
  [[nodiscard]] const nlohmann::json& required(const std::string& key, const std::string& what);
  [[nodiscard]] double number(const Names& names, double otherwise);
  [[nodiscard]] std::optional<double> number_if_set(const Names& names);
  /// A whole number from `least` on.
  [[nodiscard]] long whole(const Names& names, long otherwise, long least = 0);
  [[nodiscard]] std::optional<long> whole_if_set(const Names& names, long least = 0);
  [[nodiscard]] bool flag(const Names& names, bool otherwise);
  [[nodiscard]] std::string text(const Names& names, const std::string& otherwise);
  /// One of `choices`; others of `unsupported` are refused by name, the rest with the nearest of
  /// all.
  [[nodiscard]] std::string choice(const Names& names, const std::string& otherwise,
                                   const Names& choices, const Names& unsupported = {});
  [[nodiscard]] std::vector<long> wholes(const Names& names, const std::vector<long>& otherwise,
                                         long least = 0);
  /// The sub-object, or an empty one.
  [[nodiscard]] JsonSection section(const std::string& name);

  /// Known keys that change nothing here; those that are set are reported in `notes`.
  void without_effect(const Names& keys, std::vector<std::string>& notes);
  /// A known key that may only have its default. @throws InputError with the reason otherwise.
  void only(const std::string& key, const nlohmann::json& value, const std::string& reason);
  /// A known key that may not be set at all.
  void refuse(const std::string& key, const std::string& reason);

  /// @throws InputError for a key that nobody asked for, with the nearest known one. Keys that
  /// begin with an underscore are comments.
  void finish() const;

  [[noreturn]] void fail(const std::string& key, const std::string& rule) const;
  /// Runs `body`; an InputError of it gets the place of `key` in front.
  void at(const std::string& key, const std::function<void()>& body) const;
  [[nodiscard]] std::string place(const std::string& key) const { return input_->place(full(key)); }
  [[nodiscard]] bool has(const std::string& key) const;
  [[nodiscard]] const nlohmann::json& object() const { return *object_; }

 private:
  [[nodiscard]] std::string full(const std::string& key) const;

  const JsonInput* input_;
  const nlohmann::json* object_;
  std::string path_;
  std::vector<std::string> known_;
};

}  // namespace vitrion::formats
