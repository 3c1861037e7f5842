#include "app/run_claim.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "app/study/run_folder.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

void claim_folder(const std::string& folder, const learn::Identity& identity) {
  const fs::path claim = fs::path(folder) / "settings.txt";
  fs::create_directories(folder);
  if (!fs::exists(claim)) {
    formats::write_whole_file(claim.string(), identity.text());
    return;
  }
  std::istringstream there(formats::read_whole_file(claim.string()));
  std::istringstream here(identity.text());
  std::string before;
  std::string now;
  while (true) {
    const bool more_before = static_cast<bool>(std::getline(there, before));
    const bool more_now = static_cast<bool>(std::getline(here, now));
    if (!more_before && !more_now) return;
    if (more_before && more_now && before == now) continue;
    throw InputError(
        fmt::format("{} holds a run with '{}', not '{}': name another folder with -o, or remove it",
                    folder, more_before ? before : "", more_now ? now : ""));
  }
}

std::string hash_of_file(const std::string& path) {
  return fmt::format("{:016x}", hash64(formats::read_whole_file(path)));
}

}  // namespace vitrion::app
