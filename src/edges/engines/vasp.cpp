#include "edges/engines/vasp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/engines/acceptance.hpp"
#include "edges/engines/label_folder.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/calculations/calculation.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::engines {

namespace {

namespace fs = std::filesystem;
using formats::Calculation;
using learn::Labelled;
using structures::Frame;
using Tags = std::map<std::string, std::string>;

/// A POTCAR with its first line's title, checked to be of `element`.
struct Potential {
  std::string text, title;
};

Potential read_potential(const std::string& element, const std::string& path) {
  if (!fs::is_regular_file(path))
    throw InputError(fmt::format("potcar of {}: {} does not exist", element, path));
  Potential p{formats::read_whole_file(path), {}};
  const std::size_t at = p.text.find("VRHFIN =");
  std::string found;
  for (std::size_t k = at + 8; at != p.text.npos && k < p.text.size(); ++k) {
    if (std::isalpha(static_cast<unsigned char>(p.text[k])) == 0) break;
    found += p.text[k];
  }
  if (found != element)
    throw InputError(fmt::format("potcar of {}: {} is {}", element, path,
                                 found.empty() ? "no POTCAR: it has no line VRHFIN ="
                                               : fmt::format("a potential of {}", found)));
  if (p.text.find("End of Dataset") == p.text.npos)
    throw InputError(
        fmt::format("potcar of {}: {} is cut: it has no End of Dataset", element, path));
  const std::size_t begin = p.text.find_first_not_of(" \t");
  p.title = p.text.substr(begin, p.text.find('\n', begin) - begin);
  p.title.erase(p.title.find_last_not_of(" \r") + 1);
  if (!p.text.ends_with('\n')) p.text += '\n';
  return p;
}

class VaspEngine final : public LabelEngine {
 public:
  explicit VaspEngine(VaspSettings settings) : s_(std::move(settings)) {
    s_.validate();
    for (const auto& [element, path] : s_.potcar)
      potentials_[element] = read_potential(element, path);
    nlohmann::json text = {
        {"incar", tags({}, 0)}, {"kpoints", s_.kpoints.rule}, {"spacing", s_.kpoints.spacing}};
    for (const auto& [element, potential] : potentials_)
      text["potcar"][element] = fmt::format("{} {:016x}", potential.title, hash64(potential.text));
    settings_text_ = text.dump();
  }

  std::string name() const override { return "vasp"; }
  std::string level() const override { return "dft"; }
  std::string description() const override {
    return fmt::format("{} eV PBE{}", s_.cutoff_eV,
                       s_.dispersion == "none" ? "" : fmt::format(" + {}", s_.dispersion));
  }
  std::string settings_hash() const override {
    return fmt::format("{:016x}", hash64("vasp" + settings_text_));
  }
  int recipes() const override { return 2; }

  void write(std::span<const Frame> frames, const std::string& folder, int recipe) const override {
    write_recipe(folder, recipe);
    for (std::size_t k = 0; k < frames.size(); ++k)
      write_frame(frames[k], fs::path(folder) / frame_folder(k), recipe);
  }

  std::string command(std::size_t frames) const override {
    return fmt::format(
        "code=0\n"
        "for frame in{}; do\n"
        "  rm -f $frame/OUTCAR $frame/vasprun.xml\n"
        "  (cd $frame && {} > vasp.log 2>&1) || code=$?\n"
        "  tail -n 3 $frame/vasp.log\n"
        "done\n"
        "exit $code",
        frame_folders(frames), s_.command);
  }

  std::vector<std::string> outputs(std::size_t frames) const override {
    std::vector<std::string> files;
    for (std::size_t k = 0; k < frames; ++k)
      for (const char* name : {"/vasprun.xml", "/OUTCAR"}) files.push_back(frame_folder(k) + name);
    return files;
  }

  std::vector<Labelled> read(std::span<const Frame> frames,
                             const std::string& folder) const override {
    const int recipe = read_recipe(folder);
    std::vector<Labelled> answers;
    for (std::size_t k = 0; k < frames.size(); ++k) {
      const Acceptance acceptance{level(), "vasp " + description(), settings_hash(),
                                  kpoints_of(frames[k], s_.kpoints).text()};
      answers.push_back(accept(acceptance, frames[k], grouped(frames[k]),
                               believe(fs::path(folder) / frame_folder(k))));
      if (answers.back() && recipe == 1) answers.back()->info["recipe"] = "1";
    }
    return answers;
  }

 private:
  /// vasprun.xml has the digits, OUTCAR both tests of convergence and the net force; a file that is
  /// cut leaves the word to the other.
  [[nodiscard]] static std::vector<Calculation> believe(const fs::path& folder) {
    std::vector<Calculation> xml =
        formats::read_vasprun(formats::read_if_there(folder / "vasprun.xml"));
    std::vector<Calculation> out = formats::read_outcar(formats::read_if_there(folder / "OUTCAR"));
    const bool xml_whole = !xml.empty() && xml.back().ended;
    const bool out_whole = !out.empty() && out.back().ended;
    if (!xml_whole) return out.empty() ? xml : out;
    if (out_whole && out.size() == xml.size())
      for (std::size_t k = 0; k < xml.size(); ++k) {
        xml[k].net_force = out[k].net_force;
        xml[k].complaint = out[k].complaint;
        if (xml[k].converged && !out[k].converged) {
          xml[k].converged = false;
          xml[k].convergence = out[k].convergence;
        }
      }
    return xml;
  }

