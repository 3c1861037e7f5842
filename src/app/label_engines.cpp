#include "app/label_engines.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "app/engine_labeller.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/engines/ase.hpp"
#include "edges/engines/cp2k.hpp"
#include "edges/engines/gpaw.hpp"
#include "edges/engines/vasp.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::StudyLabel;

namespace {

std::unique_ptr<engines::LabelEngine> of_model(const StudyLabel& l, const EngineSurroundings& a) {
  const std::string model = a.path(l.model);
  if (!fs::exists(model))
    throw InputError(fmt::format("{}: {} does not exist", a.place("model"), model));
  const std::string content = fmt::format("{:016x}", hash64(formats::read_whole_file(model)));
  return engines::command_engine(
      {"potential", "model", "model " + content,
       fmt::format("'{}' label --engine potential --model '{}' input.extxyz -o output.extxyz",
                   a.program, model),
       content, 0.5});
}

std::unique_ptr<engines::LabelEngine> of_vasp(const StudyLabel& l, const EngineSurroundings& a) {
  engines::VaspSettings s;
  if (!l.command.empty()) s.command = l.command;
  for (const auto& [element, file] : l.potcar) s.potcar[element] = a.path(file);
  s.cutoff_eV = l.cutoff_eV;
  if (l.smearing_eV > 0) s.smearing_eV = l.smearing_eV;
  s.dispersion = l.dispersion;
  s.kpoints = {l.kpoints, l.spacing};
  if (l.maxiter > 0) s.nelm = static_cast<int>(l.maxiter);
  s.incar = l.incar;
  return engines::vasp_engine(s);
}

std::unique_ptr<engines::LabelEngine> of_cp2k(const StudyLabel& l) {
  engines::Cp2kSettings s;
  if (!l.command.empty()) s.command = l.command;
  if (l.cutoff_Ry > 0) s.cutoff_Ry = l.cutoff_Ry;
  if (!l.basis.empty()) s.basis = l.basis;
  if (l.smearing_eV > 0) s.smearing_eV = l.smearing_eV;
  s.dispersion = l.dispersion;
  s.kpoints = {l.kpoints, l.spacing};
  if (l.maxiter > 0) s.maxiter = static_cast<int>(l.maxiter);
  return engines::cp2k_engine(s);
}

engines::WorkerEngine of_gpaw(const StudyLabel& l) {
  engines::GpawSettings s;
  s.cutoff_eV = l.cutoff_eV;
  s.kpoints = l.kpoints;
  s.spacing = l.spacing;
  if (l.smearing_eV > 0) s.smearing_eV = l.smearing_eV;
  s.dispersion = l.dispersion;
  if (l.maxiter > 0) s.maxiter = static_cast<int>(l.maxiter);
  return engines::gpaw_engine(s);
}

std::unique_ptr<engines::LabelEngine> of_worker(engines::WorkerEngine engine,
                                                const EngineSurroundings& a) {
  const std::string python = a.python.empty() ? find_python(engine.venv) : a.python;
  if (python.empty())
    throw InputError(fmt::format("{}: engine {}: {} is not there; {} makes it", a.place("engine"),
                                 engine.name, engine.venv, engine.installer));
  const std::string worker =
      (fs::path(a.workers) / fmt::format("{}_{:08x}.py", engine.name, hash64(engine.worker) >> 32))
          .string();
  return engines::python_engine(std::move(engine), python, worker);
}

}  // namespace

std::unique_ptr<engines::LabelEngine> make_label_engine(const StudyLabel& l,
                                                        const EngineSurroundings& a) {
  try {
    if (l.engine == "vasp") return of_vasp(l, a);
    if (l.engine == "cp2k") return of_cp2k(l);
  } catch (const InputError& e) {
    throw InputError(fmt::format("{}: {}", a.place("engine"), e.what()));
  }
  if (l.engine == "potential") return of_model(l, a);
  if (l.engine == "command")
    return engines::command_engine(
        {"command", "command", l.command, l.command, l.command + "\n" + l.settings, 0.5});
  return of_worker(make_worker_engine(l), a);
}

engines::WorkerEngine make_worker_engine(const StudyLabel& l) {
  return l.engine == "ase" ? engines::ase_engine({l.calculator}) : of_gpaw(l);
}

std::unique_ptr<engines::LabelEngine> make_dispersion_engine(const EngineSurroundings& a) {
  return of_worker(engines::ase_engine({"d3:PBE"}), a);
}

}  // namespace vitrion::app
