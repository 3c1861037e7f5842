#include "edges/lammps/pair_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "base/error.hpp"

namespace vitrion::lammps {

namespace {

const std::vector<std::string> keys = {"precision", "out_freq", "out_file",
                                       "atomic",    "relative", "relative_v"};

/// Keys of DeePMD-kit that speak to models of another kind.
const std::map<std::string, std::string> refused = {
    {"fparam", "frame parameters"},
    {"fparam_from_compute", "frame parameters"},
    {"fparam_from_fix", "frame parameters"},
    {"aparam", "atomic parameters"},
    {"aparam_from_compute", "atomic parameters"},
    {"ttm", "an electronic temperature"},
    {"charge_spin", "a charge and a spin"},
    {"virtual_len", "spins"},
    {"spin_norm", "spins"},
};

bool is_key(const std::string& word) {
  return std::find(keys.begin(), keys.end(), word) != keys.end() || refused.contains(word);
}

template <class Number>
Number number(const std::string& key, const std::string& text, const char* rule) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0) ||
      !std::isfinite(static_cast<double>(value)))
    throw InputError(fmt::format("{} = {} must be {}", key, text, rule));
  return value;
}

potential::Precision precision_of(const std::string& text) {
  if (text == "single") return potential::Precision::float32;
  if (text == "double") return potential::Precision::float64;
  throw InputError(fmt::format("precision = {} must be single or double{}", text,
                               did_you_mean(text, {"single", "double"})));
}

}  // namespace

PairSettings parse_pair_style(const std::vector<std::string>& words,
                              std::optional<potential::Precision> precision) {
  PairSettings s;
  s.precision = precision;
  const auto first_key = std::find_if(words.begin(), words.end(), is_key);
  s.models.assign(words.begin(), first_key);
  if (s.models.empty()) throw InputError("no model is named: a .dp or .yaml file comes first");

  for (const std::string& model : s.models)
    if (model.find('.') == std::string::npos)
      throw InputError(fmt::format("{} is neither a keyword nor a model file (.dp, .yaml){}", model,
                                   did_you_mean(model, keys)));

  for (auto word = first_key; word != words.end();) {
    const std::string& key = *word++;
    if (const auto found = refused.find(key); found != refused.end())
      throw InputError(
          fmt::format("keyword {} is not supported: it gives {}, which no se_e2_a model "
                      "takes",
                      key, found->second));
    if (!is_key(key))
      throw InputError(fmt::format("unknown keyword {}{}", key, did_you_mean(key, keys)));
    if (key == "atomic") {
      s.atomic = true;
      continue;
    }
    if (word == words.end() || is_key(*word))
      throw InputError(fmt::format("keyword {} needs a value", key));
    const std::string& value = *word++;
    if (key == "precision") s.precision = precision_of(value);
    if (key == "out_freq") s.out_freq = number<long>(key, value, "a whole number of steps >= 0");
    if (key == "out_file") s.out_file = value;
    if (key == "relative") s.relative = number<double>(key, value, "a level >= 0 in eV/A");
    if (key == "relative_v") s.relative_v = number<double>(key, value, "a level >= 0 in eV");
  }
  return s;
}

TypeMap map_types(const std::vector<std::string>& elements, std::size_t lammps_types,
                  const std::vector<std::string>& type_map) {
  TypeMap map;
  map.model_type.assign(lammps_types, -1);
  const std::string names = fmt::format("{}", fmt::join(type_map, " "));
  if (elements.empty()) {
    if (lammps_types > type_map.size())
      throw InputError(fmt::format(
          "the system has {} atom types, but the model knows {} ({}): name an element or NULL for "
          "each type, pair_coeff * * {} ...",
          lammps_types, type_map.size(), names, type_map.empty() ? "NULL" : type_map.front()));
    for (std::size_t t = 0; t < lammps_types; ++t) map.model_type[t] = static_cast<int>(t);
    if (lammps_types < type_map.size())
      map.warning = fmt::format(
          "pair_coeff * * takes the model's elements in order: types 1-{} are {}; name them to be "
          "sure",
          lammps_types,
          fmt::join(type_map.begin(), type_map.begin() + static_cast<long>(lammps_types), " "));
    return map;
  }
  for (std::size_t t = 0; t < elements.size(); ++t) {
    const auto found = std::find(type_map.begin(), type_map.end(), elements[t]);
    if (found == type_map.end() && elements[t] != "NULL")
      throw InputError(
          fmt::format("element {} is not in the model, which knows {}", elements[t], names));
    if (t < lammps_types && found != type_map.end())
      map.model_type[t] = static_cast<int>(found - type_map.begin());
  }
  if (elements.size() < lammps_types)
    map.warning =
        fmt::format("pair_coeff names {} of {} atom types; the model does not see the others",
                    elements.size(), lammps_types);
  return map;
}

}  // namespace vitrion::lammps
