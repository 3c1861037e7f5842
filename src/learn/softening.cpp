#include "learn/softening.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace vitrion::learn {

using structures::Frame;

namespace {

/// Sums of one frame towards a factor through the origin: truth.teacher and teacher.teacher.
struct Sums {
  double cross = 0, square = 0;
};

SofteningFactor factor_of(const std::vector<Sums>& frames) {
  Sums all;
  std::size_t filled = 0;
  for (const Sums& s : frames) {
    all.cross += s.cross;
    all.square += s.square;
    filled += s.square > 0;
  }
  SofteningFactor factor;
  if (all.square <= 0) return factor;
  factor.value = all.cross / all.square;
  if (filled < 3) return factor;
  // Jackknife: frames are independent, the atoms of one are not.
  double spread = 0;
  for (const Sums& s : frames) {
    if (s.square <= 0) continue;
    const double without = (all.cross - s.cross) / (all.square - s.square);
    spread += (without - factor.value) * (without - factor.value);
  }
  const auto n = static_cast<double>(filled);
  factor.error = std::sqrt(spread * (n - 1) / n);
  return factor;
}

std::vector<double> counts_of(const Frame& frame, const std::vector<std::string>& species) {
  std::vector<double> counts(species.size(), 0.0);
  for (std::size_t i = 0; i < frame.size(); ++i)
    counts[static_cast<std::size_t>(std::ranges::find(species, frame.species.name(i)) -
                                    species.begin())] += 1;
  return counts;
}

/// Counts per atom as rows: what an offset per species adds to an energy per atom.
Eigen::MatrixXd composition(std::span<const Frame> frames,
                            const std::vector<std::string>& species) {
  Eigen::MatrixXd matrix(static_cast<Eigen::Index>(frames.size()),
                         static_cast<Eigen::Index>(species.size()));
  for (std::size_t k = 0; k < frames.size(); ++k) {
    const std::vector<double> counts = counts_of(frames[k], species);
    for (std::size_t s = 0; s < counts.size(); ++s)
      matrix(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(s)) =
          counts[s] / static_cast<double>(frames[k].size());
  }
  return matrix;
}

/// What the compositions do not explain of energies per atom.
Eigen::VectorXd unexplained(const Eigen::MatrixXd& composition, const Eigen::VectorXd& energies) {
  return energies - composition * composition.completeOrthogonalDecomposition().solve(energies);
}

SofteningFactor energy_factor(const Eigen::MatrixXd& composition, const Eigen::VectorXd& teacher,
                              const Eigen::VectorXd& truth) {
  const Eigen::Index n = teacher.size();
  // Without a few frames more than species nothing but the offsets is seen.
  if (n < composition.completeOrthogonalDecomposition().rank() + 3) return {};
  const Eigen::VectorXd a = unexplained(composition, teacher);
  const Eigen::VectorXd b = unexplained(composition, truth);
  std::vector<Sums> sums;
  for (Eigen::Index k = 0; k < n; ++k) sums.push_back({a(k) * b(k), a(k) * a(k)});
  return factor_of(sums);
}

void check(const Frame& a, const Frame& b, std::size_t k) {
  bool same = a.size() == b.size() && a.labels.energy && b.labels.energy && a.labels.virial &&
              b.labels.virial && a.labels.forces.size() == a.size() &&
              b.labels.forces.size() == a.size();
  for (std::size_t i = 0; same && i < a.size(); ++i)
    same = a.species.name(i) == b.species.name(i) && norm(a.positions[i] - b.positions[i]) < 1e-4;
  if (!same)
    throw InputError(fmt::format(
        "frame {} must be one structure with energy, forces and virial of teacher and truth", k));
}

std::string disagreement_of(const Softening& s, double tolerance) {
  if (!std::isfinite(s.force.error))
    return fmt::format("{} frames are too few for a factor with its error", s.frames);
  std::string text;
  const auto compare = [&](const std::string& what, const SofteningFactor& f) {
    if (!std::isfinite(f.error)) return;
    const double apart = std::abs(f.value - s.force.value);
    if (apart <= tolerance * s.force.value + 2 * std::hypot(f.error, s.force.error)) return;
    text += fmt::format("{}{} {:.3f} +- {:.3f}", text.empty() ? "" : ", ", what, f.value, f.error);
  };
  compare("energy", s.energy);
  compare("virial", s.virial);
  for (const auto& [name, f] : s.force_of) compare("forces of " + name, f);
  return text.empty()
             ? text
             : fmt::format("forces {:.3f} +- {:.3f}, but {}", s.force.value, s.force.error, text);
}

}  // namespace

