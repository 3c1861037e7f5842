// Formula: a chemical formula whose counts may be linear in one variable, e.g. Na3PS{4-x}O{x}.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vitrion::glass {

/// Atoms of one element: constant + slope * variable.
struct Term {
  std::string element;
  double constant = 0;
  double slope = 0;

  [[nodiscard]] double at(double variable) const { return constant + slope * variable; }
};

struct Formula {
  std::string text;
  std::vector<Term> terms;  ///< each element once, in the order of the text

  [[nodiscard]] bool variable() const;
  [[nodiscard]] const Term* find(std::string_view element) const;
  [[nodiscard]] double atoms(double variable) const;
  /// Largest value of the variable at which no count is negative; infinite if none ever is.
  [[nodiscard]] double largest_variable() const;
};

/// Element symbols, each followed by nothing, a number, or a linear expression in braces: {x},
/// {4-x}, {2+0.5x}. `variable` is its letter.
/// @throws InputError naming the text, the place in it and the rule.
[[nodiscard]] Formula parse_formula(const std::string& text, char variable);

}  // namespace vitrion::glass
