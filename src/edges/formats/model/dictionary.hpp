// The dictionary inside DeePMD-kit's .dp and .yaml model files: a tree of settings whose array
// leaves stand apart. Defined by DeePMD-kit 3.1.3, deepmd/dpmodel/utils/serialization.py.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "potential/model.hpp"

namespace vitrion::formats {

struct ModelArray {
  std::vector<std::size_t> shape;  ///< empty: a single number
  std::vector<double> values;      ///< row-major
  bool single = false;             ///< stored as float32, else float64
};

/// Below a key "@variables" each text leaf of the tree is the name of an array.
struct ModelDictionary {
  nlohmann::ordered_json tree;
  std::map<std::string, ModelArray> arrays;
};

/// @throws InputError naming the file, the key and the rule: a foreign descriptor, an unsupported
/// setting, wrong shapes, weights that are missing.
[[nodiscard]] potential::Model model_of(const ModelDictionary& dictionary, const std::string& path);

/// In the oldest layout that every DeePMD-kit 3 reads; arrays in the model's own precision.
[[nodiscard]] ModelDictionary dictionary_of(const potential::Model& model);

}  // namespace vitrion::formats
