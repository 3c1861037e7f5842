#include "analysis/rings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::analysis {

namespace {

using Image = std::array<int, 3>;

/// An atom in one of its periodic images.
struct Node {
  std::size_t atom = 0;
  Image image{};

  auto operator<=>(const Node&) const = default;
};

/// a + sign b.
Image moved(const Image& a, const Image& b, int sign) {
  return {a[0] + sign * b[0], a[1] + sign * b[1], a[2] + sign * b[2]};
}

/// P and the anions that bridge two of them; an anion at an end closes no ring.
struct Network {
  std::vector<std::vector<Node>> bonds;  // of each atom, images relative to its own
  std::vector<std::size_t> formers;

  [[nodiscard]] std::vector<Node> next_to(const Node& node) const {
    std::vector<Node> result;
    for (const Node& b : bonds[node.atom])
      result.push_back({b.atom, moved(node.image, b.image, 1)});
    return result;
  }
};

bool is_former_bond(const std::string& a, const std::string& b) {
  return (a == "P" && (b == "S" || b == "O")) || (b == "P" && (a == "S" || a == "O"));
}

Network network_of(const structures::Frame& frame, const BondCutoffs& cutoffs) {
  Network network;
  network.bonds.resize(frame.size());
  const structures::NeighbourList list =
      structures::neighbour_list(frame.cell, frame.positions, std::max(cutoffs.P_S, cutoffs.P_O));
  for (std::size_t i = 0; i < frame.size(); ++i) {
    if (frame.species.name(i) == "P") network.formers.push_back(i);
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k) {
      const auto j = static_cast<std::size_t>(list.index[k]);
      const std::string& a = frame.species.name(i);
      const std::string& b = frame.species.name(j);
      if (!is_former_bond(a, b) || norm(list.displacement[k]) > longest_bond(a, b, cutoffs))
        continue;
      const Vec3 lattice =
          frame.cell->fractional(list.displacement[k] - (frame.positions[j] - frame.positions[i]))
              .s;
      network.bonds[i].push_back(
          {j,
           {static_cast<int>(std::lround(lattice[0])), static_cast<int>(std::lround(lattice[1])),
            static_cast<int>(std::lround(lattice[2]))}});
    }
  }
  for (const std::size_t p : network.formers)
    std::erase_if(network.bonds[p],
                  [&](const Node& x) { return network.bonds[x.atom].size() < 2; });
  return network;
}

/// All shortest paths from `start` to `end` of at most `longest` bonds that use neither the atom
/// `without` nor the direct bond of the two, as the nodes from start to end.
class ShortestPaths {
 public:
  ShortestPaths(const Network& network, const Node& start, const Node& end,
                const std::optional<Node>& without, std::size_t longest)
      : network_(network), start_(start), end_(end) {
    std::map<Node, std::size_t> depth{{start, 0}};
    std::vector<Node> shell{start};
    for (std::size_t d = 1; d <= longest && !shell.empty() && !depth.count(end); ++d) {
      std::vector<Node> further;
      for (const Node& node : shell)
        for (const Node& other : network.next_to(node)) {
          if (other == without || (node == start && other == end)) continue;
          const auto [at, is_new] = depth.try_emplace(other, d);
          if (is_new) further.push_back(other);
          if (at->second == d) before_[other].push_back(node);
        }
      shell = std::move(further);
    }
  }

  [[nodiscard]] std::vector<std::vector<Node>> all() const {
    std::vector<std::vector<Node>> paths;
    if (!before_.count(end_)) return paths;
    std::vector<Node> path{end_};
    collect(path, paths);
    return paths;
  }

 private:
  void collect(std::vector<Node>& path, std::vector<std::vector<Node>>& paths) const {
    if (path.back() == start_) {
      paths.push_back(path);
      return;
    }
    for (const Node& node : before_.at(path.back())) {
      path.push_back(node);
      collect(path, paths);
      path.pop_back();
    }
  }

  const Network& network_;
  Node start_;
  Node end_;
  std::map<Node, std::vector<Node>> before_;
};

/// The nodes of a ring in one order and one periodic image, whichever way it was found; empty if an
/// atom comes twice, as in a chain that meets its own image.
std::vector<Node> name_of_ring(std::vector<Node> nodes) {
  std::sort(nodes.begin(), nodes.end());
  for (std::size_t k = 1; k < nodes.size(); ++k)
    if (nodes[k].atom == nodes[k - 1].atom) return {};
  const Image origin = nodes.front().image;
  for (Node& node : nodes) node.image = moved(node.image, origin, -1);
  return nodes;
}

}  // namespace

