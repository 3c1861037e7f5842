// One mapping of a model file's tree, read key by key with errors that name file and key.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "edges/formats/model/dictionary.hpp"

namespace vitrion::formats {

class ModelSection {
 public:
  using Json = nlohmann::ordered_json;

  /// `place` is the path of keys down to this mapping, for messages.
  ModelSection(const ModelDictionary& dictionary, const Json& node, std::string file,
               std::string place);

  [[nodiscard]] bool has(const std::string& key) const;
  /// @throws InputError if the key is missing or its value has another type.
  [[nodiscard]] double number(const std::string& key) const;
  [[nodiscard]] long integer(const std::string& key) const;
  [[nodiscard]] bool flag(const std::string& key) const;
  [[nodiscard]] std::string text(const std::string& key) const;
  [[nodiscard]] std::vector<long> integers(const std::string& key) const;
  [[nodiscard]] std::vector<std::string> texts(const std::string& key) const;
  [[nodiscard]] std::vector<potential::TypePair> pairs(const std::string& key) const;
  [[nodiscard]] ModelSection section(const std::string& key) const;
  [[nodiscard]] std::vector<ModelSection> sections(const std::string& key) const;
  /// The array named by "@variables" of this mapping; nothing if it is null or absent.
  [[nodiscard]] const ModelArray* array(const std::string& key) const;
  /// @throws InputError if it is null or absent, or has another shape.
  [[nodiscard]] const ModelArray& array(const std::string& key,
                                        const std::vector<std::size_t>& shape) const;
  /// The same, with a default for an absent or null key.
  [[nodiscard]] double number_or(const std::string& key, double value) const;
  [[nodiscard]] bool flag_or(const std::string& key, bool value) const;

  /// @throws InputError for a key that is neither known nor without effect (null, false, 0, "" or
  /// empty).
  void refuse_others(const std::set<std::string>& known) const;
  /// @throws InputError unless "@version" is in [1, newest].
  void check_version(long newest) const;

  [[noreturn]] void fail(const std::string& key, const std::string& what) const;
  [[nodiscard]] bool is_null() const { return node_->is_null(); }
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  [[nodiscard]] const Json& at(const std::string& key) const;
  [[nodiscard]] std::string name(const std::string& key) const;

  const ModelDictionary* dictionary_;
  const Json* node_;
  std::string file_;
  std::string place_;
};

}  // namespace vitrion::formats
