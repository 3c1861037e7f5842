#include "app/study/packing.hpp"

#include <filesystem>

#include "base/error.hpp"
#include "edges/engines/packmol.hpp"
#include "edges/queue/local.hpp"
#include "glass/packing.hpp"

namespace vitrion::app {

structures::Frame pack_box(const glass::Composition& composition, double density,
                           std::uint64_t seed, const std::string& stream, std::size_t replica,
                           const std::vector<std::string>& elements, const std::string& folder) {
  RandomStream random(seed, stream, replica);
  const glass::PackingPlan plan = glass::plan_packing(composition, density, random);
  engines::write_packmol_task(folder, plan);
  queue::WorkerProcess process;
  process.arguments = {"/bin/sh"};
  queue::run_local(process, {(std::filesystem::path(folder) / "run.sh").string()}, {1, false},
                   [](std::size_t, const queue::Outcome&) {});
  auto packed = engines::read_packmol_result(folder, plan, elements);
  if (!packed) throw Error(packed.error());
  return *packed;
}

}  // namespace vitrion::app
