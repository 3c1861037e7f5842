#include "edges/engines/cp2k.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/units.hpp"
#include "edges/engines/acceptance.hpp"
#include "edges/engines/label_folder.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/calculations/calculation.hpp"
#include "structures/elements.hpp"

namespace vitrion::engines {

namespace {

namespace fs = std::filesystem;
using learn::Labelled;
using structures::Frame;

constexpr const char* cp2k_input = "cp2k.inp";
constexpr const char* cp2k_output = "cp2k.out";

bool only_oxygen(const Frame& frame) {
  for (std::size_t i = 0; i < frame.size(); ++i)
    if (frame.species.name(i) != "O") return false;
  return true;
}

/// Pseudopotentials take whole shells off, so the parity is that of the nuclear charges.
bool odd_electrons(const Frame& frame) {
  int charge = 0;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const auto z = structures::atomic_number(frame.species.name(i));
    if (!z) throw InputError(fmt::format("cp2k: {} is no element", frame.species.name(i)));
    charge += *z;
  }
  return charge % 2 != 0;
}

class Cp2kEngine final : public LabelEngine {
 public:
  explicit Cp2kEngine(Cp2kSettings settings) : s_(std::move(settings)) {
    s_.validate();
    settings_text_ = nlohmann::json({{"cutoff_Ry", s_.cutoff_Ry},
                                     {"rel_cutoff_Ry", s_.rel_cutoff_Ry},
                                     {"basis", s_.basis},
                                     {"potential", s_.potential},
                                     {"smearing_eV", s_.smearing_eV},
                                     {"dispersion", s_.dispersion},
                                     {"kpoints", s_.kpoints.rule},
                                     {"spacing", s_.kpoints.spacing},
                                     {"maxiter", s_.maxiter}})
                         .dump();
  }

  std::string name() const override { return "cp2k"; }
  std::string level() const override { return "dft"; }
  std::string description() const override {
    return fmt::format("{} Ry {} PBE{}", s_.cutoff_Ry, s_.basis,
                       s_.dispersion == "none" ? "" : fmt::format(" + {}", s_.dispersion));
  }
  std::string settings_hash() const override {
    return fmt::format("{:016x}", hash64("cp2k" + settings_text_));
  }
  int recipes() const override { return 2; }

  void write(std::span<const Frame> frames, const std::string& folder, int recipe) const override {
    write_recipe(folder, recipe);
    for (std::size_t k = 0; k < frames.size(); ++k) {
      const fs::path own = fs::path(folder) / frame_folder(k);
      fs::create_directories(own);
      formats::write_whole_file(own / cp2k_input, input(frames[k], recipe));
    }
  }

  std::string command(std::size_t frames) const override {
    // CP2K appends to an output that is there.
    return fmt::format(
        "code=0\n"
        "for frame in{}; do\n"
        "  rm -f $frame/{}\n"
        "  (cd $frame && {} -i {} -o {}) || code=$?\n"
        "done\n"
        "exit $code",
        frame_folders(frames), cp2k_output, s_.command, cp2k_input, cp2k_output);
  }

  std::vector<std::string> outputs(std::size_t frames) const override {
    std::vector<std::string> files;
    for (std::size_t k = 0; k < frames; ++k)
      files.push_back(fmt::format("{}/{}", frame_folder(k), cp2k_output));
    return files;
  }

