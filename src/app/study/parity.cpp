#include "app/study/parity.hpp"

#include <fmt/format.h>

#include <cmath>

#include "edges/formats/model/file.hpp"
#include "potential/engine.hpp"
#include "train/dataset.hpp"

namespace vitrion::app {

double ParitySeries::rmse() const {
  double sum = 0;
  for (std::size_t i = 0; i < label.size(); ++i)
    sum += (predicted[i] - label[i]) * (predicted[i] - label[i]);
  return label.empty() ? 0 : std::sqrt(sum / static_cast<double>(label.size()));
}

double ParitySeries::mae() const {
  double sum = 0;
  for (std::size_t i = 0; i < label.size(); ++i) sum += std::abs(predicted[i] - label[i]);
  return label.empty() ? 0 : sum / static_cast<double>(label.size());
}

std::vector<ParitySeries> parity_of(const std::vector<std::string>& models,
                                    const std::vector<structures::Frame>& frames,
                                    std::shared_ptr<ThreadPool> threads) {
  const potential::Model first = formats::read_model(models.front());
  const train::Dataset data({{"parity", frames}}, first.type_map, first.descriptor.rcut, *threads);
  std::vector<potential::Result> mean(frames.size());
  const double share = 1.0 / static_cast<double>(models.size());
  for (const std::string& file : models) {
    potential::Engine engine(formats::read_model(file), {}, threads);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      structures::NeighbourList scratch;
      potential::Result result;
      engine.compute(data.configuration(0, i, scratch), result);
      mean[i].energy += share * result.energy;
      mean[i].virial += share * result.virial;
      mean[i].force.resize(result.force.size(), Vec3{});
      for (std::size_t a = 0; a < result.force.size(); ++a)
        mean[i].force[a] += share * result.force[a];
    }
  }
  ParitySeries energy{"energy", "eV/atom", {}, {}};
  ParitySeries force{"force", "eV/A", {}, {}};
  ParitySeries virial{"virial", "eV/atom", {}, {}};
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const structures::Labels& labels = data.frame(0, i).labels;
    const double per_atom = 1.0 / static_cast<double>(data.frame(0, i).size());
    energy.label.push_back(*labels.energy * per_atom);
    energy.predicted.push_back(mean[i].energy * per_atom);
    for (std::size_t a = 0; a < labels.forces.size(); ++a)
      for (std::size_t c = 0; c < 3; ++c) {
        force.label.push_back(labels.forces[a][c]);
        force.predicted.push_back(mean[i].force[a][c]);
      }
    if (!labels.virial) continue;
    for (std::size_t r = 0; r < 3; ++r)
      for (std::size_t c = 0; c < 3; ++c) {
        virial.label.push_back((*labels.virial)[r][c] * per_atom);
        virial.predicted.push_back(mean[i].virial[r][c] * per_atom);
      }
  }
  return {energy, force, virial};
}

std::string to_csv(const ParitySeries& series) {
  std::string text = "label,predicted\n";
  for (std::size_t i = 0; i < series.label.size(); ++i)
    text += fmt::format("{:.6g},{:.6g}\n", series.label[i], series.predicted[i]);
  return text;
}

}  // namespace vitrion::app
