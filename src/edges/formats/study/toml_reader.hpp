// A TOML table read key by key: types and ranges are checked, lines kept, unknown keys refused.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "base/error.hpp"

namespace vitrion::formats {

/// Reads one table; each get() names a key that is known, finish() refuses the others.
class TomlReader {
 public:
  /// `path` is the table's place in the file: "glass", or "" for the root.
  TomlReader(const toml::table& table, std::string file, std::string path,
             std::map<std::string, int>& lines);

  void get(const char* key, double& value);
  void get(const char* key, bool& value);
  void get(const char* key, std::string& value);
  void get(const char* key, std::vector<std::string>& value);
  void get(const char* key, std::vector<double>& value);
  /// A number or a list of at least one.
  void get_one_or_more(const char* key, std::vector<double>& value);
  /// Whole and not negative.
  void get(const char* key, std::size_t& value);
  void get(const char* key, std::vector<std::size_t>& value);
  void get(const char* key, std::array<double, 2>& value);

  [[nodiscard]] bool has(const char* key) const { return table_.contains(key); }
  void require(const char* key) const;
  /// Takes a key that the caller reads by itself.
  [[nodiscard]] const toml::node* take(const char* key);
  [[nodiscard]] TomlReader sub(const char* key, const toml::table& table) const;

  /// "file.toml:41: glass.x = 0.6 " + rule.
  [[noreturn]] void fail(const std::string& key, const std::string& rule) const;
  /// Fails unless ok; `rule` reads "must be positive".
  void check(bool ok, const char* key, const char* rule) const {
    if (!ok) fail(key, rule);
  }
  /// @throws InputError for the first key that no get() named, with the nearest that one did.
  void finish() const;

 private:
  [[nodiscard]] std::string full(const std::string& key) const;
  [[nodiscard]] int line_of(const std::string& key) const;

  const toml::table& table_;
  std::string file_;
  std::string path_;
  std::map<std::string, int>& lines_;
  std::vector<std::string> known_;
};

}  // namespace vitrion::formats
