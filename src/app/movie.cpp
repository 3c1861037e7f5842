#include "app/movie.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "app/trajectory_input.hpp"
#include "base/error.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

// Of base64 text: with all else a page of a whole study then stays under 25 MB, and one of the
// quickstart under 8 MB.
constexpr double most_characters = 9e6;

double characters_of(std::size_t atoms, std::size_t frames) {
  return static_cast<double>(atoms * frames) * 6 * 4 / 3;
}

const std::string& path_of(const report::IonRun& run) {
  return run.viewer.empty() ? run.trajectory : run.viewer;
}

struct Choice {
  const report::Glass* glass;
  const report::IonDynamics* dynamics;
  const report::IonRun* run;
};

/// One run of a glass a temperature.
std::vector<Choice> choices_of(const report::Record& record) {
  std::vector<Choice> all;
  for (const report::Glass& glass : record.glasses)
    for (const report::IonDynamics& d : glass.temperatures)
      for (const report::IonRun& run : d.runs)
        if (!path_of(run).empty()) {
          all.push_back({&glass, &d, &run});
          break;
        }
  return all;
}

/// Of each glass the one at its middle temperature.
std::vector<Choice> middle_of(const std::vector<Choice>& all) {
  std::vector<Choice> few;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    while (end < all.size() && all[end].glass == all[i].glass) ++end;
    few.push_back(all[i + (end - i) / 2]);
    i = end;
  }
  return few;
}

/// Follows atoms over the faces of the cell, in fractional coordinates; the mean of the framework
/// stays where it was.
class Unwrapper {
 public:
  std::vector<float> next(const structures::Frame& frame) {
    std::vector<Vec3> now;
    for (const Vec3& r : frame.positions) {
      now.push_back(frame.cell->fractional(r).s);
    }
    if (last_.empty()) {
      path_ = first_ = now;
      for (std::size_t i = 0; i < now.size(); ++i)
        if (frame.species.name(i) == "P") framework_.push_back(i);
      if (framework_.empty())
        for (std::size_t i = 0; i < now.size(); ++i) framework_.push_back(i);
    } else {
      if (now.size() != last_.size()) throw InputError("the number of atoms changes");
      for (std::size_t i = 0; i < now.size(); ++i)
        for (std::size_t a = 0; a < 3; ++a) {
          const double step = now[i][a] - last_[i][a];
          path_[i][a] += step - std::round(step);
        }
    }
    last_ = std::move(now);
    Vec3 drift{};
    for (const std::size_t i : framework_)
      drift += 1.0 / static_cast<double>(framework_.size()) * (path_[i] - first_[i]);
    std::vector<float> out;
    out.reserve(3 * path_.size());
    for (const Vec3& r : path_)
      for (std::size_t a = 0; a < 3; ++a) out.push_back(static_cast<float>(r[a] - drift[a]));
    return out;
  }

 private:
  std::vector<Vec3> first_;
  std::vector<Vec3> last_;
  std::vector<Vec3> path_;
  std::vector<std::size_t> framework_;
};

/// Every second frame goes.
void halve(std::vector<std::vector<float>>& positions, report::Movie& movie) {
  std::size_t kept = 0;
  for (std::size_t f = 0; f < positions.size(); f += 2, ++kept) {
    if (kept == f) continue;
    positions[kept] = std::move(positions[f]);
    movie.times[kept] = movie.times[f];
    movie.cells[kept] = movie.cells[f];
  }
  positions.resize(kept);
  movie.times.resize(kept);
  movie.cells.resize(kept);
}

}  // namespace

report::Movie read_movie(const std::string& path, std::size_t most) {
  report::Movie movie;
  movie.file = path;
  Unwrapper unwrap;
  std::vector<std::vector<float>> positions;
  std::size_t stride = 1;
  std::size_t index = 0;
  for_each_frame(path, {}, false, [&](const structures::Frame& frame, double time) {
    if (!frame.cell) throw InputError("a movie needs a cell");
    if (movie.species.empty()) {
      movie.elements = frame.species.names;
      for (std::size_t i = 0; i < frame.size(); ++i)
        movie.species.push_back(static_cast<std::uint8_t>(
            std::find(movie.elements.begin(), movie.elements.end(), frame.species.name(i)) -
            movie.elements.begin()));
    }
    std::vector<float> now = unwrap.next(frame);
    if (index++ % stride != 0) return;
    if (positions.size() >= 2 * most) {
      halve(positions, movie);
      stride *= 2;
      if ((index - 1) % stride != 0) return;
    }
    positions.push_back(std::move(now));
    movie.times.push_back(time);
    movie.cells.push_back(frame.cell->rows());
  });
  for (const std::vector<float>& p : positions)
    movie.fractional.insert(movie.fractional.end(), p.begin(), p.end());
  return thinned(movie, most);
}

std::vector<report::Movie> read_movies(const report::Record& record,
                                       const std::string& run_folder) {
  std::vector<Choice> choices = choices_of(record);
  const auto total = [&](std::size_t frames) {
    double sum = 0;
    for (const Choice& c : choices) sum += characters_of(c.glass->atoms, frames);
    return sum;
  };
  if (total(report::most_movie_frames) > most_characters) choices = middle_of(choices);
  std::size_t frames = report::most_movie_frames;
  while (frames > 20 && total(frames) > most_characters) frames = frames * 9 / 10;
  std::vector<report::Movie> movies;
  for (const Choice& c : choices) {
    try {
      report::Movie m = read_movie((fs::path(run_folder) / path_of(*c.run)).string(), frames);
      m.glass = c.glass->key;
      m.name = fmt::format("{}, {:g} K", c.glass->name, c.dynamics->temperature);
      m.temperature = c.dynamics->temperature;
      m.replica = c.run->replica;
      m.file = path_of(*c.run);
      movies.push_back(std::move(m));
    } catch (const InputError& e) {
      fmt::print(stderr, "vitrion: {}: not in the viewer\n", e.what());
    }
  }
  return movies;
}

}  // namespace vitrion::app