  /// Everything that decides what comes out, and how; ours first, then the user's.
  [[nodiscard]] Tags tags(std::span<const std::string> elements, int recipe) const {
    Tags t = {{"PREC", "Accurate"}, {"GGA", "PE"},        {"EDIFF", "1E-05"},   {"ISMEAR", "0"},
              {"ISPIN", "1"},       {"ISYM", "0"},        {"LREAL", ".FALSE."}, {"LASPH", ".TRUE."},
              {"ALGO", "Normal"},   {"IBRION", "-1"},     {"NSW", "0"},         {"ISIF", "2"},
              {"LWAVE", ".FALSE."}, {"LCHARG", ".FALSE."}};
    t["ENCUT"] = fmt::format("{:g}", s_.cutoff_eV);
    t["SIGMA"] = fmt::format("{:g}", s_.smearing_eV);
    t["NELM"] = fmt::format("{}", s_.nelm);
    if (s_.dispersion == "D3(0)") t["IVDW"] = "11";
    if (elements.size() == 1 && elements[0] == "O") t["ISPIN"] = "2";  // the molecule is a triplet
    for (const auto& [tag, value] : s_.incar) t[tag] = value;
    if (recipe == 1) {
      t["ALGO"] = "All";
      t["NELM"] = fmt::format("{}", 3 * s_.nelm);
      for (const char* mixing : {"AMIX", "BMIX", "IMIX"}) t.erase(mixing);
    }
    return t;
  }

  void write_frame(const Frame& frame, const fs::path& folder, int recipe) const {
    if (!frame.cell)
      throw InputError("a frame without a cell cannot be labelled: its virial needs a volume");
    if (frame.size() == 0) throw InputError("a frame without atoms cannot be labelled");
    fs::create_directories(folder);
    Frame bare;
    bare.cell = frame.cell;
    bare.species = frame.species;
    bare.positions = frame.positions;
    formats::WriteOptions options;
    options.format = "poscar";
    options.elements = frame.species.names;
    formats::write_frames((folder / "POSCAR").string(), {bare}, options);
    std::vector<std::string> elements;
    std::string potcar;
    const std::vector<int> counts = frame.species.counts();
    for (std::size_t k = 0; k < counts.size(); ++k) {
      if (counts[k] == 0) continue;
      elements.push_back(frame.species.names[k]);
      const auto found = potentials_.find(elements.back());
      if (found == potentials_.end())
        throw InputError(fmt::format("vasp: no potcar is named for {}", elements.back()));
      potcar += found->second.text;
    }
    formats::write_whole_file(folder / "POTCAR", potcar);
    std::string incar = "SYSTEM = vitrion\n";
    for (const auto& [tag, value] : tags(elements, recipe))
      incar += fmt::format("{} = {}\n", tag, value);
    formats::write_whole_file(folder / "INCAR", incar);
    const KPoints points = kpoints_of(frame, s_.kpoints);
    formats::write_whole_file(
        folder / "KPOINTS",
        points.mean_value()
            ? std::string("mean-value point\n1\nReciprocal\n0.25 0.25 0.25 1\n")
            : fmt::format("spacing {:g} 1/A\n0\nMonkhorst-Pack\n{} {} {}\n0 0 0\n",
                          s_.kpoints.spacing, points.size[0], points.size[1], points.size[2]));
  }

  VaspSettings s_;
  std::map<std::string, Potential> potentials_;
  std::string settings_text_;
};

}  // namespace

void VaspSettings::validate() const {
  if (!(cutoff_eV >= 100 && cutoff_eV <= 3000))
    throw InputError(fmt::format("cutoff = {} eV must lie between 100 and 3000 eV", cutoff_eV));
  if (!(smearing_eV > 0 && smearing_eV <= 1))
    throw InputError(fmt::format("smearing = {} eV must be above 0 and at most 1 eV", smearing_eV));
  if (dispersion != "D3(0)" && dispersion != "none")
    throw InputError(fmt::format("dispersion = {} must be D3(0) or none", dispersion));
  if (nelm < 2) throw InputError(fmt::format("nelm = {} must be at least 2", nelm));
  if (command.empty()) throw InputError("the command of engine vasp is empty");
  if (potcar.empty())
    throw InputError(
        "engine vasp needs a POTCAR for each element: potcar = { Na = \"FILE\", ... }");
  kpoints.validate();
  for (const auto& [tag, value] : incar) {
    if (tag.empty() || std::ranges::any_of(tag, [](unsigned char c) { return std::islower(c); }))
      throw InputError(fmt::format("incar.{} must be written in capitals", tag));
    for (const char* ours : {"NSW", "IBRION", "ISIF", "ENCUT", "SIGMA", "IVDW", "NELM"})
      if (tag == ours)
        throw InputError(fmt::format(
            "incar.{} = {} must be left to Vitrion: a label is one static calculation, and "
            "cutoff_eV, smearing_eV, dispersion and maxiter have keys of their own",
            tag, value));
  }
}

std::unique_ptr<LabelEngine> vasp_engine(const VaspSettings& settings) {
  return std::make_unique<VaspEngine>(settings);
}

}  // namespace vitrion::engines
