// What the folder of a label task holds, whatever the engine: a folder a frame, and which recipe.
#pragma once

#include <cstddef>
#include <string>

namespace vitrion::engines {

/// The folder of frame k, seen from the task's: "000".
[[nodiscard]] std::string frame_folder(std::size_t k);
/// All of them for a shell, each after a space.
[[nodiscard]] std::string frame_folders(std::size_t frames);

/// @throws Error if the disk does not take it.
void write_recipe(const std::string& folder, int recipe);
/// The recipe by which the frames were computed; the first, 0, where nothing says another.
[[nodiscard]] int read_recipe(const std::string& folder);

}  // namespace vitrion::engines