  std::vector<Labelled> read(std::span<const Frame> frames,
                             const std::string& folder) const override {
    const int recipe = read_recipe(folder);
    std::vector<Labelled> answers;
    for (std::size_t k = 0; k < frames.size(); ++k) {
      const Acceptance acceptance{level(), "cp2k " + description(), settings_hash(),
                                  kpoints_of(frames[k], s_.kpoints).text()};
      std::vector<std::size_t> order(frames[k].size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      answers.push_back(accept(acceptance, frames[k], order,
                               formats::read_cp2k(formats::read_if_there(
                                   fs::path(folder) / frame_folder(k) / cp2k_output))));
      if (answers.back() && recipe == 1) answers.back()->info["recipe"] = "1";
    }
    return answers;
  }

 private:
  [[nodiscard]] std::string input(const Frame& frame, int recipe) const {
    if (!frame.cell)
      throw InputError("a frame without a cell cannot be labelled: its virial needs a volume");
    if (frame.size() == 0) throw InputError("a frame without atoms cannot be labelled");
    const bool oxygen = only_oxygen(frame);
    const bool spin = oxygen || odd_electrons(frame);
    const KPoints points = kpoints_of(frame, s_.kpoints);
    std::string text =
        "&GLOBAL\n  PROJECT vitrion\n  RUN_TYPE ENERGY_FORCE\n  PRINT_LEVEL LOW\n&END GLOBAL\n"
        "&FORCE_EVAL\n  METHOD QS\n  STRESS_TENSOR ANALYTICAL\n"
        "  &PRINT\n    &FORCES\n      NDIGITS 12\n    &END FORCES\n    &STRESS_TENSOR\n"
        "    &END STRESS_TENSOR\n  &END PRINT\n"
        "  &DFT\n    BASIS_SET_FILE_NAME BASIS_MOLOPT\n    POTENTIAL_FILE_NAME GTH_POTENTIALS\n";
    if (spin)
      text += fmt::format("    UKS T\n    MULTIPLICITY {}\n", oxygen ? frame.size() + 1 : 2);
    text += fmt::format("    &MGRID\n      CUTOFF {:g}\n      REL_CUTOFF {:g}\n    &END MGRID\n",
                        s_.cutoff_Ry, s_.rel_cutoff_Ry);
    text +=
        "    &QS\n      EPS_DEFAULT 1.0E-12\n    &END QS\n    &PRINT\n      &MULLIKEN OFF\n"
        "      &END MULLIKEN\n      &HIRSHFELD OFF\n      &END HIRSHFELD\n    &END PRINT\n";
    text += scf(recipe);
    text += "    &XC\n      &XC_FUNCTIONAL PBE\n      &END XC_FUNCTIONAL\n";
    if (s_.dispersion == "D3(0)")
      text +=
          "      &VDW_POTENTIAL\n        POTENTIAL_TYPE PAIR_POTENTIAL\n        &PAIR_POTENTIAL\n"
          "          TYPE DFTD3\n          PARAMETER_FILE_NAME dftd3.dat\n"
          "          REFERENCE_FUNCTIONAL PBE\n          R_CUTOFF [angstrom] 25\n"
          "        &END PAIR_POTENTIAL\n      &END VDW_POTENTIAL\n";
    text += "    &END XC\n    &KPOINTS\n";
    text += points.mean_value()
                ? std::string("      SCHEME GENERAL\n      KPOINT 0.25 0.25 0.25 1.0\n")
                : fmt::format("      SCHEME MONKHORST-PACK {} {} {}\n", points.size[0],
                              points.size[1], points.size[2]);
    text += "    &END KPOINTS\n  &END DFT\n  &SUBSYS\n    &CELL\n";
    for (std::size_t a = 0; a < 3; ++a) {
      const Vec3& v = frame.cell->rows()[a];
      text += fmt::format("      {} {:.12f} {:.12f} {:.12f}\n", "ABC"[a], v[0], v[1], v[2]);
    }
    text += "    &END CELL\n    &COORD\n";
    for (std::size_t i = 0; i < frame.size(); ++i) {
      const Vec3& r = frame.positions[i];
      text += fmt::format("      {} {:.12f} {:.12f} {:.12f}\n", frame.species.name(i), r[0], r[1],
                          r[2]);
    }
    text += "    &END COORD\n";
    const std::vector<int> counts = frame.species.counts();
    for (std::size_t k = 0; k < counts.size(); ++k) {
      if (counts[k] == 0) continue;
      text += fmt::format("    &KIND {}\n      BASIS_SET {}\n      POTENTIAL {}\n{}    &END KIND\n",
                          frame.species.names[k], s_.basis, s_.potential,
                          oxygen ? "      MAGNETIZATION 1\n" : "");
    }
    text +=
        "    &PRINT\n      &ATOMIC_COORDINATES\n      &END ATOMIC_COORDINATES\n      &CELL\n"
        "      &END CELL\n    &END PRINT\n  &END SUBSYS\n&END FORCE_EVAL\n";
    return text;
  }

  /// Both ways end at the same density: their labels are of one level.
  [[nodiscard]] std::string scf(int recipe) const {
    const bool second = recipe == 1;
    return fmt::format(
        "    &SCF\n      SCF_GUESS ATOMIC\n      EPS_SCF 1.0E-6\n      MAX_SCF {}\n"
        "      ADDED_MOS 40\n      &DIAGONALIZATION\n        ALGORITHM STANDARD\n"
        "      &END DIAGONALIZATION\n      &MIXING\n        METHOD BROYDEN_MIXING\n"
        "        ALPHA {}\n        NBROYDEN {}\n      &END MIXING\n      &SMEAR\n"
        "        METHOD FERMI_DIRAC\n        ELECTRONIC_TEMPERATURE {:.6f}\n      &END SMEAR\n"
        "    &END SCF\n",
        second ? 3 * s_.maxiter : s_.maxiter, second ? 0.05 : 0.2, second ? 12 : 8,
        s_.smearing_eV / units::boltzmann_eV_per_K);
  }

  Cp2kSettings s_;
  std::string settings_text_;
};

}  // namespace

void Cp2kSettings::validate() const {
  if (!(cutoff_Ry >= 100 && cutoff_Ry <= 3000))
    throw InputError(fmt::format("cutoff = {} Ry must lie between 100 and 3000 Ry", cutoff_Ry));
  if (!(rel_cutoff_Ry >= 20 && rel_cutoff_Ry <= 300))
    throw InputError(
        fmt::format("rel_cutoff = {} Ry must lie between 20 and 300 Ry", rel_cutoff_Ry));
  if (!(smearing_eV > 0 && smearing_eV <= 1))
    throw InputError(fmt::format("smearing = {} eV must be above 0 and at most 1 eV", smearing_eV));
  if (dispersion != "D3(0)" && dispersion != "none")
    throw InputError(fmt::format("dispersion = {} must be D3(0) or none", dispersion));
  if (maxiter < 1) throw InputError(fmt::format("maxiter = {} must be at least 1", maxiter));
  if (command.empty()) throw InputError("the command of engine cp2k is empty");
  kpoints.validate();
}

std::unique_ptr<LabelEngine> cp2k_engine(const Cp2kSettings& settings) {
  return std::make_unique<Cp2kEngine>(settings);
}

}  // namespace vitrion::engines
