#include "analysis/msd.hpp"

#include <fftw3.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <mutex>

#include "base/threads.hpp"

namespace vitrion::analysis {

namespace {

/// The smallest length >= n of the form 2^a 3^b 5^c, which FFTW does fast.
std::size_t fast_length(std::size_t n) {
  std::size_t best = 1;
  while (best < n) best *= 2;
  for (std::size_t five = 1; five < best; five *= 5)
    for (std::size_t three = five; three < best; three *= 3) {
      std::size_t length = three;
      while (length < n) length *= 2;
      best = std::min(best, length);
    }
  return best;
}

struct FreeFftw {
  void operator()(void* p) const { fftw_free(p); }
};
template <class T>
using Buffer = std::unique_ptr<T, FreeFftw>;

/// FFTW's planner is not for several threads at a time; running a plan is.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

/// Plans for one length.
class Plans {
 public:
  explicit Plans(std::size_t length) : length_(length) {
    const std::lock_guard lock(planner());
    const Buffer<double> real(fftw_alloc_real(length));
    const Buffer<fftw_complex> complex(fftw_alloc_complex(length / 2 + 1));
    // FFTW_ESTIMATE: a plan chosen by timing would let the last bits depend on chance.
    forward_ =
        fftw_plan_dft_r2c_1d(static_cast<int>(length), real.get(), complex.get(), FFTW_ESTIMATE);
    backward_ =
        fftw_plan_dft_c2r_1d(static_cast<int>(length), complex.get(), real.get(), FFTW_ESTIMATE);
  }
  ~Plans() {
    const std::lock_guard lock(planner());
    fftw_destroy_plan(forward_);
    fftw_destroy_plan(backward_);
  }
  Plans(const Plans&) = delete;
  Plans& operator=(const Plans&) = delete;

  [[nodiscard]] std::size_t length() const { return length_; }
  void forward(double* in, fftw_complex* out) const { fftw_execute_dft_r2c(forward_, in, out); }
  void backward(fftw_complex* in, double* out) const { fftw_execute_dft_c2r(backward_, in, out); }

