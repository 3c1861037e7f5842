#include "edges/formats/model/section.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "base/error.hpp"

namespace vitrion::formats {

namespace {

using Json = ModelSection::Json;

/// Null, false, zero, "" and empty lists say that a setting is not used.
bool has_no_effect(const Json& value) {
  if (value.is_number()) return value.get<double>() == 0;
  if (value.is_boolean()) return !value.get<bool>();
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.empty();
}

std::string shown(const Json& value) {
  std::string text = value.dump();
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

}  // namespace

ModelSection::ModelSection(const ModelDictionary& dictionary, const Json& node, std::string file,
                           std::string place)
    : dictionary_(&dictionary), node_(&node), file_(std::move(file)), place_(std::move(place)) {}

std::string ModelSection::name(const std::string& key) const {
  return place_.empty() ? key : place_ + "." + key;
}

void ModelSection::fail(const std::string& key, const std::string& what) const {
  throw InputError(fmt::format("{}: {} {}", file_, name(key), what));
}

bool ModelSection::has(const std::string& key) const {
  const auto it = node_->find(key);
  return it != node_->end() && !it->is_null();
}

const Json& ModelSection::at(const std::string& key) const {
  const auto it = node_->find(key);
  if (it == node_->end()) fail(key, "is missing: the file is no complete model");
  return *it;
}

double ModelSection::number(const std::string& key) const {
  if (!at(key).is_number()) fail(key, fmt::format("= {} must be a number", shown(at(key))));
  return at(key).get<double>();
}

long ModelSection::integer(const std::string& key) const {
  if (!at(key).is_number_integer())
    fail(key, fmt::format("= {} must be a whole number", shown(at(key))));
  return at(key).get<long>();
}

bool ModelSection::flag(const std::string& key) const {
  if (!at(key).is_boolean()) fail(key, fmt::format("= {} must be true or false", shown(at(key))));
  return at(key).get<bool>();
}

std::string ModelSection::text(const std::string& key) const {
  if (!at(key).is_string()) fail(key, fmt::format("= {} must be a text", shown(at(key))));
  return at(key).get<std::string>();
}

double ModelSection::number_or(const std::string& key, double value) const {
  return has(key) ? number(key) : value;
}

bool ModelSection::flag_or(const std::string& key, bool value) const {
  return has(key) ? flag(key) : value;
}

std::vector<long> ModelSection::integers(const std::string& key) const {
  const Json& list = at(key);
  std::vector<long> values;
  if (!list.is_array()) fail(key, fmt::format("= {} must be a list of whole numbers", shown(list)));
  for (const Json& item : list) {
    if (!item.is_number_integer())
      fail(key, fmt::format("= {} must be a list of whole numbers", shown(list)));
    values.push_back(item.get<long>());
  }
  return values;
}

std::vector<std::string> ModelSection::texts(const std::string& key) const {
  const Json& list = at(key);
  std::vector<std::string> values;
  if (!list.is_array()) fail(key, fmt::format("= {} must be a list of names", shown(list)));
  for (const Json& item : list) {
    if (!item.is_string()) fail(key, fmt::format("= {} must be a list of names", shown(list)));
    values.push_back(item.get<std::string>());
  }
  return values;
}

std::vector<potential::TypePair> ModelSection::pairs(const std::string& key) const {
  std::vector<potential::TypePair> values;
  if (!has(key)) return values;
  for (const Json& item : at(key)) {
    if (!item.is_array() || item.size() != 2 || !item[0].is_number_integer() ||
        !item[1].is_number_integer())
      fail(key, fmt::format("= {} must be a list of pairs of types", shown(at(key))));
    values.emplace_back(item[0].get<int>(), item[1].get<int>());
  }
  return values;
}

ModelSection ModelSection::section(const std::string& key) const {
  if (!at(key).is_object()) fail(key, fmt::format("= {} must be a mapping", shown(at(key))));
  return {*dictionary_, at(key), file_, name(key)};
}

std::vector<ModelSection> ModelSection::sections(const std::string& key) const {
  if (!at(key).is_array()) fail(key, fmt::format("= {} must be a list", shown(at(key))));
  std::vector<ModelSection> list;
  for (std::size_t k = 0; k < at(key).size(); ++k) {
    const Json& item = at(key)[k];
    if (!item.is_object() && !item.is_null())
      fail(key, fmt::format("= {} must be a list of mappings", shown(at(key))));
    list.emplace_back(*dictionary_, item, file_, fmt::format("{}[{}]", name(key), k));
  }
  return list;
}

const ModelArray* ModelSection::array(const std::string& key) const {
  const auto variables = node_->find("@variables");
  if (variables == node_->end() || !variables->is_object()) return nullptr;
  const auto leaf = variables->find(key);
  if (leaf == variables->end() || leaf->is_null()) return nullptr;
  const auto found = dictionary_->arrays.find(leaf->is_string() ? leaf->get<std::string>() : "");
  if (found == dictionary_->arrays.end())
    fail("@variables." + key, fmt::format("= {} names no array of the file", shown(*leaf)));
  return &found->second;
}

const ModelArray& ModelSection::array(const std::string& key,
                                      const std::vector<std::size_t>& shape) const {
  const ModelArray* found = array(key);
  if (found == nullptr) fail("@variables." + key, "is missing: the file is no complete model");
  // b and idt may be stored as one row: only the number of values counts for a vector
  const bool vector = shape.size() == 1 && found->values.size() == shape[0];
  if (!vector && found->shape != shape)
    fail("@variables." + key, fmt::format("has shape ({}), needs ({})",
                                          fmt::join(found->shape, ", "), fmt::join(shape, ", ")));
  return *found;
}

void ModelSection::refuse_others(const std::set<std::string>& known) const {
  for (const auto& [key, value] : node_->items())
    if (!known.contains(key) && !has_no_effect(value))
      fail(key,
           fmt::format("= {} is not supported; Vitrion reads se_e2_a energy models", shown(value)));
}

void ModelSection::check_version(long newest) const {
  if (!has("@version")) return;
  const long version = integer("@version");
  if (version < 1 || version > newest)
    fail("@version",
         fmt::format("= {} is newer than this program knows (1 .. {})", version, newest));
}

}  // namespace vitrion::formats
