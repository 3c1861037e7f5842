// A folder of runs that a command goes on with: only what it was begun with may go on in it.
#pragma once

#include <string>

#include "learn/ledger.hpp"

namespace vitrion::app {

/// Makes the folder and says in its settings.txt what is computed there, if nothing says so yet.
/// @throws InputError naming the first setting that differs: the chunks of another run would pass
/// for this one's.
void claim_folder(const std::string& folder, const learn::Identity& identity);

/// The hash of a file's contents: what an input is, wherever it lies.
[[nodiscard]] std::string hash_of_file(const std::string& path);

}  // namespace vitrion::app
