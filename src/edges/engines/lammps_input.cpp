#include "edges/engines/lammps_input.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.hpp"
#include "edges/engines/script.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "structures/elements.hpp"

namespace vitrion::engines {

namespace {

/// Heat that a random packing sets free on its way to a melt is no explosion, whatever the
/// thermostat says.
constexpr double least_explosion_kelvin = 2000;

std::uint64_t period_in_steps(double ps, double timestep) {
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(ps / timestep)));
}

std::string pair_lines(const md::Protocol& protocol, const md::Chunk& chunk,
                       const LammpsPotential& potential) {
  const bool deviates = protocol.observers.deviation > 0 && chunk.steps > 0;
  std::string style = fmt::format("vitrion {}", fmt::join(potential.models, " "));
  if (potential.models.size() > 1)
    style += fmt::format(
        " out_file {} out_freq {}", lammps_names::deviation,
        deviates ? period_in_steps(protocol.observers.deviation, protocol.timestep) : 0);
  style += fmt::format(" precision {}", potential.precision);
  const std::string elements = fmt::format("{}", fmt::join(potential.elements, " "));
  if (!potential.repulsion)
    return fmt::format("pair_style {}\npair_coeff * * {}\n", style, elements);
  std::string text =
      fmt::format("pair_style hybrid/overlay {} zbl {} {}\npair_coeff * * vitrion {}\n", style,
                  potential.repulsion->first, potential.repulsion->second, elements);
  for (std::size_t i = 0; i < potential.elements.size(); ++i)
    for (std::size_t j = i; j < potential.elements.size(); ++j)
      text += fmt::format("pair_coeff {} {} zbl {} {}\n", i + 1, j + 1,
                          structures::atomic_number(potential.elements[i]).value(),
                          structures::atomic_number(potential.elements[j]).value());
  return text;
}

std::string start_lines(const md::Protocol& protocol, const md::Chunk& chunk,
                        const LammpsStart& start) {
  const std::string draw =
      chunk.steps > 0 ? fmt::format("velocity all create {} {} mom yes rot no dist gaussian\n",
                                    chunk.from, protocol.seed % 899'999'999 + 1)
                      : std::string();
  // A shear needs a triclinic cell; one that is so already stays as it is.
  const std::string turn =
      chunk.deform >= md::Deformation::Mode::xy ? "change_box all triclinic\n" : "";
  if (start.restart)
    return fmt::format("read_restart {}\n{}{}", start.file, start.draw_velocities ? draw : "",
                       turn);
  std::string text = "units metal\natom_style atomic\nboundary p p p\n";
  text += fmt::format("read_data {}\n", start.file);
  return text + draw + turn;
}

/// A constant true rate makes the same cell whether a segment runs in one go or in chunks; a shear
/// keeps the lengths, so that its engineering rate does.
std::string deform_lines(const md::Chunk& chunk) {
  using Mode = md::Deformation::Mode;
  std::string how;
  const auto length = [&](const char* axis) {
    how += fmt::format(" {} trate {:.12g}", axis, chunk.strain_rate);
  };
  const auto shear = [&](const char* plane) {
    how += fmt::format(" {} erate {:.12g}", plane, chunk.strain_rate);
  };
  switch (chunk.deform) {
    case Mode::none:
      return {};
    case Mode::isotropic:
      for (const char* axis : {"x", "y", "z"}) length(axis);
      break;
    case Mode::x:
      length("x");
      break;
    case Mode::y:
      length("y");
      break;
    case Mode::z:
      length("z");
      break;
    case Mode::xy:
      shear("xy");
      break;
    case Mode::xz:
      shear("xz");
      break;
    case Mode::yz:
      shear("yz");
      break;
  }
  return fmt::format("fix strain all deform 1{} remap x\n", how);
}

