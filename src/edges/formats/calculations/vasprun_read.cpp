// vasprun.xml of VASP 5 and 6.
#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <pugixml.hpp>

#include "base/units.hpp"
#include "edges/formats/calculations/calculation.hpp"
#include "edges/formats/calculations/text.hpp"
#include "structures/cell.hpp"

namespace vitrion::formats {

namespace {

using pugi::xml_node;

xml_node named(xml_node parent, const char* tag, const char* name) {
  return parent.find_child_by_attribute(tag, "name", name);
}

/// The value of an entry at any depth, as text; "" if it is nowhere.
std::string_view parameter(xml_node root, const char* name) {
  const xml_node found = root.find_node([&](const xml_node& n) {
    return std::strcmp(n.name(), "i") == 0 && std::strcmp(n.attribute("name").value(), name) == 0;
  });
  return trimmed(found.text().get());
}

std::optional<double> number(std::string_view text) {
  const std::vector<double> all = numbers_of(text);
  return all.size() == 1 ? std::optional(all[0]) : std::nullopt;
}

/// Rows of three; fewer than are there if one of them is damaged.
std::vector<Vec3> rows_of(xml_node array) {
  std::vector<Vec3> rows;
  for (const xml_node v : array.children("v")) {
    const std::vector<double> n = numbers_of(v.text().get());
    if (n.size() != 3) break;
    rows.push_back({n[0], n[1], n[2]});
  }
  return rows;
}

std::optional<Mat3> matrix_of(xml_node array) {
  const std::vector<Vec3> rows = rows_of(array);
  if (rows.size() != 3) return std::nullopt;
  return Mat3{{rows[0], rows[1], rows[2]}};
}

void read_geometry(xml_node structure, Calculation& c) {
  c.cell = matrix_of(named(structure.child("crystal"), "varray", "basis"));
  if (!c.cell) return;
  for (const Vec3& s : rows_of(named(structure, "varray", "positions")))
    c.positions.push_back(s * *c.cell);
}

/// The change of the last electronic step against EDIFF: the file says nothing else of convergence.
void judge_convergence(xml_node calculation, std::optional<double> ediff, Calculation& c) {
  std::vector<double> energies;
  for (const xml_node step : calculation.children("scstep"))
    if (const auto e = number(named(step.child("energy"), "i", "e_fr_energy").text().get()))
      energies.push_back(*e);
  c.scf_steps = static_cast<int>(energies.size());
  if (!ediff || energies.size() < 2) {
    c.convergence =
        fmt::format("{} electronic steps{}", energies.size(), ediff ? "" : ", EDIFF is not stated");
    return;
  }
  const double change = std::abs(energies.back() - energies[energies.size() - 2]);
  c.converged = change < *ediff;
  c.convergence = fmt::format(
      "the last of {} electronic steps changed the energy by {:.2g} eV, "
      "EDIFF is {:g} eV",
      energies.size(), change, *ediff);
}

}  // namespace

std::vector<Calculation> read_vasprun(const std::string& text) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size());
  const xml_node root = document.child("modeling");
  Calculation common;
  common.engine = "vasp";
  // Only a file that was closed parses to its end.
  common.ended = parsed.status == pugi::status_ok && !root.empty();
  common.version = trimmed(named(root.child("generator"), "i", "version").text().get());
  common.cell_digit = 1e-7;
  const std::optional<double> ediff = number(parameter(root.child("parameters"), "EDIFF"));
  const xml_node atoms = named(root.child("atominfo"), "array", "atoms");
  for (const xml_node row : atoms.child("set").children("rc"))
    common.species.emplace_back(trimmed(row.child("c").text().get()));

  std::vector<Calculation> found;
  for (const xml_node one : root.children("calculation")) {
    Calculation c = common;
    judge_convergence(one, ediff, c);
    read_geometry(one.child("structure"), c);
    // e_fr_energy alone: VASP 5.4.4 writes other things under the names of the two others.
    c.energy = number(named(one.child("energy"), "i", "e_fr_energy").text().get());
    c.forces = rows_of(named(one, "varray", "forces"));
    const std::optional<Mat3> stress = matrix_of(named(one, "varray", "stress"));
    if (stress && c.cell) c.virial = (std::abs(determinant(*c.cell)) / kB_per_eV_A3) * *stress;
    found.push_back(std::move(c));
  }
  return found;
}

}  // namespace vitrion::formats
