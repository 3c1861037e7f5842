#include "analysis/trajectory.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "base/huge_pages.hpp"
#include "structures/elements.hpp"

namespace vitrion::analysis {

namespace {

// A wrapped step is unique below half a cell; half of that leaves room for the one in 10^9 that is
// longer.
constexpr double longest_step = 0.25;
// Cell vectors that change by more than a fifth between frames are a new cell, not a fluctuation.
constexpr double largest_strain = 0.2;

constexpr std::size_t group_size = 16;      // atoms
constexpr std::size_t piece_frames = 1024;  // of a group, 400 kB

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<std::size_t> Trajectory::atoms_of(const std::string& name) const {
  std::vector<std::size_t> result;
  const int index = species.find(name);
  for (std::size_t i = 0; i < atoms(); ++i)
    if (index >= 0 && species.of_atom[i] == index) result.push_back(i);
  if (result.empty())
    throw InputError(
        fmt::format("the trajectory has no {}; it has {}", name, fmt::join(species.names, ", ")));
  return result;
}

double Trajectory::time_step() const {
  if (frames() < 2)
    throw InputError(
        fmt::format("the trajectory has {} frame, but displacements need two or more", frames()));
  const double first = times[1] - times[0];
  for (std::size_t f = 2; f < frames(); ++f)
    // A thousandth of a step: times that were printed with few digits pass, a missing frame does
    // not.
    if (std::abs(times[f] - times[f - 1] - first) > 1e-3 * first)
      throw InputError(
          fmt::format("frames {} and {} are {:g} ps apart, but the first two are {:g} ps: frames "
                      "must be evenly spaced",
                      f - 1, f, times[f] - times[f - 1], first));
  return (times.back() - times.front()) / static_cast<double>(frames() - 1);
}

double Trajectory::mean_volume() const {
  return mean(volumes);
}

TrajectoryBuilder::TrajectoryBuilder(TrajectoryOptions options) : options_(std::move(options)) {}

void TrajectoryBuilder::start(const structures::Frame& frame) {
  all_ = frame.species;
  const std::size_t n = frame.size();
  drift_weight_.assign(n, 0);
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string& name = all_.name(i);
    if (options_.keep.empty() || contains(options_.keep, name)) kept_.push_back(i);
    if (options_.drift == DriftFrame::framework && contains(options_.framework, name))
      drift_weight_[i] = 1;
    if (options_.drift == DriftFrame::centre_of_mass)
      drift_weight_[i] = structures::standard_mass(name).value_or(0);
    total += drift_weight_[i];
  }
  if (options_.drift == DriftFrame::framework && total == 0)
    throw InputError(fmt::format("no atom belongs to the framework ({}); the trajectory has {}",
                                 fmt::join(options_.framework, ", "), fmt::join(all_.names, ", ")));
  if (total > 0)
    for (double& w : drift_weight_) w /= total;
  switch (options_.drift) {
    case DriftFrame::framework:
      drift_frame_ =
          fmt::format("mean displacement of {} removed", fmt::join(options_.framework, ", "));
      break;
    case DriftFrame::centre_of_mass:
      drift_frame_ = "motion of the centre of mass removed";
      break;
    case DriftFrame::none:
      drift_frame_ = "nothing removed";
      break;
  }