/// Stops a run, without an error, at the look that finds the deviation over its bound: the frame of
/// the crossing is kept.
std::string deviation_guard(const md::Protocol& protocol) {
  if (protocol.deviation_bound <= 0 || protocol.observers.deviation <= 0) return {};
  return fmt::format(
      "compute devi all pair vitrion\n"
      "variable devi equal c_devi[1]\n"
      "fix bound all halt {} v_devi > {} error soft message yes\n",
      period_in_steps(protocol.observers.deviation, protocol.timestep), protocol.deviation_bound);
}

std::string observer_lines(const md::Protocol& protocol, const md::Chunk& chunk) {
  const md::Observers& o = protocol.observers;
  std::string text = fmt::format(
      "thermo {}\nthermo_style custom step temp pe etotal press vol density\n"
      "thermo_modify format float %.10g flush yes\n",
      o.thermo > 0 ? period_in_steps(o.thermo, protocol.timestep) : 1000);
  if (o.trajectory > 0 && chunk.steps > 0)
    text += fmt::format(
        "dump path all custom/gz {} {} id type xsu ysu zsu\n"
        "dump_modify path sort id format float %.8g\n",
        period_in_steps(o.trajectory, protocol.timestep), lammps_names::trajectory);
  return text;
}

std::string drive_lines(const md::Protocol& protocol, const md::Chunk& chunk) {
  if (chunk.kind == md::Kind::minimise)
    // Contacts go in tens of iterations; what remains, the first picoseconds heal.
    return "min_style cg\nmin_modify dmax 0.1 line quadratic\nminimize 1e-6 0.05 300 "
           "2000\nreset_timestep 0\n";
  std::string drive =
      fmt::format("temp {} {} {}", chunk.from, chunk.to, protocol.thermostat_damping);
  if (chunk.kind == md::Kind::npt)
    drive += fmt::format(" iso {0} {0} {1}", chunk.pressure, protocol.barostat_damping);
  const double hottest =
      std::max(least_explosion_kelvin, protocol.explosion_factor * std::max(chunk.from, chunk.to));
  return fmt::format(
      "timestep {}\n"
      "fix drive all {} {}\n"
      "variable kelvin equal temp\n"
      "fix guard all halt 10 v_kelvin > {} error hard message yes\n"
      "{}{}run {}\n",
      protocol.timestep, chunk.kind == md::Kind::npt ? "npt" : "nvt", drive, hottest,
      deform_lines(chunk), deviation_guard(protocol), chunk.steps);
}

}  // namespace

std::string lammps_input(const md::Protocol& protocol, const md::Chunk& chunk,
                         const LammpsPotential& potential, const LammpsStart& start) {
  const std::string what =
      chunk.steps == 0
          ? "minimise"
          : fmt::format("{} {:.6g} K to {:.6g} K, steps {} to {} of {} fs", md::name_of(chunk.kind),
                        chunk.from, chunk.to, chunk.first_step, chunk.first_step + chunk.steps,
                        1e3 * protocol.timestep);
  std::string text = "# " + what + "\n";
  text += start_lines(protocol, chunk, start);
  text += pair_lines(protocol, chunk, potential);
  text += "neighbor 1.0 bin\nneigh_modify every 2 delay 0 check yes\n";
  text += observer_lines(protocol, chunk);
  text += drive_lines(protocol, chunk);
  text += fmt::format(
      "write_dump all custom {} id type xsu ysu zsu vx vy vz modify sort id format float %.12g\n",
      lammps_names::end_frame);
  text += fmt::format("write_restart {}\n", lammps_names::restart);
  return text;
}

void write_lammps_chunk(const std::string& folder, const std::string& program,
                        const std::string& input) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) throw Error(fmt::format("cannot make the folder {}: {}", folder, code.message()));
  const auto put = [&](const char* name, const std::string& text) {
    formats::OutputFile file((std::filesystem::path(folder) / name).string());
    file.write(text);
    file.commit();
  };
  put(lammps_names::input, input);
  put(lammps_names::script,
      script_text(
          "this chunk",
          fmt::format("\"${{VITRION:-{}}}\" lmp -in {} -log {} -screen none > {} 2>&1", program,
                      lammps_names::input, lammps_names::log, lammps_names::screen)));
}

}  // namespace vitrion::engines
