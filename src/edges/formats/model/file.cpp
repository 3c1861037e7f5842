#include "edges/formats/model/file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "base/error.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/model/hdf5.hpp"
#include "edges/formats/model/yaml.hpp"

namespace vitrion::formats {

namespace {

/// Suffixes of DeePMD-kit's other back ends, which its convert-backend turns into .dp.
const std::map<std::string, std::string> foreign_suffixes = {
    {".pb", "TensorFlow"}, {".pbtxt", "TensorFlow"}, {".pth", "PyTorch"},    {".pt", "PyTorch"},
    {".pt2", "PyTorch"},   {".pte", "PyTorch"},      {".savedmodel", "JAX"}, {".jax", "JAX"},
    {".hlo", "JAX"},       {".savedmodeltf", "JAX"}, {".pdmodel", "Paddle"}, {".json", "Paddle"},
};

bool is_yaml(const std::string& suffix) {
  return suffix == ".yaml" || suffix == ".yml";
}

[[noreturn]] void refuse_suffix(const std::filesystem::path& path, const std::string& suffix) {
  const auto foreign = foreign_suffixes.find(suffix);
  if (foreign == foreign_suffixes.end())
    throw InputError(fmt::format("{}: a model file ends in .dp, .yaml or .yml", path.string()));
  std::filesystem::path native = path;
  throw InputError(fmt::format(
      "{}: a {} model is not read directly; convert it with\n"
      "  dp convert-backend {} {}",
      path.string(), foreign->second, path.string(), native.replace_extension(".dp").string()));
}

}  // namespace

potential::Model read_model(const std::string& path) {
  // a .savedmodel is a folder, whose name a shell completes with a slash
  const std::filesystem::path file(path.ends_with('/') ? path.substr(0, path.size() - 1) : path);
  const std::string suffix = file.extension().string();
  if (suffix != ".dp" && !is_yaml(suffix)) refuse_suffix(file, suffix);
  const std::string bytes = read_whole_file(path);
  return model_of(is_yaml(suffix) ? parse_model_yaml(bytes, path) : parse_dp(bytes, path), path);
}

void write_model(const std::string& path, const potential::Model& model) {
  model.validate();
  const std::string suffix = std::filesystem::path(path).extension().string();
  if (suffix != ".dp" && !is_yaml(suffix))
    throw InputError(fmt::format("{}: a model file ends in .dp, .yaml or .yml", path));
  const ModelDictionary dictionary = dictionary_of(model);
  OutputFile out(path);
  out.write(is_yaml(suffix) ? format_model_yaml(dictionary) : format_dp(dictionary));
  out.commit();
}

}  // namespace vitrion::formats
