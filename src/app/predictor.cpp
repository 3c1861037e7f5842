#include "app/predictor.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "base/error.hpp"
#include "edges/formats/model/file.hpp"
#include "potential/frame_configuration.hpp"
#include "potential/slots.hpp"

namespace vitrion::app {

std::optional<potential::Precision> parse_precision(const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (name == "single") return potential::Precision::float32;
  if (name == "double") return potential::Precision::float64;
  throw InputError(fmt::format("precision '{}' must be single or double{}", name,
                               did_you_mean(name, {"single", "double"})));
}

Predictor::Predictor(std::string path, potential::EngineOptions options,
                     std::shared_ptr<ThreadPool> threads)
    : path_(std::move(path)),
      engine_(formats::read_model(path_), std::move(options), std::move(threads)) {}

void Predictor::predict(const structures::Frame& frame, potential::Result& result) {
  const potential::FrameConfiguration configuration(frame, engine_.model());
  engine_.compute(configuration.configuration(), result);
  potential::keep_most(most_neighbours_, result.most_neighbours);
  if (!std::isfinite(result.energy))
    throw Error(fmt::format("{}: the energy is not finite", path_));
}

std::string Predictor::shortage() const {
  const std::string text = potential::sel_shortage(engine_.model(), most_neighbours_);
  return text.empty() ? text : fmt::format("{}: {}", path_, text);
}

void report_shortage(const std::vector<Predictor>& predictors, bool strict) {
  for (const Predictor& predictor : predictors) {
    const std::string text = predictor.shortage();
    if (text.empty()) continue;
    if (strict) throw InputError(text);
    fmt::print(stderr, "vitrion: warning: {}; the farthest neighbours were left out\n", text);
  }
}

}  // namespace vitrion::app
