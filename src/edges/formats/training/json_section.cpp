#include "edges/formats/training/json_section.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/nearest.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/training/json_lines.hpp"

namespace vitrion::formats {

using nlohmann::json;

std::string JsonInput::place(const std::string& key) const {
  // A key that is not there has the line of the section that lacks it.
  for (std::string_view at = key; !at.empty();) {
    if (const auto line = lines.find(at); line != lines.end())
      return fmt::format("{}:{}: {}", path, line->second, key);
    const std::size_t dot = at.rfind('.');
    at = at.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  return fmt::format("{}: {}", path, key);
}

void JsonInput::fail(const std::string& key, const std::string& rule) const {
  throw InputError(fmt::format("{} {}", place(key), rule));
}

JsonInput read_json_input(const std::string& path) {
  const std::string text = read_whole_file(path);
  JsonInput input{path, {}, {}};
  try {
    input.root = json::parse(text);
  } catch (const json::parse_error& error) {
    // "[json.exception.parse_error.101] parse error at line 3, column 5: ..." without its tag.
    const std::string what = error.what();
    const std::size_t tag = what.find("] ");
    throw InputError(fmt::format("{}: not valid JSON: {}", path,
                                 tag == std::string::npos ? what : what.substr(tag + 2)));
  }
  if (!input.root.is_object()) throw InputError(fmt::format("{}: must hold a JSON object", path));
  input.lines = json_key_lines(text);
  return input;
}

JsonSection::JsonSection(const JsonInput& input, const json& object, std::string path)
    : input_(&input), object_(&object), path_(std::move(path)) {}

std::string JsonSection::full(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

void JsonSection::fail(const std::string& key, const std::string& rule) const {
  input_->fail(full(key), rule);
}

void JsonSection::at(const std::string& key, const std::function<void()>& body) const {
  try {
    body();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", input_->place(full(key)), error.what()));
  }
}

const json& JsonSection::required(const std::string& key, const std::string& what) {
  if (const json* value = find({key})) return *value;
  for (const auto& [other, value] : object_->items())
    if (other != key && nearest(other, {key}) == key)
      fail(other, fmt::format("is unknown, did you mean '{}'?", key));
  fail(key, fmt::format("is missing: {}", what));
}

bool JsonSection::has(const std::string& key) const {
  const auto it = object_->find(key);
  return it != object_->end() && !it->is_null();
}

const json* JsonSection::find(const Names& names) {
  known_.insert(known_.end(), names.begin(), names.end());
  const json* found = nullptr;
  std::string by;
  for (const std::string& name : names) {
    if (!has(name)) continue;
    if (found) fail(name, fmt::format("and {} are the same key, only one may be set", by));
    found = &object_->at(name);
    by = name;
  }
  return found;
}

std::optional<double> JsonSection::number_if_set(const Names& names) {
  const json* value = find(names);
  if (!value) return std::nullopt;
  if (!value->is_number()) fail(names[0], fmt::format("= {} must be a number", value->dump()));
  return value->get<double>();
}

double JsonSection::number(const Names& names, double otherwise) {
  return number_if_set(names).value_or(otherwise);
}

std::optional<long> JsonSection::whole_if_set(const Names& names, long least) {
  const json* value = find(names);
  if (!value) return std::nullopt;
  // 1e6 is a float in JSON; users write it for steps.
  constexpr double most = 1e15;  // up to here a double holds every whole number
  const bool whole_float = value->is_number_float() && std::abs(value->get<double>()) <= most &&
                           std::nearbyint(value->get<double>()) == value->get<double>();
  if (!value->is_number_integer() && !whole_float)
    fail(names[0], fmt::format("= {} must be a whole number", value->dump()));
  const long n = whole_float ? static_cast<long>(value->get<double>()) : value->get<long>();
  if (n < least) fail(names[0], fmt::format("= {} must be at least {}", n, least));
  return n;
}

long JsonSection::whole(const Names& names, long otherwise, long least) {
  return whole_if_set(names, least).value_or(otherwise);
}

bool JsonSection::flag(const Names& names, bool otherwise) {
  const json* value = find(names);
  if (!value) return otherwise;
  if (!value->is_boolean())
    fail(names[0], fmt::format("= {} must be true or false", value->dump()));
  return value->get<bool>();
}

std::string JsonSection::text(const Names& names, const std::string& otherwise) {
  const json* value = find(names);
  if (!value) return otherwise;
  if (!value->is_string()) fail(names[0], fmt::format("= {} must be a text", value->dump()));
  return value->get<std::string>();
}

std::string JsonSection::choice(const Names& names, const std::string& otherwise,
                                const Names& choices, const Names& unsupported) {
  const std::string value = text(names, otherwise);
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return value;
  if (std::find(unsupported.begin(), unsupported.end(), value) != unsupported.end())
    fail(names[0], fmt::format("= \"{}\" is not supported, Vitrion has: {}", value,
                               fmt::join(choices, ", ")));
  Names all = choices;
  all.insert(all.end(), unsupported.begin(), unsupported.end());
  fail(names[0], fmt::format("= \"{}\" is unknown{}; known: {}", value, did_you_mean(value, all),
                             fmt::join(choices, ", ")));
}

std::vector<long> JsonSection::wholes(const Names& names, const std::vector<long>& otherwise,
                                      long least) {
  const json* value = find(names);
  if (!value) return otherwise;
  if (!value->is_array())
    fail(names[0], fmt::format("= {} must be a list of whole numbers", value->dump()));
  std::vector<long> result;
  for (const json& entry : *value) {
    if (!entry.is_number_integer() || entry.get<long>() < least)
      fail(names[0],
           fmt::format("holds {}, must hold whole numbers from {} on", entry.dump(), least));
    result.push_back(entry.get<long>());
  }
  return result;
}

JsonSection JsonSection::section(const std::string& name) {
  static const json empty = json::object();
  const json* value = find({name});
  if (value && !value->is_object())
    fail(name, fmt::format("= {} must be an object", value->dump()));
  return {*input_, value ? *value : empty, full(name)};
}

void JsonSection::without_effect(const Names& keys, std::vector<std::string>& notes) {
  for (const std::string& key : keys)
    if (find({key}))
      notes.push_back(fmt::format("{} has no effect here", input_->place(full(key))));
}

void JsonSection::only(const std::string& key, const json& value, const std::string& reason) {
  const json* found = find({key});
  // Numbers compare by value, so that 0 is 0.0.
  if (found && *found != value)
    fail(key,
         fmt::format("= {} is not supported, only {}: {}", found->dump(), value.dump(), reason));
}

void JsonSection::refuse(const std::string& key, const std::string& reason) {
  if (find({key})) fail(key, fmt::format("is not supported: {}", reason));
}

void JsonSection::finish() const {
  for (const auto& [key, value] : object_->items()) {
    if (!key.empty() && key[0] == '_') continue;
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string meant = did_you_mean(key, known_);
    fail(key, meant.empty() ? fmt::format("is unknown; the nearest known key is '{}'",
                                          nearest_of_all(key, known_))
                            : "is unknown" + meant);
  }
}

}  // namespace vitrion::formats
