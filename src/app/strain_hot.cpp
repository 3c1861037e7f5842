#include "app/strain_hot.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "analysis/statistics.hpp"
#include "app/study/dynamics.hpp"
#include "base/error.hpp"
#include "base/units.hpp"

namespace vitrion::app {

using structures::Frame;

namespace {

Chain chain_at(const Frame& structure, double linear_strain, const std::string& model,
               const std::string& folder, const HotStrainOptions& options, double timestep) {
  Chain chain;
  chain.name = fmt::format("strain {:+.2g} %", 100 * linear_strain);
  chain.folder = folder;
  chain.start = structure;
  chain.start.cell = structures::Cell((1 + linear_strain) * structure.cell->rows());
  for (Vec3& r : chain.start.positions) r = (1 + linear_strain) * r;
  chain.protocol.timestep = timestep;
  // The same velocities at each strain: what they have in common falls out of the slope.
  chain.protocol.seed = 1;
  chain.protocol.segments = {md::Segment::hold(options.temperature, options.settle),
                             md::Segment::hold(options.temperature, options.time)};
  chain.protocol.observers.thermo = 0.02;
  chain.models = {model};
  return chain;
}

/// GPa, over the chain's second segment.
double mean_pressure(const ChainResult& result) {
  std::uint64_t first = 0;
  for (const md::Chunk& chunk : result.chunks)
    if (chunk.segment == 1) {
      first = chunk.first_step;
      break;
    }
  std::vector<double> bar;
  for (const md::ThermoRow& row : result.rows)
    if (row.step > first) bar.push_back(row.pressure);
  return analysis::mean(bar) / units::eV_per_A3_in_bar * units::eV_per_A3_in_GPa;
}

}  // namespace

void HotStrainOptions::validate() const {
  const auto positive = [](double value, const char* name, const char* unit) {
    if (!(std::isfinite(value) && value > 0))
      throw InputError(fmt::format("{} = {:g} {} must be positive", name, value, unit));
  };
  positive(temperature, "temperature", "K");
  positive(settle, "settle", "ps");
  positive(time, "time", "ps");
  if (points < 5 || points % 2 == 0)
    throw InputError(fmt::format("points = {} must be odd and at least 5", points));
  if (!(strain > 0 && strain <= 10))
    throw InputError(fmt::format("strain = {:g} % must be over 0 and at most 10", strain));
}

analysis::StrainModulus strain_at_temperature(const Pipeline& pipeline, const Frame& structure,
                                              const std::string& model, const std::string& folder,
                                              const HotStrainOptions& options) {
  options.validate();
  if (!structure.cell) throw InputError("a structure without a cell cannot be strained");
  std::vector<Chain> chains;
  std::vector<double> strains;
  for (std::size_t k = 0; k < options.points; ++k) {
    const double place = 2.0 * static_cast<double>(k) / static_cast<double>(options.points - 1) - 1;
    strains.push_back(options.strain / 100 * place);
    chains.push_back(chain_at(structure, strains.back(), model,
                              (std::filesystem::path(folder) / fmt::format("{:02}", k)).string(),
                              options, pipeline.study.dynamics.timestep));
  }
  const std::vector<ChainResult> results = run_chains(pipeline, "strain", chains);
  std::vector<analysis::StrainPoint> points;
  for (std::size_t k = 0; k < results.size(); ++k)
    points.push_back({strains[k], chains[k].start.cell->volume(), mean_pressure(results[k]), true});
  return analysis::strain_modulus(std::move(points), structure.cell->volume());
}

}  // namespace vitrion::app
