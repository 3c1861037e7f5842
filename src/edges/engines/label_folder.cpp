#include "edges/engines/label_folder.hpp"

#include <fmt/format.h>

#include <fstream>

#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::engines {

namespace {

constexpr const char* recipe_file = "/recipe.txt";

}  // namespace

std::string frame_folder(std::size_t k) {
  return fmt::format("{:03}", k);
}

std::string frame_folders(std::size_t frames) {
  std::string all;
  for (std::size_t k = 0; k < frames; ++k) all += fmt::format(" {}", frame_folder(k));
  return all;
}

void write_recipe(const std::string& folder, int recipe) {
  formats::write_whole_file(folder + recipe_file, fmt::format("{}\n", recipe));
}

int read_recipe(const std::string& folder) {
  int recipe = 0;
  std::ifstream(folder + recipe_file) >> recipe;
  return recipe;
}

}  // namespace vitrion::engines
