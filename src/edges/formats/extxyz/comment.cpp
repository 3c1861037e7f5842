#include "edges/formats/extxyz/comment.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "edges/formats/bytes/numbers.hpp"

namespace vitrion::formats {

namespace {

class CommentParser {
 public:
  explicit CommentParser(std::string_view line) : line_(line) {}

  std::vector<KeyValue> pairs() {
    std::vector<KeyValue> result;
    for (skip_blanks(); at_ < line_.size(); skip_blanks()) result.push_back(next());
    return result;
  }

 private:
  void skip_blanks() {
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
  }

  KeyValue next() {
    KeyValue pair;
    pair.key = line_[at_] == '"' || line_[at_] == '\'' ? quoted(line_[at_]) : bare(" \t=");
    if (pair.key.empty()) throw InputError("a value has no key before its '='");
    skip_blanks();
    if (at_ == line_.size() || line_[at_] != '=') {
      pair.value.assign(1, 'T');
      pair.has_value = false;
      return pair;
    }
    ++at_;
    skip_blanks();
    const char first = at_ < line_.size() ? line_[at_] : ' ';
    if (first == '"' || first == '\'') {
      pair.value = quoted(first);
    } else if (first == '{') {
      pair.value = quoted('}');
    } else if (first == '[') {
      pair.value = bracketed();
    } else {
      pair.value = bare(" \t");
    }
    return pair;
  }

  std::string bare(std::string_view ends) {
    const std::size_t start = at_;
    at_ = std::min(line_.find_first_of(ends, at_), line_.size());
    return std::string(line_.substr(start, at_ - start));
  }

  std::string quoted(char close) {
    const std::size_t start = at_++;
    std::string text;
    for (; at_ < line_.size(); ++at_) {
      if (line_[at_] == close) {
        ++at_;
        return text;
      }
      if (line_[at_] == '\\' && at_ + 1 < line_.size()) {
        ++at_;
        text += line_[at_] == 'n' ? '\n' : line_[at_];
      } else {
        text += line_[at_];
      }
    }
    throw InputError(fmt::format("the {} of column {} is not closed", line_[start], start + 1));
  }

  /// An array with its brackets; brackets inside strings do not count.
  std::string bracketed() {
    const std::size_t start = at_;
    int depth = 0;
    char quote = 0;
    for (; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '[') {
        ++depth;
      } else if (c == ']' && --depth == 0) {
        ++at_;
        return std::string(line_.substr(start, at_ - start));
      }
    }
    throw InputError(fmt::format("the [ of column {} is not closed", start + 1));
  }

  std::string_view line_;
  std::size_t at_ = 0;
};

void append_word(std::string& line, std::string_view word) {
  if (!word.empty() && word.find_first_of(" \t\n\"'=,{}[]\\") == word.npos) {
    line += word;
    return;
  }
  line += '"';
  for (const char c : word) {
    if (c == '"' || c == '\\') line += '\\';
    if (c == '\n') {
      line += "\\n";
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

std::vector<KeyValue> parse_comment(std::string_view line) {
  return CommentParser(line).pairs();
}

std::optional<std::vector<double>> parse_numbers(std::string_view value) {
  std::string text(value);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '[' || c == ']' || c == ','; }, ' ');
  std::vector<double> numbers;
  for (const std::string_view word : split(text)) {
    double x = 0;
    if (!parse(word, x)) return std::nullopt;
    numbers.push_back(x);
  }
  return numbers;
}

void append_key_value(std::string& line, std::string_view key, std::string_view value) {
  line += ' ';
  append_word(line, key);
  line += '=';
  append_word(line, value);
}

}  // namespace vitrion::formats
