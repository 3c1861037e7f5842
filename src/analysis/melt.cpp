#include "analysis/melt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "analysis/statistics.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

constexpr double far = 3.0;  // A: about a neighbour's distance
constexpr double fewest_exchanges = 2;
constexpr std::size_t bins = 60;  // of a cooling run: thermal noise is averaged within each

/// Sum of squares about a straight line, and its slope.
struct Fit {
  double squares = 0;
  double slope = 0;
  double error = 0;
};

Fit fit_of(std::span<const double> x, std::span<const double> y) {
  const Line line = fit_line(x, y);
  Fit fit{0, line.slope, line.slope_error};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = y[i] - line.intercept - line.slope * x[i];
    fit.squares += d * d;
  }
  return fit;
}

}  // namespace

std::string MeltReport::verdict() const {
  if (equilibrated()) return "equilibrated";
  std::string text = "melt not equilibrated:";
  if (!diffuses)
    for (const auto& [name, value] : msd)
      if (value < far * far)
        text += fmt::format(" {} moved by {:.1f} A, not {:g};", name, std::sqrt(value), far);
  if (!forgot)
    text += fmt::format(" {:.0f} % of the first P-anion bonds are still there, not {:.0f};",
                        100 * memory, 100 / std::numbers::e);
  if (!mixed)
    text += fmt::format(" {:.1f} anions exchanged per P, not {:g};", exchanged, fewest_exchanges);
  text.pop_back();
  return text;
}

MeltCheck::Bonds MeltCheck::bonds_of(const structures::Frame& frame) const {
  Bonds result;
  for (const auto& [i, j] : bonds(frame, cutoffs_))
    for (const auto& [centre, other] : {std::pair{i, j}, std::pair{j, i}})
      if (frame.species.name(centre) == "P" && frame.species.name(other) != "P")
        result[centre].insert(other);
  return result;
}

void MeltCheck::add(const structures::Frame& frame) {
  if (!frame.cell) throw InputError(fmt::format("frame {} has no cell", frames_));
  if (frames_ > 0 && frame.size() != first_.size())
    throw InputError(fmt::format("frame {} has {} atoms, but frame 0 has {}", frames_, frame.size(),
                                 first_.size()));
  at_last_ = bonds_of(frame);
  last_ = frame;
  if (frames_++ == 0) {
    first_ = frame;
    at_first_ = at_last_;
  }
  for (const auto& [centre, anions] : at_last_) met_[centre].insert(anions.begin(), anions.end());
}

MeltReport MeltCheck::report() const {
  if (frames_ < 2) throw InputError("a melt is judged by two frames or more");
  MeltReport report;
  report.frames = frames_;
  double first_bonds = 0;
  double kept = 0;
  double new_anions = 0;
  for (const auto& [centre, anions] : met_) {
    const auto before = at_first_.find(centre);
    const auto after = at_last_.find(centre);
    for (const std::size_t anion : anions) {
      const bool was = before != at_first_.end() && before->second.contains(anion);
      const bool is = after != at_last_.end() && after->second.contains(anion);
      first_bonds += was;
      kept += was && is;
      new_anions += !was;
    }
  }
  const std::vector<int> counts = last_.species.counts();
  const int p = last_.species.find("P");
  const double formers = p < 0 ? 0 : counts[static_cast<std::size_t>(p)];
  report.exchanged = formers > 0 ? new_anions / formers : 0;
  report.memory = first_bonds > 0 ? kept / first_bonds : 0;

  Vec3 drift{};
  for (std::size_t i = 0; i < last_.size(); ++i)
    drift += (1 / static_cast<double>(last_.size())) * (last_.positions[i] - first_.positions[i]);
  report.diffuses = true;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0) continue;
    double sum = 0;
    for (std::size_t i = 0; i < last_.size(); ++i)
      if (last_.species.of_atom[i] == static_cast<int>(k))
        sum += norm2(last_.positions[i] - first_.positions[i] - drift);
    sum /= counts[k];
    report.msd[last_.species.names[k]] = sum;
    report.diffuses = report.diffuses && sum >= far * far;
  }
  report.forgot = report.memory < 1 / std::numbers::e;
  // A melt without a network has nothing to exchange.
  report.mixed = report.exchanged >= fewest_exchanges || formers == 0;
  return report;
}

