#include "base/error.hpp"

#include <algorithm>
#include <numeric>

#include "base/nearest.hpp"

namespace vitrion {

namespace {

/// Levenshtein distance, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

/// The choice of least edit distance, the first of equals.
std::string closest(std::string_view word, const std::vector<std::string>& choices) {
  std::string best;
  std::size_t best_distance = std::string::npos;
  for (const auto& choice : choices) {
    const std::size_t distance = edit_distance(word, choice);
    if (distance < best_distance) {
      best = choice;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace

std::string nearest_of_all(std::string_view word, const std::vector<std::string>& choices) {
  std::vector<std::string> containing;
  for (const auto& choice : choices)
    if (choice.find(word) != std::string::npos) containing.push_back(choice);
  return closest(word, containing.empty() ? choices : containing);
}

std::string nearest(std::string_view word, const std::vector<std::string>& choices) {
  std::string best = closest(word, choices);
  // Two typing mistakes in a short word, a third of the letters in a long one.
  const std::size_t mistakes = std::max<std::size_t>(2, word.size() / 3);
  return edit_distance(word, best) <= mistakes ? best : std::string{};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& choices) {
  const std::string best = nearest(word, choices);
  return best.empty() ? std::string{} : ", did you mean '" + best + "'?";
}

}  // namespace vitrion
