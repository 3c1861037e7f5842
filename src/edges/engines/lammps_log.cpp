#include "edges/engines/lammps_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/error.hpp"

namespace vitrion::engines {

namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(" \t\r"); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(" \t\r", end);
  }
  return words;
}

/// Lines that were ended by a newline: a last one without is half-written.
template <class Body>
void for_each_whole_line(std::string_view text, const Body& body) {
  std::size_t number = 0;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    body(text.substr(0, end), ++number);
    text.remove_prefix(end + 1);
  }
}

std::optional<double> number_in(std::string_view word) {
  double value = 0;
  const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (code != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

struct Columns {
  static constexpr std::array<std::string_view, 6> names = {"Step",  "Temp",   "PotEng",
                                                            "Press", "Volume", "Density"};
  std::array<std::size_t, 6> place{};
  std::size_t count = 0;  ///< 0: no table is open

  void read(const std::vector<std::string_view>& header) {
    count = header.size();
    for (std::size_t k = 0; k < names.size(); ++k)
      place[k] = static_cast<std::size_t>(std::find(header.begin(), header.end(), names[k]) -
                                          header.begin());
  }

  [[nodiscard]] std::optional<md::ThermoRow> row(const std::vector<std::string_view>& words) const {
    if (words.size() != count) return std::nullopt;
    std::array<double, 6> value{};
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (place[k] == count) continue;  // a column that was not asked for
      const auto v = number_in(words[place[k]]);
      if (!v) return std::nullopt;
      value[k] = *v;
    }
    return md::ThermoRow{
        static_cast<std::uint64_t>(value[0]), value[1], value[2], value[3], value[4], value[5]};
  }
};

constexpr std::string_view error_mark = "ERROR";

/// "ERROR: text (src/file.cpp:12)" or "ERROR on proc 0: text".
std::string error_text(std::string_view line) {
  const std::size_t colon = line.find(": ", line.find(error_mark));
  std::string_view text = colon == std::string_view::npos ? line : line.substr(colon + 2);
  if (const std::size_t source = text.rfind(" (src/"); source != std::string_view::npos)
    text = text.substr(0, source);
  else if (const std::size_t other = text.rfind(" (../"); other != std::string_view::npos)
    text = text.substr(0, other);
  return std::string(text);
}

bool says_exploded(const std::string& error) {
  for (const char* sign :
       {"Fix halt condition", "Non-numeric", "not finite", "Lost atoms", "atom count",
        "lost its neighbours", "out of range atoms", "Bond atoms", "too close"})
    if (error.find(sign) != std::string::npos) return true;
  return false;
}

std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  const std::size_t begin = text.rfind('\n');
  return std::string(begin == std::string_view::npos ? text : text.substr(begin + 1));
}

}  // namespace

LammpsLog read_lammps_log(std::string_view text) {
  LammpsLog log;
  Columns columns;
  for_each_whole_line(text, [&](std::string_view line, std::size_t) {
    if (line.rfind("Loop time of", 0) == 0) {
      columns.count = 0;
    } else if (line.rfind("Total wall time", 0) == 0) {
      log.complete = true;
    } else if (line.rfind(error_mark, 0) == 0) {
      log.error = error_text(line);
    } else if (line.rfind("Fix halt condition", 0) == 0) {
      log.halted = std::string(line.substr(0, line.find(" (src/")));
    } else if (line.rfind("WARNING", 0) == 0) {
      log.warnings.emplace_back(line.substr(std::min(line.size(), std::size_t{9})));
    } else {
      const std::vector<std::string_view> words = words_of(line);
      if (!words.empty() && words[0] == "Step") {
        columns.read(words);
      } else if (columns.count > 0) {
        if (const auto row = columns.row(words)) log.rows.push_back(*row);
      }
    }
  });
  return log;
}

md::Observed judge_lammps_chunk(const md::Chunk& chunk, std::string_view text,
                                std::string_view screen) {
  using Kind = md::Failure::Kind;
  const auto fail = [](Kind kind, std::string cause) {
    return md::Observed(unexpected<md::Failure>({kind, std::move(cause)}));
  };
  LammpsLog log = read_lammps_log(text);
  const std::size_t in_screen = screen.find(error_mark);
  if (log.error.empty() && in_screen != std::string_view::npos)
    log.error = error_text(screen.substr(in_screen, screen.find('\n', in_screen) - in_screen));
  if (!log.error.empty())
    return fail(says_exploded(log.error) ? Kind::exploded : Kind::engine_error, log.error);
  if (!log.complete) {
    const std::string said = last_line(screen);
    return fail(Kind::incomplete, said.empty() ? "the log ends in the middle" : said);
  }
  const std::size_t halt = screen.find("Fix halt condition");
  if (log.halted.empty() && halt != std::string_view::npos)
    log.halted = std::string(screen.substr(halt, screen.find('\n', halt) - halt));
  if (!log.halted.empty()) return fail(Kind::exploded, log.halted);
  if (log.rows.empty()) return fail(Kind::incomplete, "the log holds no row");
  for (const md::ThermoRow& row : log.rows)
    if (!std::isfinite(row.temperature) || !std::isfinite(row.potential_energy) ||
        !std::isfinite(row.pressure))
      return fail(Kind::exploded,
                  fmt::format("step {}: temperature, energy or pressure is not finite", row.step));
  if (chunk.steps > 0 && log.rows.back().step != chunk.first_step + chunk.steps)
    return fail(Kind::incomplete,
                fmt::format("the last row is of step {}, not {}", log.rows.back().step,
                            chunk.first_step + chunk.steps));
  return std::move(log.rows);
}

std::vector<DeviationSample> read_deviations(std::string_view text) {
  constexpr std::size_t step_column = 0;
  constexpr std::size_t max_force_column = 4;  // step, max_v, min_v, avg_v, max_f, min_f, avg_f
  std::vector<DeviationSample> samples;
  for_each_whole_line(text, [&](std::string_view line, std::size_t at) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty() || words[0].front() == '#') return;
    if (words.size() <= max_force_column)
      throw InputError(
          fmt::format("{}:{}: {} columns, 7 expected", "model_devi.out", at, words.size()));
    const auto step = number_in(words[step_column]);
    // A committee that lost its way writes nan: no finite deviation is as large as that.
    const auto force = words[max_force_column].find("nan") != std::string_view::npos
                           ? std::optional(std::numeric_limits<double>::infinity())
                           : number_in(words[max_force_column]);
    if (!step || !force)
      throw InputError(fmt::format("{}:{}: '{}' is no number", "model_devi.out", at,
                                   step ? words[max_force_column] : words[step_column]));
    samples.push_back({static_cast<std::uint64_t>(*step), *force});
  });
  return samples;
}

}  // namespace vitrion::engines