Estimate glass_transition(std::span<const double> temperature, std::span<const double> energy) {
  const auto refused = [](const std::string& why) {
    return Estimate::refusal(why, std::nullopt, "K");
  };
  const std::size_t width = temperature.size() / bins;
  if (width < 1)
    return refused(fmt::format("{} rows of the cooling are too few, at least {} are needed",
                               temperature.size(), bins));
  std::vector<std::pair<double, double>> points;
  for (std::size_t b = 0; b < bins; ++b)
    points.emplace_back(mean(temperature.subspan(b * width, width)),
                        mean(energy.subspan(b * width, width)));
  std::sort(points.begin(), points.end());
  std::vector<double> x;
  std::vector<double> y;
  for (const auto& [T, U] : points) {
    x.push_back(T);
    y.push_back(U);
  }

  // A hinge: y = a + b x + c max(0, x - Tg), continuous; for each Tg the rest is linear.
  const std::size_t margin = bins / 8;
  const auto hinge_squares = [&](double Tg) {
    std::vector<double> bent(bins);
    for (std::size_t i = 0; i < bins; ++i) bent[i] = std::max(0.0, x[i] - Tg);
    const Line with_x = fit_line(x, y);
    const Line bent_x = fit_line(x, bent);
    // The part of the hinge that no line of x explains, against the residuals of y.
    double rb = 0;
    double bb = 0;
    double rr = 0;
    for (std::size_t i = 0; i < bins; ++i) {
      const double r = y[i] - with_x.intercept - with_x.slope * x[i];
      const double h = bent[i] - bent_x.intercept - bent_x.slope * x[i];
      rb += r * h;
      bb += h * h;
      rr += r * r;
    }
    return bb > 0 ? rr - rb * rb / bb : rr;
  };
  const double low = x[margin];
  const double high = x[bins - 1 - margin];
  constexpr std::size_t places = 400;
  double best = std::numeric_limits<double>::infinity();
  double Tg = low;
  std::vector<double> squares;
  const auto place = [&](std::size_t k) {
    return low + (high - low) * static_cast<double>(k) / places;
  };
  for (std::size_t k = 0; k <= places; ++k) {
    squares.push_back(hinge_squares(place(k)));
    if (squares.back() < best) {
      best = squares.back();
      Tg = place(k);
    }
  }
  const auto split = static_cast<std::size_t>(std::lower_bound(x.begin(), x.end(), Tg) - x.begin());
  const Fit glass = fit_of(std::span(x).first(split), std::span(y).first(split));
  const Fit melt = fit_of(std::span(x).subspan(split), std::span(y).subspan(split));
  if (melt.slope - glass.slope < 2 * std::hypot(glass.error, melt.error))
    return refused("not resolved: the energy falls as steeply below as above, no bend is seen");
  // F with 1 and n - 4 degrees of freedom is Student's t squared.
  const double dof = bins - 4;
  const double t = student_t95(dof);
  const double limit = best * (1 + t * t / dof);
  double from = Tg;
  double to = Tg;
  for (std::size_t k = 0; k <= places; ++k)
    if (squares[k] <= limit) {
      from = std::min(from, place(k));
      to = std::max(to, place(k));
    }
  if (from <= low || to >= high)
    return refused(
        fmt::format("not resolved: the bend may lie anywhere from {:.0f} K to {:.0f} K, "
                    "which reaches an end of the cooling",
                    from, to));
  return Estimate::of(Tg, from, to, "K", "bend of two straight lines of U(T) on cooling");
}

}  // namespace vitrion::analysis
