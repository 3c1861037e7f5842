// The .yaml form of a model: the same tree with its arrays as nested lists in place.
#pragma once

#include <string>

#include "edges/formats/model/dictionary.hpp"

namespace vitrion::formats {

/// @throws InputError with line and column for text that is no YAML or no model.
[[nodiscard]] ModelDictionary parse_model_yaml(const std::string& text, const std::string& path);
[[nodiscard]] std::string format_model_yaml(const ModelDictionary& dictionary);

}  // namespace vitrion::formats