Softening fit_softening(std::span<const Frame> teacher, std::span<const Frame> truth,
                        double tolerance) {
  if (teacher.empty() || teacher.size() != truth.size())
    throw InputError(
        fmt::format("{} frames of the teacher and {} of the truth: they must be as "
                    "many, and at least one",
                    teacher.size(), truth.size()));
  Softening s;
  s.frames = teacher.size();
  std::vector<Sums> force(s.frames), virial(s.frames);
  std::map<std::string, std::vector<Sums>> force_of;
  Eigen::VectorXd e_teacher(static_cast<Eigen::Index>(s.frames)), e_truth(e_teacher.size());
  for (std::size_t k = 0; k < s.frames; ++k) {
    const Frame &a = teacher[k], &b = truth[k];
    check(a, b, k);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::string& name = a.species.name(i);
      if (std::ranges::find(s.species, name) == s.species.end()) s.species.push_back(name);
      std::vector<Sums>& own = force_of[name];
      own.resize(s.frames);
      const Vec3 &f = a.labels.forces[i], &g = b.labels.forces[i];
      for (Sums* sums : {&force[k], &own[k]}) {
        sums->cross += dot(f, g);
        sums->square += dot(f, f);
      }
    }
    // The pressure of a teacher has an offset of its own; what is left of W without its trace has
    // none.
    const Mat3 &w = *a.labels.virial, &v = *b.labels.virial;
    const double w0 = trace(w) / 3, v0 = trace(v) / 3;
    for (std::size_t r = 0; r < 3; ++r)
      for (std::size_t c = 0; c < 3; ++c) {
        const double x = w[r][c] - (r == c ? w0 : 0), y = v[r][c] - (r == c ? v0 : 0);
        virial[k].cross += x * y;
        virial[k].square += x * x;
      }
    const auto at = static_cast<Eigen::Index>(k);
    e_teacher(at) = *a.labels.energy / static_cast<double>(a.size());
    e_truth(at) = *b.labels.energy / static_cast<double>(b.size());
  }
  s.force = factor_of(force);
  s.virial = factor_of(virial);
  for (const auto& [name, sums] : force_of) s.force_of[name] = factor_of(sums);
  const Eigen::MatrixXd mix = composition(teacher, s.species);
  s.energy = energy_factor(mix, e_teacher, e_truth);
  s.disagreement = disagreement_of(s, tolerance);
  if (s.disagreement.empty()) s.applied = s.force.value;

  const Eigen::VectorXd missing = e_truth - s.applied * e_teacher;
  const Eigen::VectorXd offsets = mix.completeOrthogonalDecomposition().solve(missing);
  s.offsets.assign(offsets.begin(), offsets.end());
  s.energy_left =
      std::sqrt((missing - mix * offsets).squaredNorm() / static_cast<double>(s.frames));
  double raw = 0, left = 0, virial_left = 0;
  std::size_t components = 0;
  for (std::size_t k = 0; k < s.frames; ++k) {
    for (std::size_t i = 0; i < teacher[k].size(); ++i) {
      const Vec3 &f = teacher[k].labels.forces[i], &g = truth[k].labels.forces[i];
      raw += norm2(g - f);
      left += norm2(g - s.applied * f);
      components += 3;
    }
    const Mat3 d = *truth[k].labels.virial - s.applied * *teacher[k].labels.virial;
    for (const Vec3& row : d)
      virial_left += norm2(row) / std::pow(static_cast<double>(teacher[k].size()), 2) / 9;
  }
  s.force_raw = std::sqrt(raw / static_cast<double>(components));
  s.force_left = std::sqrt(left / static_cast<double>(components));
  s.virial_left = std::sqrt(virial_left / static_cast<double>(s.frames));
  return s;
}

Frame on_the_scale_of_truth(const Frame& teacher, const Softening& s) {
  Frame out = teacher;
  if (out.labels.energy) {
    double offset = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto found = std::ranges::find(s.species, out.species.name(i));
      // A species of which the truth has seen nothing keeps the teacher's zero.
      if (found != s.species.end())
        offset += s.offsets[static_cast<std::size_t>(found - s.species.begin())];
    }
    *out.labels.energy = s.applied * *out.labels.energy + offset;
  }
  for (Vec3& f : out.labels.forces) f = s.applied * f;
  if (out.labels.virial) out.labels.virial = s.applied * *out.labels.virial;
  return out;
}

}  // namespace vitrion::learn
