#include "edges/formats/study/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace vitrion::formats {

namespace {

/// A value as the file has it: texts in double quotes, numbers with the shortest digits.
std::string text_of(const toml::node& node) {
  std::string text;
  if (const auto* number = node.as_floating_point()) {
    text = fmt::format("{}", number->get());
  } else if (const auto* words = node.as_string()) {
    text = fmt::format("\"{}\"", words->get());
  } else if (const auto* list = node.as_array()) {
    for (const toml::node& item : *list) text += (text.empty() ? "" : ", ") + text_of(item);
    text = "[" + text + "]";
  } else {
    std::ostringstream out;
    node.visit([&](const auto& value) { out << value; });
    text = out.str();
  }
  constexpr std::size_t longest = 60;  // characters of a value that a message quotes
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  return text;
}

}  // namespace

TomlReader::TomlReader(const toml::table& table, std::string file, std::string path,
                       std::map<std::string, int>& lines)
    : table_(table), file_(std::move(file)), path_(std::move(path)), lines_(lines) {
  for (const auto& [key, node] : table_)
    lines_[full(std::string(key.str()))] = static_cast<int>(key.source().begin.line);
}

std::string TomlReader::full(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

int TomlReader::line_of(const std::string& key) const {
  const auto found = lines_.find(full(key));
  return found == lines_.end() ? static_cast<int>(table_.source().begin.line) : found->second;
}

void TomlReader::fail(const std::string& key, const std::string& rule) const {
  const toml::node* node = table_.get(key);
  const std::string value = node != nullptr ? fmt::format(" = {}", text_of(*node)) : "";
  throw InputError(fmt::format("{}:{}: {}{} {}", file_, line_of(key), full(key), value, rule));
}

const toml::node* TomlReader::take(const char* key) {
  known_.emplace_back(key);
  return table_.get(key);
}

void TomlReader::require(const char* key) const {
  if (!has(key)) fail(key, "is missing");
}

void TomlReader::get(const char* key, double& value) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  const auto number = node->value<double>();
  if (!node->is_number() || !number) fail(key, "must be a number");
  value = *number;
}

void TomlReader::get(const char* key, bool& value) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  if (!node->is_boolean()) fail(key, "must be true or false");
  value = *node->value<bool>();
}

void TomlReader::get(const char* key, std::string& value) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  if (!node->is_string()) fail(key, "must be a text in quotes");
  value = *node->value<std::string>();
}

void TomlReader::get(const char* key, std::vector<std::string>& value) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr) fail(key, "must be a list of texts");
  value.clear();
  for (const toml::node& item : *array) {
    if (!item.is_string()) fail(key, "must be a list of texts");
    value.push_back(*item.value<std::string>());
  }
}

void TomlReader::get(const char* key, std::vector<double>& value) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr) fail(key, "must be a list of numbers");
  value.clear();
  for (const toml::node& item : *array) {
    if (!item.is_number()) fail(key, "must be a list of numbers");
    value.push_back(*item.value<double>());
  }
}

void TomlReader::get_one_or_more(const char* key, std::vector<double>& value) {
  const toml::node* node = table_.get(key);
  if (node != nullptr && node->is_number()) {
    value.assign(1, 0);
    get(key, value.front());
    return;
  }
  if (node != nullptr && !node->is_array()) fail(key, "must be a number or a list of numbers");
  get(key, value);
  if (value.empty()) fail(key, "must hold at least one number");
}

void TomlReader::get(const char* key, std::size_t& value) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  const auto whole = node->is_integer() ? node->value<std::int64_t>() : std::nullopt;
  if (!whole || *whole < 0) fail(key, "must be a whole number, not negative");
  value = static_cast<std::size_t>(*whole);
}

void TomlReader::get(const char* key, std::vector<std::size_t>& value) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr) fail(key, "must be a list of whole numbers");
  value.clear();
  for (const toml::node& item : *array) {
    const auto whole = item.is_integer() ? item.value<std::int64_t>() : std::nullopt;
    if (!whole || *whole <= 0) fail(key, "must be a list of positive whole numbers");
    value.push_back(static_cast<std::size_t>(*whole));
  }
}

void TomlReader::get(const char* key, std::array<double, 2>& value) {
  if (!has(key)) {
    (void)take(key);
    return;
  }
  std::vector<double> numbers;
  get(key, numbers);
  if (numbers.size() != 2) fail(key, "must be a list of two numbers");
  value = {numbers[0], numbers[1]};
}

TomlReader TomlReader::sub(const char* key, const toml::table& table) const {
  return {table, file_, full(key), lines_};
}

void TomlReader::finish() const {
  for (const auto& [key, node] : table_) {
    const std::string name(key.str());
    if (std::find(known_.begin(), known_.end(), name) == known_.end())
      throw InputError(fmt::format("{}:{}: unknown key {}{}", file_, line_of(name), full(name),
                                   did_you_mean(name, known_)));
  }
}

}  // namespace vitrion::formats