 private:
  std::size_t length_;
  fftw_plan forward_;
  fftw_plan backward_;
};

/// Work space of one thread.
struct Workspace {
  explicit Workspace(std::size_t length, std::size_t frames)
      : real(fftw_alloc_real(length)),
        spectrum(fftw_alloc_complex(length / 2 + 1)),
        power(fftw_alloc_complex(length / 2 + 1)),
        squares(frames),
        msd(frames) {}
  Buffer<double> real;
  Buffer<fftw_complex> spectrum;
  Buffer<fftw_complex> power;
  std::vector<double> squares;  // (F) |R|^2
  std::vector<double> msd;      // (F)
};

void clear(Workspace& work, const Plans& plans) {
  for (std::size_t k = 0; k < plans.length() / 2 + 1; ++k)
    work.power.get()[k][0] = work.power.get()[k][1] = 0;
  std::fill(work.squares.begin(), work.squares.end(), 0.0);
}

/// Adds a path to the sums that the MSD is linear in.
void add_path(const std::array<std::span<const double>, 3>& path, const Plans& plans,
              Workspace& work) {
  const std::size_t frames = path[0].size();
  const std::size_t bins = plans.length() / 2 + 1;
  for (const std::span<const double> x : path) {
    // The mean is taken off first: MSD is a difference of two sums that grow with the distance from
    // zero.
    double centre = 0;
    for (const double v : x) centre += v;
    centre /= static_cast<double>(frames);
    double* real = work.real.get();
    for (std::size_t f = 0; f < frames; ++f) {
      real[f] = x[f] - centre;
      work.squares[f] += real[f] * real[f];
    }
    std::fill(real + frames, real + plans.length(), 0.0);
    plans.forward(real, work.spectrum.get());
    for (std::size_t k = 0; k < bins; ++k) {
      const double re = work.spectrum.get()[k][0];
      const double im = work.spectrum.get()[k][1];
      work.power.get()[k][0] += re * re + im * im;
    }
  }
}

/// Overwrites work.msd with the sum of the MSDs of the paths that were added; uses up their sums.
void finish(const Plans& plans, Workspace& work) {
  const std::size_t frames = work.squares.size();
  plans.backward(work.power.get(), work.real.get());

  double q = 0;
  for (const double s : work.squares) q += 2 * s;
  work.msd[0] = 0;
  for (std::size_t m = 1; m < frames; ++m) {
    q -= work.squares[m - 1] + work.squares[frames - m];
    const double correlation = work.real.get()[m] / static_cast<double>(plans.length());
    // Rounding may leave a still atom with -1e-17.
    work.msd[m] = std::max(0.0, (q - 2 * correlation) / static_cast<double>(frames - m));
  }
}

}  // namespace

std::vector<double> single_origin_msd(const Trajectory& trajectory,
                                      std::span<const std::size_t> atoms) {
  std::vector<double> msd(trajectory.frames(), 0.0);
  for (const std::size_t i : atoms)
    for (std::size_t a = 0; a < 3; ++a) {
      const std::span<const double> x = trajectory.path(i, a);
      for (std::size_t f = 0; f < x.size(); ++f) msd[f] += (x[f] - x[0]) * (x[f] - x[0]);
    }
  for (double& m : msd) m /= static_cast<double>(atoms.size());
  return msd;
}

MultiOriginMsd multi_origin_msd(const Trajectory& trajectory, std::span<const std::size_t> atoms,
                                std::vector<std::size_t> lags, std::size_t threads) {
  const std::size_t frames = trajectory.frames();
  MultiOriginMsd result;
  result.lags = std::move(lags);
  result.msd.assign(frames, 0.0);
  result.per_atom.assign(atoms.size() * result.lags.size(), 0.0);
  if (frames < 2 || atoms.empty()) return result;

  const Plans plans(fast_length(2 * frames));
  // Blocks are of fixed size and summed in order, so the sum is the same for any number of threads.
  constexpr std::size_t block_size = 16;
  const std::size_t blocks = (atoms.size() + block_size - 1) / block_size;
  std::vector<std::vector<double>> sums(blocks);
  ThreadPool pool(std::min(threads, blocks));
  std::vector<std::unique_ptr<Workspace>> work(pool.size());
  pool.for_each(blocks, [&](std::size_t block, std::size_t thread) {
    if (!work[thread]) work[thread] = std::make_unique<Workspace>(plans.length(), frames);
    Workspace& w = *work[thread];
    sums[block].assign(frames, 0.0);
    clear(w, plans);
    // Where no atom is kept apart, a block goes back from its spectrum as one.
    const bool apart = !result.lags.empty();
    const std::size_t end = std::min(atoms.size(), (block + 1) * block_size);
    for (std::size_t k = block * block_size; k < end; ++k) {
      add_path({trajectory.path(atoms[k], 0), trajectory.path(atoms[k], 1),
                trajectory.path(atoms[k], 2)},
               plans, w);
      if (!apart && k + 1 < end) continue;
      finish(plans, w);
      for (std::size_t m = 0; m < frames; ++m) sums[block][m] += w.msd[m];
      for (std::size_t l = 0; l < result.lags.size(); ++l)
        result.per_atom[k * result.lags.size() + l] = w.msd[result.lags[l]];
      clear(w, plans);
    }
  });
  for (const std::vector<double>& sum : sums)
    for (std::size_t m = 0; m < frames; ++m) result.msd[m] += sum[m];
  for (double& m : result.msd) m /= static_cast<double>(atoms.size());
  return result;
}

std::vector<double> multi_origin_msd_of_path(std::span<const double> x, std::span<const double> y,
                                             std::span<const double> z) {
  if (x.size() < 2) return std::vector<double>(x.size(), 0.0);
  const Plans plans(fast_length(2 * x.size()));
  Workspace work(plans.length(), x.size());
  clear(work, plans);
  add_path({x, y, z}, plans, work);
  finish(plans, work);
  return work.msd;
}

std::vector<std::size_t> logarithmic_lags(std::size_t last, std::size_t per_decade) {
  std::vector<std::size_t> lags;
  for (std::size_t k = 0;; ++k) {
    const double lag = std::pow(10.0, static_cast<double>(k) / static_cast<double>(per_decade));
    const auto whole = static_cast<std::size_t>(std::llround(lag));
    if (whole > last) break;
    if (lags.empty() || whole > lags.back()) lags.push_back(whole);
  }
  return lags;
}

}  // namespace vitrion::analysis
