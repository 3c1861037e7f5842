#include "learn/motifs.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "structures/neighbours.hpp"

namespace vitrion::learn {

namespace {

constexpr double stretch = 1.25;  // of a bond, beyond which it is none

enum class Role { other, former, anion };

struct Kind {
  std::string_view symbol;
  Role role;
  double radius;  // A, covalent (Cordero 2008)
};

constexpr Kind kinds[] = {
    {"B", Role::former, 0.84},  {"Al", Role::former, 1.21}, {"Si", Role::former, 1.11},
    {"P", Role::former, 1.07},  {"Ge", Role::former, 1.20}, {"As", Role::former, 1.19},
    {"Sn", Role::former, 1.39}, {"Sb", Role::former, 1.39}, {"N", Role::anion, 0.71},
    {"O", Role::anion, 0.66},   {"F", Role::anion, 0.57},   {"S", Role::anion, 1.05},
    {"Cl", Role::anion, 1.02},  {"Se", Role::anion, 1.20},  {"Br", Role::anion, 1.20},
    {"Te", Role::anion, 1.38},  {"I", Role::anion, 1.39}};

Kind kind_of(const std::string& symbol) {
  const auto found = std::ranges::find(kinds, symbol, &Kind::symbol);
  return found == std::end(kinds) ? Kind{"", Role::other, 0} : *found;
}

}  // namespace

std::array<std::size_t, 7> Motifs::counts() const {
  return {former_bonds, anion_bonds, bridges, shared_edges, free_anions, under, over};
}

std::array<double, 7> Motifs::shares() const {
  const auto share = [](std::size_t n, std::size_t of) {
    return of == 0 ? 0.0 : static_cast<double>(n) / static_cast<double>(of);
  };
  return {share(former_bonds, formers), share(anion_bonds, anions), share(bridges, anions),
          share(shared_edges, formers), share(free_anions, anions), share(under, formers),
          share(over, formers)};
}

Motifs& Motifs::operator+=(const Motifs& other) {
  formers += other.formers;
  anions += other.anions;
  former_bonds += other.former_bonds;
  anion_bonds += other.anion_bonds;
  bridges += other.bridges;
  shared_edges += other.shared_edges;
  free_anions += other.free_anions;
  under += other.under;
  over += other.over;
  return *this;
}

Motifs motifs_of(const structures::Frame& frame) {
  std::vector<Kind> kind;
  double largest = 0;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    kind.push_back(kind_of(frame.species.name(i)));
    largest = std::max(largest, kind.back().radius);
  }
  Motifs m;
  if (largest == 0) return m;
  const structures::NeighbourList list =
      structures::neighbour_list(frame.cell, frame.positions, 2 * stretch * largest);
  // Pairs of formers by the anions between them; images count as the atoms they are of.
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> between;
  for (std::size_t i = 0; i < list.centres(); ++i) {
    if (kind[i].role == Role::other) continue;
    std::vector<std::size_t> formers;
    std::size_t anions = 0;
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k) {
      const auto j = static_cast<std::size_t>(list.index[k]);
      if (kind[j].role == Role::other ||
          !(norm(list.displacement[k]) < stretch * (kind[i].radius + kind[j].radius)))
        continue;
      if (kind[j].role == Role::former)
        formers.push_back(j);
      else
        ++anions;
    }
    if (kind[i].role == Role::former) {
      ++m.formers;
      m.former_bonds += formers.size();  // halved below
      m.under += formers.size() + anions < 4;
      m.over += formers.size() + anions > 4;
      continue;
    }
    ++m.anions;
    m.anion_bonds += anions;  // halved below
    m.bridges += formers.size() >= 2;
    m.free_anions += formers.empty() && anions == 0;
    std::ranges::sort(formers);
    for (std::size_t a = 0; a < formers.size(); ++a)
      for (std::size_t b = a + 1; b < formers.size(); ++b)
        if (formers[a] != formers[b]) ++between[{formers[a], formers[b]}];
  }
  m.former_bonds /= 2;
  m.anion_bonds /= 2;
  for (const auto& [pair, shared] : between) m.shared_edges += shared >= 2;
  return m;
}

}  // namespace vitrion::learn