  std::vector<bool> is_kept(n, false);
  for (const std::size_t i : kept_) is_kept[i] = true;
  // Kept atoms first, so that their paths are the head of path_.
  followed_ = kept_;
  for (std::size_t i = 0; i < n; ++i)
    if (!is_kept[i] && drift_weight_[i] > 0) followed_.push_back(i);
}

void TrajectoryBuilder::check(const structures::Frame& frame, double time_ps) const {
  const std::size_t f = times_.size();
  if (!frame.cell)
    throw InputError(fmt::format("frame {} has no cell, but unwrapping and volumes need one", f));
  if (frame.size() != all_.size())
    throw InputError(
        fmt::format("frame {} has {} atoms, but frame 0 has {}: a trajectory keeps its atoms", f,
                    frame.size(), all_.size()));
  const bool same = frame.species.names == all_.names && frame.species.of_atom == all_.of_atom;
  for (std::size_t i = 0; !same && i < frame.size(); ++i)
    if (frame.species.name(i) != all_.name(i))
      throw InputError(
          fmt::format("frame {}: atom {} is {}, but was {} in frame 0: sort the atoms by id", f, i,
                      frame.species.name(i), all_.name(i)));
  if (f > 0 && !(time_ps > times_.back()))
    throw InputError(
        fmt::format("frame {} has time {:g} ps, which is not after the {:g} ps of frame {}", f,
                    time_ps, times_.back(), f - 1));
}

void TrajectoryBuilder::follow_cell(const Mat3& rows) {
  if (times_.empty()) {
    cell_ = rows;
    return;
  }
  // A triclinic box may be flipped to another basis of the same lattice; the whole-number matrix
  // between the two bases is taken off, so that fractional coordinates stay continuous.
  const Mat3 change = rows * inverse(cell_);
  Mat3 whole{};
  bool same = true;
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      whole[a][b] = std::round(change[a][b]);
      same = same && whole[a][b] == (a == b ? 1 : 0);
      if (std::abs(change[a][b] - whole[a][b]) > largest_strain)
        throw InputError(fmt::format(
            "frame {}: the cell changed by {:.0f} % since the frame before, but at most {:.0f} % "
            "can be followed",
            times_.size(), 100 * std::abs(change[a][b] - whole[a][b]), 100 * largest_strain));
    }
  if (same) {
    cell_ = rows;
    return;
  }
  if (std::abs(std::abs(determinant(whole)) - 1) > 1e-9)
    throw InputError(fmt::format(
        "frame {}: the cell is not a basis of the lattice of the frame before", times_.size()));
  cell_ = inverse(whole) * rows;
}

Vec3 TrajectoryBuilder::nearest_step(Vec3 step, std::size_t atom) {
  for (double& x : step) {
    if (std::abs(x) >= 0.5) x -= std::round(x);
    largest_step_ = std::max(largest_step_, std::abs(x));
    if (std::abs(x) >= longest_step)
      throw InputError(
          fmt::format("frame {}: atom {} ({}) moved by {:.2f} of a cell vector since the frame "
                      "before, but wrapped "
                      "positions can be followed only below {:g}: save frames more often, or give "
                      "unwrapped positions",
                      times_.size(), atom, all_.name(atom), std::abs(x), longest_step));
  }
  return step;
}

/// From the wrapped place before to the nearest image of the one now: each in its own cell.
void TrajectoryBuilder::add_cartesian_step(std::size_t k, Vec3 step) {
  Vec3& wrapped = wrapped_[k];
  for (double& x : step)
    if (std::abs(x) >= 0.5) x -= std::round(x);
  const Vec3 now = wrapped + step;
  cartesian_[k] += now * cell_ - wrapped * cell_before_;
  for (std::size_t a = 0; a < 3; ++a)
    wrapped[a] = now[a] >= 0 && now[a] < 1 ? now[a] : now[a] - std::floor(now[a]);
}

/// Mean squared displacement of the framework, its own drift taken off, both ways.
void TrajectoryBuilder::compare_schemes(Trajectory& t) const {
  Vec3 drift{};
  Vec3 cartesian_drift{};
  double n = 0;
  for (std::size_t k = 0; k < followed_.size(); ++k)
    if (drift_weight_[followed_[k]] > 0) {
      drift += path_[k] - start_[k];
      cartesian_drift += cartesian_[k];
      n += 1;
    }
  if (n == 0) return;
  for (std::size_t k = 0; k < followed_.size(); ++k)
    if (drift_weight_[followed_[k]] > 0) {
      t.framework_msd += norm2((path_[k] - start_[k] - (1 / n) * drift) * t.reference_cell) / n;
      t.framework_msd_cartesian += norm2(cartesian_[k] - (1 / n) * cartesian_drift) / n;
    }
}

