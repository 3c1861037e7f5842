#include "edges/engines/acceptance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "edges/engines/geometry_echo.hpp"

namespace vitrion::engines {

namespace {

using formats::Calculation;
using Kind = learn::Failure::Kind;
using structures::Frame;

Kind kind_of_defect(const std::string& name) {
  if (name == "unconverged") return Kind::unconverged;
  if (name == "incomplete") return Kind::incomplete;
  return Kind::engine_error;
}

}  // namespace

learn::Labelled accept(const Acceptance& acceptance, const Frame& asked,
                       std::span<const std::size_t> order, const std::vector<Calculation>& found) {
  if (found.empty()) return failed(Kind::incomplete, "the output holds no calculation");
  if (found.size() > 1)
    return failed(Kind::mismatch,
                  fmt::format("the output holds {} calculations, one was asked for", found.size()));
  const Calculation& c = found.front();
  if (const auto d = formats::defect(c)) return failed(kind_of_defect(d->kind), d->cause);
  const double digit = std::max(geometry_tolerance, c.cell_digit);
  if (std::string text = geometry_difference(asked, {c.species, c.positions, c.cell}, order, digit);
      !text.empty())
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
