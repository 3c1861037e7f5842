// From the systems an input names to data sets in memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "edges/formats/training/deepmd_input.hpp"
#include "train/dataset.hpp"

namespace vitrion::app {

/// A path as the input wrote it: from the working folder, or else from the folder of the input.
[[nodiscard]] std::string resolve(const std::string& path, const std::string& input);

/// Reads all systems of one data section: system folders, folders above some, files of frames.
/// @throws InputError naming file, frame and quantity.
[[nodiscard]] std::shared_ptr<const train::Dataset> load_dataset(
    const formats::DataInput& data, const std::string& input,
    const std::vector<std::string>& type_map, double cutoff, ThreadPool& threads);

}  // namespace vitrion::app
