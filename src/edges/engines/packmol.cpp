#include "edges/engines/packmol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "base/error.hpp"
#include "edges/engines/script.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::engines {

namespace fs = std::filesystem;

namespace {

constexpr const char* output_name = "packed.xyz";
constexpr const char* log_name = "packmol.log";

std::string xyz_text(const glass::Molecule& molecule) {
  std::string text = fmt::format("{}\n{}\n", molecule.species.size(), molecule.name);
  for (std::size_t i = 0; i < molecule.species.size(); ++i)
    text += fmt::format("{} {:.6f} {:.6f} {:.6f}\n", molecule.species[i], molecule.positions[i][0],
                        molecule.positions[i][1], molecule.positions[i][2]);
  return text;
}

void put(const fs::path& path, const std::string& text) {
  formats::OutputFile file(path.string());
  file.write(text);
  file.commit();
}

}  // namespace

std::string packmol_input(const glass::PackingPlan& plan) {
  std::string text = fmt::format("tolerance {}\nfiletype xyz\noutput {}\nseed {}\nnloop 400\n",
                                 plan.tolerance, output_name, plan.seed);
  const double low = plan.tolerance / 2;
  const double high = plan.length - plan.tolerance / 2;
  for (std::size_t k = 0; k < plan.parts.size(); ++k)
    text += fmt::format(
        "\nstructure molecule{0}.xyz\n  number {1}\n"
        "  inside box {2:.6f} {2:.6f} {2:.6f} {3:.6f} {3:.6f} {3:.6f}\nend structure\n",
        k, plan.parts[k].count, low, high);
  return text;
}

void write_packmol_task(const std::string& folder, const glass::PackingPlan& plan) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) throw Error(fmt::format("cannot make the folder {}: {}", folder, code.message()));
  for (std::size_t k = 0; k < plan.parts.size(); ++k)
    put(fs::path(folder) / fmt::format("molecule{}.xyz", k), xyz_text(plan.parts[k].molecule));
  put(fs::path(folder) / "pack.inp", packmol_input(plan));
  put(fs::path(folder) / "run.sh",
      script_text("this packing", fmt::format("packmol < pack.inp > {} 2>&1", log_name)));
}

expected<structures::Frame, std::string> read_packmol_result(
    const std::string& folder, const glass::PackingPlan& plan,
    const std::vector<std::string>& elements) {
  using Result = expected<structures::Frame, std::string>;
  const fs::path output = fs::path(folder) / output_name;
  const fs::path log = fs::path(folder) / log_name;
  if (!fs::exists(log)) return Result(unexpected<std::string>("packmol did not run"));
  const std::string said = formats::read_whole_file(log.string());
  if (said.find("Success!") == std::string::npos) {
    if (said.find("packmol: not found") != std::string::npos)
      return Result(unexpected<std::string>("packmol is not installed: apt-get install packmol"));
    return Result(
        unexpected<std::string>(fmt::format("packmol found no packing with {} A between molecules "
                                            "in a box of {:.2f} A: lower the density "
                                            "(its log is {})",
                                            plan.tolerance, plan.length, log.string())));
  }
  formats::ReadOptions options;
  options.format = "extxyz";
  structures::Frame packed = formats::read_frames(output.string(), options).front();
  packed.cell =
      structures::Cell(Mat3{{{plan.length, 0, 0}, {0, plan.length, 0}, {0, 0, plan.length}}});
  packed.info.clear();
  packed.species = packed.species.mapped_to(elements);

  std::size_t atoms = 0;
  for (const auto& part : plan.parts) atoms += part.count * part.molecule.species.size();
  if (packed.size() != atoms)
    return Result(unexpected<std::string>(fmt::format("{} holds {} atoms, {} were to be packed",
                                                      output.string(), packed.size(), atoms)));
  std::vector<std::size_t> order(atoms);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return packed.species.of_atom[i]; });
  structures::Frame sorted = packed;
  for (std::size_t i = 0; i < atoms; ++i) {
    sorted.species.of_atom[i] = packed.species.of_atom[order[i]];
    sorted.positions[i] = packed.positions[order[i]];
  }
  return sorted;
}

}  // namespace vitrion::engines
