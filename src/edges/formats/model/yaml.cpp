// Read through yaml-cpp's events, which build our tree at once: its own node tree would take ten
// times the memory for the numbers of a model.
#include "edges/formats/model/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <limits>
#include <optional>
#include <sstream>

#include "base/error.hpp"

namespace vitrion::formats {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
std::optional<T> whole(const std::string& text) {
  T value{};
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(begin, end, value);
  return error == std::errc{} && last == end ? std::optional(value) : std::nullopt;
}

/// A scalar without quotes, by YAML's core schema.
Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
    return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (text == ".nan" || text == ".NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == ".inf" || text == "+.inf") return std::numeric_limits<double>::infinity();
  if (text == "-.inf") return -std::numeric_limits<double>::infinity();
  const char first = text[0];
  if ((first < '0' || first > '9') && first != '-' && first != '+' && first != '.') return text;
  if (const auto n = whole<long>(text)) return *n;
  if (const auto x = whole<double>(text)) return *x;
  return text;
}

class TreeBuilder : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    put(mark, nullptr, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool quoted = tag == "!";
    put(mark, quoted ? Json(value) : plain_scalar(value), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw YAML::ParserException(mark, "an alias of a node that is not whole");
    put(mark, found->second, 0);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, Json::array(), anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, Json::object(), anchor);
  }
  void OnMapEnd() override { close(); }

  Json root;

 private:
  struct Open {
    Json node;
    YAML::anchor_t anchor;
    YAML::Mark mark;
    std::optional<std::string> key;
  };

  void open(const YAML::Mark& mark, Json node, YAML::anchor_t anchor) {
    // no model is deeper than about ten levels; a hostile file must not exhaust the stack later
    if (stack_.size() > 100) throw YAML::ParserException(mark, "nested too deeply");
    stack_.push_back({std::move(node), anchor, mark, std::nullopt});
  }

  void close() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    put(done.mark, std::move(done.node), done.anchor);
  }

  void put(const YAML::Mark& mark, Json value, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = value;
    if (stack_.empty()) {
      root = std::move(value);
      return;
    }
    Open& parent = stack_.back();
    if (parent.node.is_array()) {
      parent.node.push_back(std::move(value));
    } else if (parent.key) {
      parent.node[*parent.key] = std::move(value);
      parent.key.reset();
    } else if (value.is_string()) {
      parent.key = value.get<std::string>();
    } else if (value.is_primitive()) {
      parent.key = value.dump();
    } else {
      throw YAML::ParserException(mark, "a key must be a text");
    }
  }

  std::vector<Open> stack_;
  std::map<YAML::anchor_t, Json> anchors_;
};

/// Appends the numbers of nested lists and checks that all lists of a depth have one length.
void flatten(const Json& node, std::size_t depth, ModelArray& array, const std::string& path) {
  if (!node.is_array()) {
    if (!node.is_number() || depth != array.shape.size())
      throw InputError(
          fmt::format("{}: array {} is no regular array of numbers", path, array.values.size()));
    array.values.push_back(node.get<double>());
    return;
  }
  if (depth == array.shape.size() && array.values.empty()) array.shape.push_back(node.size());
  if (depth >= array.shape.size() || node.size() != array.shape[depth])
    throw InputError(fmt::format("{}: an array has lists of unequal length", path));
  for (const Json& item : node) flatten(item, depth + 1, array, path);
}

/// Takes the arrays out of the tree and leaves their names.
void extract_arrays(Json& node, bool below, ModelDictionary& dictionary, const std::string& path) {
  const bool is_array =
      node.is_object() && node.contains("@class") && node["@class"] == "np.ndarray";
  if (is_array || (below && node.is_number())) {
    ModelArray array;
    if (is_array) {
      if (!node.contains("value")) throw InputError(fmt::format("{}: an array has no value", path));
      array.single = node.contains("dtype") && node["dtype"] == "float32";
    }
    flatten(is_array ? node["value"] : node, 0, array, path);
    const std::string name = fmt::format("/variable_{:04}", dictionary.arrays.size());
    dictionary.arrays.emplace(name, std::move(array));
    node = name;
    return;
  }
  if (node.is_object())
    for (auto& [key, value] : node.items())
      extract_arrays(value, below || key == "@variables", dictionary, path);
  else if (node.is_array())
    for (auto& value : node) extract_arrays(value, below, dictionary, path);
}

/// The fewest digits that give back the same bits, with the point that YAML 1.1 wants in a float.
void append_number(std::string& text, double x, bool single) {
  std::string digits = single ? fmt::format("{}", static_cast<float>(x)) : fmt::format("{}", x);
  if (digits.find('.') == std::string::npos) {
    const std::size_t e = digits.find('e');
    digits.insert(e == std::string::npos ? digits.size() : e, ".0");
  }
  text += digits;
}

void append_values(std::string& text, const ModelArray& array, std::size_t depth,
                   std::size_t& next) {
  if (depth == array.shape.size()) {
    append_number(text, array.values[next++], array.single);
    return;
  }
  text += '[';
  for (std::size_t k = 0; k < array.shape[depth]; ++k) {
    // a new line for each row keeps lines short; plain YAML allows it anywhere inside brackets
    if (k > 0) text += depth + 1 < array.shape.size() || k % 8 == 0 ? ",\n  " : ", ";
    append_values(text, array, depth + 1, next);
  }
  text += ']';
}

void append_node(std::string& text, const Json& node, bool below,
                 const ModelDictionary& dictionary) {
  if (below && node.is_string()) {
    const ModelArray& array = dictionary.arrays.at(node.get<std::string>());
    text += fmt::format(
        R"({{"@class": "np.ndarray", "@is_variable": true, "@version": 1, "dtype": "{}", "value": )",
        array.single ? "float32" : "float64");
    std::size_t next = 0;
    append_values(text, array, 0, next);
    text += '}';
  } else if (node.is_object()) {
    text += '{';
    bool first = true;
    for (const auto& [key, value] : node.items()) {
      if (!first) text += ",\n  ";
      first = false;
      text += Json(key).dump() + ": ";
      append_node(text, value, below || key == "@variables", dictionary);
    }
    text += '}';
  } else if (node.is_array()) {
    text += '[';
    for (std::size_t k = 0; k < node.size(); ++k) {
      if (k > 0) text += ", ";
      append_node(text, node[k], below, dictionary);
    }
    text += ']';
  } else if (node.is_number_float()) {
    append_number(text, node.get<double>(), false);
  } else {
    text += node.dump();
  }
}

}  // namespace

ModelDictionary parse_model_yaml(const std::string& text, const std::string& path) {
  TreeBuilder builder;
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    throw InputError(
        fmt::format("{}:{}:{}: {}", path, error.mark.line + 1, error.mark.column + 1, error.msg));
  }
  ModelDictionary dictionary;
  dictionary.tree = std::move(builder.root);
  extract_arrays(dictionary.tree, false, dictionary, path);
  return dictionary;
}

std::string format_model_yaml(const ModelDictionary& dictionary) {
  std::string text;
  for (const auto& [key, value] : dictionary.tree.items()) {
    text += Json(key).dump() + ": ";
    append_node(text, value, key == "@variables", dictionary);
    text += '\n';
  }
  return text;
}

}  // namespace vitrion::formats
