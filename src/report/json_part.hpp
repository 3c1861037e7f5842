// Part: an object of a JSON file with its place, so that each error names file and key.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"

namespace vitrion::report {

class Part {
 public:
  Part(const nlohmann::json& value, std::string place) : value_(value), place_(std::move(place)) {
    if (!value.is_object()) throw InputError(fmt::format("{} must be an object", place_));
  }

  /// @throws InputError "record.json.study.name is missing".
  [[noreturn]] void fail(const char* key, const std::string& rule) const {
    throw InputError(fmt::format("{}.{} {}", place_, key, rule));
  }

  /// Sets `target` and returns true if the key is there and not null.
  template <class T>
  bool read(const char* key, T& target) const {
    const auto found = value_.find(key);
    if (found == value_.end() || found->is_null()) return false;
    try {
      target = found->template get<T>();
      return true;
    } catch (const nlohmann::json::exception&) {
      throw InputError(
          fmt::format("{}.{} = {} has the wrong type", place_, key, found->dump().substr(0, 60)));
    }
  }

  /// Calls body(part) for the object at `key`, if there is one.
  template <class Body>
  void object(const char* key, const Body& body) const {
    const auto found = value_.find(key);
    if (found != value_.end() && !found->is_null())
      body(Part(*found, fmt::format("{}.{}", place_, key)));
  }

  /// Calls body(part) for each object of the array at `key`, if there is one.
  template <class Body>
  void each(const char* key, const Body& body) const {
    const auto found = value_.find(key);
    if (found == value_.end() || found->is_null()) return;
    if (!found->is_array()) throw InputError(fmt::format("{}.{} must be an array", place_, key));
    for (std::size_t i = 0; i < found->size(); ++i)
      body(Part((*found)[i], fmt::format("{}.{}[{}]", place_, key, i)));
  }

 private:
  const nlohmann::json& value_;
  std::string place_;
};

}  // namespace vitrion::report
