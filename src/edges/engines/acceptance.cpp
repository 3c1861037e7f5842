#include "edges/engines/acceptance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitrion::engines {

namespace {

using formats::Calculation;
using Kind = learn::Failure::Kind;
using structures::Frame;

constexpr double geometry_tolerance = 1e-4;  // A

learn::Labelled failed(Kind kind, std::string cause) {
  return unexpected<learn::Failure>({kind, std::move(cause)});
}

Kind kind_of(const std::string& name) {
  if (name == "unconverged") return Kind::unconverged;
  if (name == "incomplete") return Kind::incomplete;
  return Kind::engine_error;
}

/// What differs between the frame that was asked for and the echo; empty if nothing does.
std::string difference(const Frame& asked, std::span<const std::size_t> order,
                       const Calculation& c) {
  if (c.species.size() != asked.size() || c.positions.size() != asked.size())
    return fmt::format("{} atoms were labelled, {} were asked for", c.positions.size(),
                       asked.size());
  if (!c.cell) return "the output does not say in which cell";
  const double digit = std::max(geometry_tolerance, c.cell_digit);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      const double moved = std::abs((*c.cell)[a][b] - asked.cell->rows()[a][b]);
      if (!(moved < digit))
        return fmt::format("cell vector {} differs by {:.3g} A from what was asked for", a, moved);
    }
  for (std::size_t k = 0; k < asked.size(); ++k) {
    const std::size_t i = order[k];
    if (c.species[k] != asked.species.name(i))
      return fmt::format("atom {} is {} in the result, {} was asked for", i, c.species[k],
                         asked.species.name(i));
    // Programs wrap atoms into the cell.
    const double moved = norm(asked.cell->minimum_image(c.positions[k] - asked.positions[i]));
    if (!(moved < digit))
      return fmt::format("atom {} stands {:.3g} A from where it was asked for", i, moved);
  }
  return {};
}

}  // namespace

learn::Labelled accept(const Acceptance& acceptance, const Frame& asked,
                       std::span<const std::size_t> order, const std::vector<Calculation>& found) {
  if (found.empty()) return failed(Kind::incomplete, "the output holds no calculation");
  if (found.size() > 1)
    return failed(Kind::mismatch,
                  fmt::format("the output holds {} calculations, one was asked for", found.size()));
  const Calculation& c = found.front();
  if (const auto d = formats::defect(c)) return failed(kind_of(d->kind), d->cause);
  if (std::string text = difference(asked, order, c); !text.empty())
    return failed(Kind::mismatch, std::move(text));
  Vec3 sum{};
  for (const Vec3& f : c.forces) sum += f;
  const double net = std::max(norm(sum), c.net_force ? norm(*c.net_force) : 0.0);
  if (!(net < acceptance.net_force))
    return failed(Kind::engine_error, fmt::format("the forces sum to {:.3g} eV/A, limit {:.3g}",
                                                  net, acceptance.net_force));
  Frame out = asked;
  out.labels = {};
  out.labels.energy = c.energy;
  out.labels.virial = c.virial;
  out.labels.forces.resize(asked.size());
  for (std::size_t k = 0; k < asked.size(); ++k)
    out.labels.forces[order[k]] = c.forces[k] - (1.0 / static_cast<double>(asked.size())) * sum;
  for (const char* key : {"kpoints", "energy_d3", "recipe"}) out.info.erase(key);
  out.info["level"] = acceptance.level;
  out.info["engine"] = acceptance.engine;
  out.info["version"] = c.engine + " " + c.version;
  out.info["settings_hash"] = acceptance.settings_hash;
  out.info["scf_steps"] = fmt::format("{}", c.scf_steps);
  out.info["force_sum"] = fmt::format("{:.5f}", net);
  if (!acceptance.kpoints.empty()) out.info["kpoints"] = acceptance.kpoints;
  return out;
}

std::vector<std::size_t> grouped(const Frame& frame) {
  std::vector<std::size_t> order(frame.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return frame.species.of_atom[i]; });
  return order;
}

}  // namespace vitrion::engines