void TrajectoryBuilder::add(const structures::Frame& frame, double time_ps) {
  if (times_.empty()) start(frame);
  check(frame, time_ps);
  follow_cell(frame.cell->rows());
  const Mat3 to_fractional = inverse(cell_);

  const bool first = times_.empty();
  if (first) {
    last_.resize(followed_.size());
    path_.resize(followed_.size());
    start_.resize(followed_.size());
    wrapped_.resize(followed_.size());
    cartesian_.assign(followed_.size(), Vec3{});
  }
  for (std::size_t k = 0; k < followed_.size(); ++k) {
    const Vec3 s = frame.positions[followed_[k]] * to_fractional;
    if (!std::isfinite(norm2(s)))
      throw InputError(fmt::format("frame {}: the position of atom {} is not finite", times_.size(),
                                   followed_[k]));
    const Vec3 before = path_[k];
    if (first || options_.unwrapped)
      path_[k] = s;
    else
      path_[k] += nearest_step(s - last_[k], followed_[k]);
    last_[k] = s;
    if (first) {
      start_[k] = s;
      for (std::size_t a = 0; a < 3; ++a) wrapped_[k][a] = s[a] - std::floor(s[a]);
    } else if (drift_weight_[followed_[k]] > 0) {
      add_cartesian_step(k, path_[k] - before);
    }
  }

  Vec3 drift{};
  for (std::size_t k = 0; k < followed_.size(); ++k)
    if (const double w = drift_weight_[followed_[k]]; w > 0) drift += w * path_[k];
  if (first) first_drift_ = drift;

  if (first) groups_.resize((kept_.size() + group_size - 1) / group_size);
  const Vec3 off = drift - first_drift_;
  std::array<Vec3, group_size> block;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const std::size_t begin = g * group_size;
    const std::size_t atoms = std::min(group_size, kept_.size() - begin);
    for (std::size_t k = 0; k < atoms; ++k) block[k] = path_[begin + k] - off;
    std::vector<std::vector<Vec3>>& pieces = groups_[g];
    if (times_.size() % piece_frames == 0) pieces.emplace_back().reserve(piece_frames * atoms);
    pieces.back().insert(pieces.back().end(), block.begin(),
                         block.begin() + static_cast<long>(atoms));
  }
  cell_sum_ += cell_;
  cell_before_ = cell_;
  volumes_.push_back(frame.cell->volume());
  times_.push_back(time_ps);
}

Trajectory TrajectoryBuilder::finish() && {
  if (times_.empty()) throw InputError("the trajectory has no frames");
  Trajectory t;
  const std::size_t f_count = times_.size();
  t.times = std::move(times_);
  t.volumes = std::move(volumes_);
  t.reference_cell = (1 / static_cast<double>(f_count)) * cell_sum_;
  t.largest_step = largest_step_;
  t.drift_frame = drift_frame_;
  if (options_.drift == DriftFrame::framework) compare_schemes(t);
  if (options_.drift == DriftFrame::framework) t.framework = options_.framework;
  t.species.names = all_.names;
  for (const std::size_t i : kept_) t.species.of_atom.push_back(all_.of_atom[i]);

  // Reserved, not resized: pages are touched only as groups are written, while others are freed.
  t.positions.reserve(kept_.size() * 3 * f_count);
  prefer_huge_pages(t.positions.data(), t.positions.capacity() * sizeof(double));
  for (std::vector<std::vector<Vec3>>& pieces : groups_) {
    const std::size_t atoms = pieces.front().size() / std::min(f_count, piece_frames);
    const std::size_t begin = t.positions.size();
    t.positions.resize(begin + 3 * atoms * f_count);
    std::size_t first = 0;
    for (const std::vector<Vec3>& piece : pieces) {
      const std::size_t frames = piece.size() / atoms;
      for (std::size_t k = 0; k < atoms; ++k) {
        double* const x = t.positions.data() + begin + 3 * k * f_count + first;
        for (std::size_t f = 0; f < frames; ++f) {
          const Vec3 r = piece[f * atoms + k] * t.reference_cell;
          x[f] = r[0];
          x[f + f_count] = r[1];
          x[f + 2 * f_count] = r[2];
        }
      }
      first += frames;
    }
    std::vector<std::vector<Vec3>>().swap(pieces);
  }
  return t;
}

}  // namespace vitrion::analysis