RingCounts count_rings(const structures::Frame& frame, const RingOptions& options) {
  if (!frame.cell) throw InputError("the frame has no cell: bonds across its faces are unknown");
  if (options.longest < 2)
    throw InputError(fmt::format("longest = {} must be at least 2 P", options.longest));
  const Network network = network_of(frame, options.cutoffs);
  if (network.formers.empty()) throw InputError("the frame has no P: there are no rings to count");

  std::set<std::vector<Node>> found;
  const auto keep = [&](std::vector<Node> ring) {
    std::vector<Node> name = name_of_ring(std::move(ring));
    if (!name.empty()) found.insert(std::move(name));
  };
  for (const std::size_t p : network.formers) {
    const Node centre{p, {}};
    const std::vector<Node> anions = network.next_to(centre);
    for (std::size_t i = 0; i < anions.size(); ++i) {
      if (options.criterion == RingCriterion::guttman) {
        for (std::vector<Node>& path :
             ShortestPaths(network, centre, anions[i], std::nullopt, 2 * options.longest - 1).all())
          keep(std::move(path));
        continue;
      }
      for (std::size_t j = i + 1; j < anions.size(); ++j)
        for (std::vector<Node>& path :
             ShortestPaths(network, anions[i], anions[j], centre, 2 * options.longest - 2).all()) {
          path.push_back(centre);
          keep(std::move(path));
        }
    }
  }

  RingCounts counts;
  std::set<std::size_t> formers;
  for (const std::vector<Node>& ring : found) {
    counts.of_size[ring.size() / 2] += 1;
    for (const Node& node : ring)
      if (frame.species.name(node.atom) == "P") formers.insert(node.atom);
  }
  counts.formers_in_rings = static_cast<double>(formers.size());
  return counts;
}

void RingSeries::add(const structures::Frame& frame) {
  try {
    frames_.push_back(count_rings(frame, options_));
  } catch (const InputError& e) {
    throw InputError(fmt::format("frame {}: {}", frames_.size(), e.what()));
  }
  phosphorus_ = frame.species.counts()[static_cast<std::size_t>(frame.species.find("P"))];
}

std::vector<double> RingSeries::series(std::size_t n) const {
  std::vector<double> x;
  for (const RingCounts& frame : frames_) {
    const auto at = frame.of_size.find(n);
    x.push_back(at == frame.of_size.end() ? 0 : at->second);
  }
  return x;
}

std::vector<double> RingSeries::share_in_rings() const {
  std::vector<double> x;
  for (const RingCounts& frame : frames_) x.push_back(frame.formers_in_rings / phosphorus_);
  return x;
}

std::size_t RingSeries::largest() const {
  std::size_t n = 0;
  for (const RingCounts& frame : frames_)
    if (!frame.of_size.empty()) n = std::max(n, frame.of_size.rbegin()->first);
  return n;
}

Rings rings(std::span<const RingSeries> runs) {
  if (runs.empty() || runs[0].frames() == 0) throw InputError("rings of no frames");
  Rings result;
  result.options = runs[0].options();
  result.replicas = runs.size();
  std::size_t largest = 0;
  for (const RingSeries& run : runs) {
    result.frames += run.frames();
    largest = std::max(largest, run.largest());
  }
  const std::string method = "bonds by distance, error from the autocorrelation time";
  const auto combined = [&](auto&& series_of) {
    std::vector<CorrelatedMean> means;
    for (const RingSeries& run : runs) means.push_back(correlated_mean(series_of(run)));
    Estimate e = combine_means(means, "1", method);
    e.low = std::max(0.0, e.low);  // a count is not negative, whatever few replicas allow
    return e;
  };
  for (std::size_t n = 2; n <= largest; ++n) {
    const Estimate count = combined([&](const RingSeries& run) { return run.series(n); });
    const Estimate per_P = combined([&](const RingSeries& run) {
      std::vector<double> x = run.series(n);
      for (double& v : x) v /= run.phosphorus();
      return x;
    });
    result.sizes.push_back({n, count, per_P});
  }
  result.in_rings = combined([](const RingSeries& run) { return run.share_in_rings(); });
  result.in_rings.high = std::min(1.0, result.in_rings.high);
  return result;
}

}  // namespace vitrion::analysis
