#include "glass/formula.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "structures/elements.hpp"

namespace vitrion::glass {

namespace {

bool is_digit(char c) {
  return (c >= '0' && c <= '9') || c == '.';
}

/// Reads a formula from left to right.
class Reader {
 public:
  Reader(const std::string& text, char variable) : text_(text), variable_(variable) {}

  Formula read() {
    Formula formula{text_, {}};
    while (at_ < text_.size()) {
      const std::string element = read_element();
      Term count{element, 1, 0};
      if (at_ < text_.size() && text_[at_] == '{') {
        count = read_expression(element);
      } else if (at_ < text_.size() && is_digit(text_[at_])) {
        count.constant = read_number();
      }
      add(formula, count);
    }
    if (formula.terms.empty()) fail("a formula names at least one element");
    return formula;
  }

 private:
  [[noreturn]] void fail(const std::string& rule) const {
    throw InputError(fmt::format("formula '{}', character {}: {}", text_, at_ + 1, rule));
  }

  std::string read_element() {
    std::string symbol(1, text_[at_]);
    if (at_ + 1 < text_.size() && text_[at_ + 1] >= 'a' && text_[at_ + 1] <= 'z')
      symbol += text_[at_ + 1];
    if (!structures::atomic_number(symbol)) fail(fmt::format("'{}' is no element", symbol));
    at_ += symbol.size();
    return symbol;
  }

  double read_number() {
    double value = 0;
    const auto [end, code] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value,
                                             std::chars_format::fixed);
    if (code != std::errc()) fail("a number was expected");
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  /// {a+bx}: terms with signs between them.
  Term read_expression(const std::string& element) {
    Term term{element, 0, 0};
    ++at_;
    for (bool first = true; at_ < text_.size() && text_[at_] != '}'; first = false) {
      double sign = 1;
      if (text_[at_] == '+' || text_[at_] == '-') {
        sign = text_[at_++] == '-' ? -1 : 1;
      } else if (!first) {
        fail("+ or - was expected");
      }
      if (at_ >= text_.size()) break;
      const bool has_number = is_digit(text_[at_]);
      const double factor = has_number ? read_number() : 1;
      if (at_ < text_.size() && text_[at_] == variable_) {
        term.slope += sign * factor;
        ++at_;
      } else if (has_number) {
        term.constant += sign * factor;
      } else {
        fail(fmt::format("a number or {} was expected", variable_));
      }
    }
    if (at_ >= text_.size()) fail("the brace is not closed");
    ++at_;
    return term;
  }

  static void add(Formula& formula, const Term& term) {
    for (Term& known : formula.terms)
      if (known.element == term.element) {
        known.constant += term.constant;
        known.slope += term.slope;
        return;
      }
    formula.terms.push_back(term);
  }

  const std::string& text_;
  char variable_;
  std::size_t at_ = 0;
};

}  // namespace

bool Formula::variable() const {
  for (const Term& term : terms)
    if (term.slope != 0) return true;
  return false;
}

const Term* Formula::find(std::string_view element) const {
  for (const Term& term : terms)
    if (term.element == element) return &term;
  return nullptr;
}

double Formula::atoms(double variable) const {
  double sum = 0;
  for (const Term& term : terms) sum += term.at(variable);
  return sum;
}

double Formula::largest_variable() const {
  double largest = std::numeric_limits<double>::infinity();
  for (const Term& term : terms)
    if (term.slope < 0) largest = std::min(largest, -term.constant / term.slope);
  return largest;
}

Formula parse_formula(const std::string& text, char variable) {
  return Reader(text, variable).read();
}

}  // namespace vitrion::glass
