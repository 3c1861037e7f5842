#include "potential/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/error.hpp"

namespace vitrion::potential {

namespace {

bool holds(const std::vector<TypePair>& pairs, int a, int b) {
  return std::any_of(pairs.begin(), pairs.end(), [&](const TypePair& p) {
    return p == TypePair{a, b} || p == TypePair{b, a};
  });
}

void require(bool valid, const std::string& message) {
  if (!valid) throw InputError(message);
}

void check_size(const std::string& key, std::size_t size, std::size_t expected, const char* of) {
  require(size == expected,
          fmt::format("{} has {} entries, needs {} ({})", key, size, expected, of));
}

void check_finite(const std::string& key, const std::vector<double>& values) {
  const auto bad =
      std::find_if(values.begin(), values.end(), [](double x) { return !std::isfinite(x); });
  if (bad != values.end())
    throw InputError(fmt::format("{}[{}] = {} is not finite", key, bad - values.begin(), *bad));
}

void check_types(const std::string& key, const std::vector<int>& values, std::size_t types) {
  for (const int t : values)
    require(t >= 0 && t < static_cast<int>(types),
            fmt::format("{}: type {} must be in 0 .. {}", key, t, types - 1));
}

void check_pairs(const std::string& key, const std::vector<TypePair>& pairs, std::size_t types) {
  for (const auto& [a, b] : pairs) check_types(key, {a, b}, types);
}

void check_widths(const std::string& key, const std::vector<std::size_t>& neuron) {
  require(!neuron.empty(), key + " is empty, needs at least one layer");
  for (const std::size_t width : neuron) require(width > 0, key + ": a layer of width 0");
}

/// Layers of the given widths one after the other, the first taking `in` numbers.
void check_network(const std::string& key, const Network& network, std::size_t in,
                   const std::vector<std::size_t>& widths) {
  check_size(key + ".layers", network.layers.size(), widths.size(), "one per width");
  for (std::size_t k = 0; k < widths.size(); ++k) {
    const Layer& layer = network.layers[k];
    const std::string at = fmt::format("{}.layers[{}]", key, k);
    require(layer.in == in && layer.out == widths[k],
            fmt::format("{} is {} x {}, needs {} x {}", at, layer.in, layer.out, in, widths[k]));
    check_size(at + ".w", layer.w.size(), layer.in * layer.out, "in x out");
    if (!layer.b.empty()) check_size(at + ".b", layer.b.size(), layer.out, "out");
    if (!layer.idt.empty()) check_size(at + ".idt", layer.idt.size(), layer.out, "out");
    check_finite(at + ".w", layer.w);
    check_finite(at + ".b", layer.b);
    check_finite(at + ".idt", layer.idt);
    in = layer.out;
  }
}

void check_descriptor(const Descriptor& d, std::size_t types) {
  require(std::isfinite(d.rcut) && d.rcut > 0,
          fmt::format("descriptor.rcut = {} A must be positive", d.rcut));
  require(d.rcut_smth >= 0 && d.rcut_smth < d.rcut,
          fmt::format("descriptor.rcut_smth = {} A must be in [0, descriptor.rcut = {} A)",
                      d.rcut_smth, d.rcut));
  check_size("descriptor.sel", d.sel.size(), types, "one per type");
  for (const int n : d.sel)
    require(n >= 0, fmt::format("descriptor.sel: {} must not be negative", n));
  require(d.slots() > 0, "descriptor.sel: the sum must be positive");
  check_widths("descriptor.neuron", d.neuron);
  require(
      d.axis_neuron > 0 && d.axis_neuron <= d.width(),
      fmt::format("descriptor.axis_neuron = {} must be in 1 .. {} (the last of descriptor.neuron)",
                  d.axis_neuron, d.width()));
  require(std::isfinite(d.env_protection) && d.env_protection >= 0,
          fmt::format("descriptor.env_protection = {} A must not be negative", d.env_protection));
  check_pairs("descriptor.exclude_types", d.exclude_types, types);
  check_size("descriptor.davg", d.davg.size(), types, "one per type");
  check_size("descriptor.dstd", d.dstd.size(), types, "one per type");
  for (std::size_t t = 0; t < types; ++t)
    for (std::size_t a = 0; a < 4; ++a) {
      require(std::isfinite(d.davg[t][a]), fmt::format("descriptor.davg[{}] is not finite", t));
      require(std::isfinite(d.dstd[t][a]) && d.dstd[t][a] > 0,
              fmt::format("descriptor.dstd[{}] = {} must be positive", t, d.dstd[t][a]));
    }
  const std::size_t nets = d.type_one_side ? types : types * types;
  check_size("descriptor.embeddings", d.embeddings.size(), nets,
             d.type_one_side ? "one per neighbour type" : "one per centre and neighbour type");
  for (std::size_t k = 0; k < nets; ++k)
    check_network(fmt::format("descriptor.embeddings[{}]", k), d.embeddings[k], 1, d.neuron);
}

void check_fitting(const Fitting& f, std::size_t types, std::size_t descriptor_size) {
  for (const std::size_t width : f.neuron) require(width > 0, "fitting.neuron: a layer of width 0");
  require(f.atom_ener.size() <= types,
          fmt::format("fitting.atom_ener has {} entries, at most {} (one per type) are allowed",
                      f.atom_ener.size(), types));
  check_size("fitting.bias_atom_e", f.bias_atom_e.size(), types, "one per type");
  check_finite("fitting.bias_atom_e", f.bias_atom_e);
  check_types("fitting.exclude_types", f.exclude_types, types);
  std::vector<std::size_t> widths = f.neuron;
  widths.push_back(1);
  if (!f.trainable.empty())
    check_size("fitting.trainable", f.trainable.size(), widths.size(), "one per layer");
  check_size("fitting.nets", f.nets.size(), types, "one per type");
  for (std::size_t t = 0; t < types; ++t)
    check_network(fmt::format("fitting.nets[{}]", t), f.nets[t], descriptor_size, widths);
}

}  // namespace

std::size_t Descriptor::slots() const {
  return static_cast<std::size_t>(std::accumulate(sel.begin(), sel.end(), 0L));
}

std::size_t Descriptor::width() const {
  return neuron.empty() ? 0 : neuron.back();
}

std::size_t Descriptor::size() const {
  return width() * axis_neuron;
}

const Network& Descriptor::embedding(int centre, int neighbour) const {
  const auto i = static_cast<std::size_t>(centre);
  const auto j = static_cast<std::size_t>(neighbour);
  return embeddings[type_one_side ? j : i + j * sel.size()];
}

bool Descriptor::excludes(int centre, int neighbour) const {
  return holds(exclude_types, centre, neighbour);
}

bool Fitting::excludes(int type) const {
  return std::find(exclude_types.begin(), exclude_types.end(), type) != exclude_types.end();
}

bool Fitting::removes_vacuum(int type) const {
  const auto fixed = [](const std::optional<double>& energy) { return energy.has_value(); };
  if (std::none_of(atom_ener.begin(), atom_ener.end(), fixed)) return false;
  const auto t = static_cast<std::size_t>(type);
  return t >= atom_ener.size() || fixed(atom_ener[t]);
}

bool Model::excludes_pair(int a, int b) const {
  return holds(pair_exclude_types, a, b);
}

bool Model::excludes_atom(int type) const {
  return std::find(atom_exclude_types.begin(), atom_exclude_types.end(), type) !=
         atom_exclude_types.end();
}

void Model::validate() const {
  require(!type_map.empty(), "type_map is empty, needs at least one element");
  std::set<std::string> seen;
  for (const std::string& name : type_map)
    require(seen.insert(name).second, fmt::format("type_map: '{}' stands there twice", name));
  check_descriptor(descriptor, types());
  check_fitting(fitting, types(), descriptor.size());
  check_size("out_bias", out_bias.size(), types(), "one per type");
  check_size("out_std", out_std.size(), types(), "one per type");
  check_finite("out_bias", out_bias);
  check_finite("out_std", out_std);
  check_types("atom_exclude_types", atom_exclude_types, types());
  check_pairs("pair_exclude_types", pair_exclude_types, types());
  if (min_nbor_dist)
    require(std::isfinite(*min_nbor_dist) && *min_nbor_dist >= 0,
            fmt::format("min_nbor_dist = {} A must not be negative", *min_nbor_dist));
}

}  // namespace vitrion::potential
