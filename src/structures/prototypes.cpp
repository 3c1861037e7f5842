#include "structures/prototypes.hpp"

#include <fmt/format.h>

#include <cmath>
#include <gemmi/symmetry.hpp>

#include "base/error.hpp"

namespace vitrion::structures {

namespace {

constexpr Vec3 right{90, 90, 90};
constexpr Vec3 hexagonal{90, 90, 120};
constexpr double third = 1.0 / 3, two_thirds = 2.0 / 3;

/// Two images of a site on a special position differ by rounding only; atoms are never as near.
constexpr double same_place = 0.05;       // A
constexpr double contact = 0.6;           // A, half of the shortest bond there is here
constexpr double oxygen_molecule = 1.21;  // A, free O2 (Huber and Herzberg 1979)

std::vector<Prototype> make_table() {
  const std::string raman = "experimental cell as given in the inputs of a Raman data base";
  return {
      {"na2s",
       "F m -3 m",
       {6.53, 6.53, 6.53},
       right,
       {{"S", {0, 0, 0}}, {"Na", {0.25, 0.25, 0.25}}},
       "antifluorite, a at room temperature"},
      {"na2s_pnma",
       "P n m a",
       {6.707, 4.120, 8.025},
       right,
       {{"Na", {0.1250, 0.25, 0.4217}},
        {"Na", {0.0202, 0.25, 0.8370}},
        {"S", {0.2377, 0.25, 0.0959}}},
       "cell at 8.2 GPa: Vegas et al. 2001, Acta Cryst. B57, 151; coordinates of cotunnite"},
      {"na2s_ni2in",
       "P 63/m m c",
       {4.376, 4.376, 5.856},
       hexagonal,
       {{"Na", {0, 0, 0}}, {"Na", {third, two_thirds, 0.75}}, {"S", {third, two_thirds, 0.25}}},
       "cell at 16.6 GPa: Vegas et al. 2001, Acta Cryst. B57, 151"},
      {"na2s2",
       "P 63/m m c",
       {4.489, 4.489, 10.227},
       hexagonal,
       {{"Na", {0, 0, 0}}, {"Na", {third, two_thirds, 0.25}}, {"S", {third, two_thirds, 0.8555}}},
       "ICSD 73173, " + raman},
      {"na2s4",
       "I -4 2 d",
       {9.5965, 9.5965, 11.7885},
       right,
       {{"Na", {0, 0, 0.16953}},
        {"Na", {0.27647, 0.25, 0.125}},
        {"S", {0.03373, 0.24952, 0.29644}},
        {"S", {0.14693, 0.11600, 0.39956}}},
       "ICSD 2586, " + raman},
      {"na2s5",
       "P n m a",
       {7.654, 14.510, 5.846},
       right,
       {{"Na", {0.5, 0, 0.5}},
        {"Na", {0.55399, 0.25, 0.69738}},
        {"S", {0.79771, 0.10248, 0.66313}},
        {"S", {0.95747, 0.13475, 0.39078}},
        {"S", {0.85341, 0.25, 0.23418}}},
       "ICSD 38349, " + raman},
      {"na2s5_pba2",
       "P b a 2",
       {7.3737, 10.5271, 4.0959},
       right,
       {{"Na", {0.57554, 0.78952, 0.25}},
        {"S", {0.73076, 0.49854, 0.66810}},
        {"S", {0.80266, 0.68005, 0.74290}},
        {"S", {0, 0, 0.37840}}},
       "ICSD 430333, " + raman},
      {"p2o5",
       "P n m a",
       {9.193, 4.890, 7.162},
       right,
       {{"P", {0.90207, 0.25, 0.15429}},
        {"P", {0.74238, 0.25, 0.79152}},
        {"O", {0.7762, 0.25, 0.0070}},
        {"O", {0.0517, 0.25, 0.0896}},
        {"O", {0.8612, 0.25, 0.6611}},
        {"O", {0.8642, 0.0014, 0.2838}}},
       "ICSD 79698, " + raman},
      {"p2s5",
       "P -1",
       {9.0072, 9.2080, 9.1950},
       {92.500, 100.720, 109.842},
       {{"P", {0.73760, 0.91084, 0.18668}},
        {"P", {0.08967, 0.84207, 0.28748}},
        {"P", {0.73012, 0.56010, 0.30026}},
        {"P", {0.82248, 0.65524, 0.96428}},
        {"S", {0.6480, 0.0693, 0.1898}},
        {"S", {0.98250, 0.01066, 0.28817}},
        {"S", {0.62110, 0.72876, 0.30175}},
        {"S", {0.71312, 0.82295, 0.96561}},
        {"S", {0.3132, 0.9356, 0.3784}},
        {"S", {0.97534, 0.66172, 0.40474}},
        {"S", {0.06709, 0.75592, 0.06704}},
        {"S", {0.62700, 0.39138, 0.40210}},
        {"S", {0.70970, 0.47328, 0.08015}},
        {"S", {0.80280, 0.57589, 0.76374}}},
       "ICSD 409061, " + raman},
      {"na3ps4_tetragonal",
       "P -4 21 c",
       {6.956, 6.956, 7.088},
       right,
       {{"Na", {0, 0.5, 0.426}},
        {"Na", {0, 0, 0}},
        {"P", {0, 0, 0.5}},
        {"S", {0.315, 0.345, 0.167}}},
       "Rietveld refinement, PMC5028709, table 3"},
      {"na3ps4_cubic",
       "I -4 3 m",
       {7.06985, 7.06985, 7.06985},
       right,
       {{"Na", {0, 0.5, 0.5}}, {"P", {0, 0, 0}}, {"S", {0.1674, 0.1674, 0.1674}}},
       "a of COD 7229733; x from a P-S bond of 2.05 A"},
      {"na3po4",
       "P -4 21 c",
       {10.8900, 10.8900, 6.7655},
       right,
       {{"Na", {0.53661, 0.75740, 0.19007}},
        {"Na", {0.74108, 0.71453, 0.54271}},
        {"Na", {0.5, 0.5, 0.5}},
        {"Na", {0.5, 0.5, 0}},
        {"Na", {0, 0.5, 0.55334}},
        {"P", {0.48564, 0.76418, 0.72953}},
        {"O", {0.41855, 0.66703, 0.86365}},
        {"O", {0.39575, 0.87624, 0.70067}},
        {"O", {0.51540, 0.70718, 0.52324}},
        {"O", {0.60652, 0.81019, 0.83258}}},
       "computed (PBE0) from ICSD 97205, " + raman},
      {"s_alpha",
       "F d d d:2",
       {10.4646, 12.8660, 24.4860},
       right,
       {{"S", {0.14415, 0.04732, 0.04860}},
        {"S", {0.29277, 0.22690, 0.25406}},
        {"S", {0.21598, 0.28022, 0.32618}},
        {"S", {0.21405, 0.15761, 0.37947}}},
       "AFLOW prototype A_oF128_70_4h",
       true},
      {"o2_alpha",
       "C 1 2/m 1",
       {5.403, 3.433, 5.079},
       {90, 132.32, 90},
       {{"O", {0.106, 0, 0.173}}},
       "Meier and Helmholdt 1984, Phys. Rev. B 29, 1387",
       true},
      {"so2",
       "A b a 2",
       {6.07, 5.94, 6.14},
       right,
       {{"S", {0, 0, 0}}, {"O", {0.140, 0.150, 0.118}}},
       "143 K: Post, Schwartz and Fankuchen 1952, Acta Cryst. 5, 372",
       true},
      {"na_bcc", "I m -3 m", {4.29, 4.29, 4.29}, right, {{"Na", {0, 0, 0}}}, "293 K", true},
      {"na_hcp",
       "P 63/m m c",
       {3.767, 3.767, 6.154},
       hexagonal,
       {{"Na", {third, two_thirds, 0.25}}},
       "low-temperature martensite",
       true},
  };
}

/// Sets pairs of oxygen to the length of a free molecule, centres kept.
void correct_molecules(Frame& frame) {
  std::vector<bool> moved(frame.size(), false);
  for (std::size_t i = 0; i < frame.size(); ++i)
    for (std::size_t j = i + 1; j < frame.size() && !moved[i]; ++j) {
      const Vec3 bond = frame.cell->minimum_image(frame.positions[j] - frame.positions[i]);
      const double length = norm(bond);
      if (length > 1.5 || moved[j]) continue;
      const Vec3 shift = 0.5 * (1 - oxygen_molecule / length) * bond;
      frame.positions[i] += shift;
      frame.positions[j] -= shift;
      moved[i] = moved[j] = true;
    }
}

}  // namespace

const std::vector<Prototype>& prototypes() {
  static const std::vector<Prototype> table = make_table();
  return table;
}

const Prototype& prototype(const std::string& name) {
  std::vector<std::string> known;
  for (const Prototype& p : prototypes()) {
    if (p.name == name) return p;
    known.push_back(p.name);
  }
  throw InputError(fmt::format("prototype '{}' must be one of {}{}", name, fmt::join(known, ", "),
                               did_you_mean(name, known)));
}

Frame expand(const Prototype& p) {
  const gemmi::SpaceGroup* group = gemmi::find_spacegroup_by_name(p.group);
  if (group == nullptr) throw InputError(fmt::format("space group '{}' is unknown", p.group));
  Frame frame;
  frame.cell = Cell::from_lengths_angles(p.lengths, p.angles);
  const auto distance = [&](const Vec3& a, const Vec3& b) {
    return norm(frame.cell->minimum_image(a - b));
  };
  for (const Site& site : p.sites) {
    int species = frame.species.find(site.element);
    if (species < 0) {
      species = static_cast<int>(frame.species.names.size());
      frame.species.names.push_back(site.element);
    }
    const std::size_t first = frame.size();
    for (const gemmi::Op& op : group->operations().all_ops_sorted()) {
      const Vec3 r = frame.cell->wrapped(frame.cell->cartesian({op.apply_to_xyz(site.fractional)}));
      bool there = false;
      for (std::size_t i = 0; i < frame.size() && !there; ++i) {
        const double d = distance(r, frame.positions[i]);
        there = i >= first && d < same_place;
        if (!there && d < contact)
          throw InputError(fmt::format(
              "prototype {}: {} at {:.4f} {:.4f} {:.4f} stands {:.2f} A "
              "from another atom",
              p.name, site.element, site.fractional[0], site.fractional[1], site.fractional[2], d));
      }
      if (there) continue;
      frame.positions.push_back(r);
      frame.species.of_atom.push_back(species);
    }
  }
  if (frame.species.names == std::vector<std::string>{"O"}) correct_molecules(frame);
  frame.info["parent"] = p.name;
  return frame;
}

Frame supercell(const Frame& frame, const std::array<std::size_t, 3>& copies) {
  if (!frame.cell) throw InputError("a frame without a cell has no supercell");
  if (copies[0] * copies[1] * copies[2] == 0)
    throw InputError(fmt::format("supercell {} x {} x {} must have at least one copy each way",
                                 copies[0], copies[1], copies[2]));
  Frame big = frame;
  big.labels = {};
  big.velocities.clear();
  big.positions.clear();
  big.species.of_atom.clear();
  Mat3 rows = frame.cell->rows();
  for (std::size_t a = 0; a < 3; ++a) rows[a] = static_cast<double>(copies[a]) * rows[a];
  big.cell = Cell(rows);
  for (std::size_t i = 0; i < frame.size(); ++i)
    for (std::size_t a = 0; a < copies[0]; ++a)
      for (std::size_t b = 0; b < copies[1]; ++b)
        for (std::size_t c = 0; c < copies[2]; ++c) {
          const Vec3 steps{static_cast<double>(a), static_cast<double>(b), static_cast<double>(c)};
          big.positions.push_back(frame.positions[i] + steps * frame.cell->rows());
          big.species.of_atom.push_back(frame.species.of_atom[i]);
        }
  return big;
}

Frame scaled(const Frame& frame, double factor) {
  if (!frame.cell) throw InputError("a frame without a cell cannot be scaled");
  if (!(factor > 0)) throw InputError(fmt::format("scale = {} must be positive", factor));
  Frame result = frame;
  result.labels = {};
  result.velocities.clear();
  result.cell = Cell(factor * frame.cell->rows());
  for (Vec3& r : result.positions) r = factor * r;
  return result;
}

}  // namespace vitrion::structures
