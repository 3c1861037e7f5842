#include "edges/lammps/model_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hpp"
#include "edges/formats/model/file.hpp"
#include "potential/slots.hpp"

namespace vitrion::lammps {

using potential::Engine;

ModelSet::ModelSet(PairSettings settings, std::shared_ptr<ThreadPool> threads)
    : settings_(std::move(settings)), threads_(std::move(threads)) {
  for (const std::string& path : settings_.models)
    members_.emplace_back(path, engine_of(formats::read_model(path), false));
}

Engine ModelSet::engine_of(const potential::Model& model, bool atom_virial) const {
  potential::EngineOptions options;
  options.precision = settings_.precision;
  options.atom_virial = atom_virial;
  return {model, options, threads_};
}

double ModelSet::cutoff() const {
  double largest = 0;
  for (const Member& m : members_) largest = std::max(largest, m.engine.cutoff());
  return largest;
}

std::vector<std::string> ModelSet::descriptions() const {
  std::vector<std::string> texts;
  for (const Member& m : members_)
    texts.push_back(fmt::format("{} ({}; {})", m.path, fmt::join(m.engine.model().type_map, " "),
                                m.engine.description()));
  return texts;
}

std::string ModelSet::map(const std::vector<std::string>& elements, std::size_t lammps_types) {
  std::string warning;
  const auto& first_map = members_[0].engine.model().type_map;
  for (Member& m : members_) {
    const auto& type_map = m.engine.model().type_map;
    if (elements.empty() && type_map != first_map)
      throw InputError(
          fmt::format("{} lists its elements as {}, but {} as {}: name them, "
                      "pair_coeff * * {}",
                      m.path, fmt::join(type_map, " "), members_[0].path, fmt::join(first_map, " "),
                      fmt::join(first_map, " ")));
    TypeMap map = map_types(elements, lammps_types, type_map);
    m.model_type = std::move(map.model_type);
    if (warning.empty()) warning = std::move(map.warning);
  }
  return warning;
}

std::string ModelSet::element(int type) const {
  const int t = members_[0].type(type);
  return t < 0 ? "NULL" : members_[0].engine.model().type_map[static_cast<std::size_t>(t)];
}

void ModelSet::evaluate(const NeighbourRows& rows, std::span<const int> types, std::size_t models,
                        bool atom_virial) {
  for (std::size_t k = 0; k < models; ++k) {
    Member& m = members_[k];
    m.types.resize(types.size());
    for (std::size_t a = 0; a < types.size(); ++a) m.types[a] = m.type(types[a]);
    Engine* engine = &m.engine;
    if (atom_virial && k == 0) {
      if (!m.with_atom_virial) m.with_atom_virial = engine_of(m.engine.model(), true);
      engine = &*m.with_atom_virial;
    }
    engine->compute({.types = m.types,
                     .first = rows.first(),
                     .index = rows.index(),
                     .displacement = rows.displacement()},
                    m.result);
  }
}

bool ModelSet::overflows(std::size_t models) const {
  for (std::size_t k = 0; k < models; ++k) {
    const std::vector<int>& sel = members_[k].engine.model().descriptor.sel;
    for (std::size_t t = 0; t < sel.size(); ++t)
      if (members_[k].result.most_neighbours[t] > sel[t]) return true;
  }
  return false;
}

std::vector<int> ModelSet::most_neighbours(std::size_t models) const {
  std::vector<int> most;
  for (std::size_t k = 0; k < models; ++k) {
    const std::vector<int>& seen = members_[k].result.most_neighbours;
    most.insert(most.end(), seen.begin(), seen.end());
  }
  return most;
}

std::string ModelSet::overflow_text(const std::vector<int>& most) const {
  std::vector<std::string> parts;
  auto rest = most.begin();
  for (const Member& m : members_) {
    if (rest == most.end()) break;  // this model was not evaluated
    const potential::Model& model = m.engine.model();
    const auto end = rest + static_cast<long>(model.types());
    const std::string shortage = potential::sel_shortage(model, {rest, end});
    if (!shortage.empty()) parts.push_back(fmt::format("{}: {}", m.path, shortage));
    rest = end;
  }
  return fmt::format("{}; the farthest neighbours are dropped (said once)", fmt::join(parts, "; "));
}

}  // namespace vitrion::lammps
