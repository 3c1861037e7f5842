#include "potential/activation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>

#include "base/error.hpp"

namespace vitrion::potential {

namespace {

using Kind = Activation::Kind;

struct Name {
  const char* text;
  Kind kind;
};

/// DeePMD-kit's names; the first of a kind is the one that is written. Its "gelu" is the tanh form.
constexpr std::array names = {
    Name{"tanh", Kind::tanh},         Name{"relu", Kind::relu},       Name{"relu6", Kind::relu6},
    Name{"softplus", Kind::softplus}, Name{"sigmoid", Kind::sigmoid}, Name{"gelu", Kind::gelu},
    Name{"gelu_tf", Kind::gelu},      Name{"silu", Kind::silu},       Name{"silut", Kind::silut},
    Name{"custom_silu", Kind::silut}, Name{"none", Kind::linear},     Name{"linear", Kind::linear},
};

double sigmoid(double x) {
  // exp never overflows when its argument is not positive
  const double e = std::exp(-std::abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

Derivatives2 tanh2(double x) {
  const double t = std::tanh(x);
  const double slope = 1 - t * t;
  return {t, slope, -2 * t * slope};
}

Derivatives2 silu2(double x) {
  const double s = sigmoid(x);
  const double ds = s * (1 - s);
  return {x * s, s + x * ds, ds * (2 + x * (1 - 2 * s))};
}

/// 0.5 x (1 + tanh(v)), v = sqrt(2/pi) (x + 0.044715 x^3).
Derivatives2 gelu2(double x) {
  const double c = std::sqrt(2 / std::numbers::pi);
  const Derivatives2 t = tanh2(c * (x + 0.044715 * x * x * x));
  const double dv = c * (1 + 3 * 0.044715 * x * x);
  const double d2v = c * 6 * 0.044715 * x;
  return {0.5 * x * (1 + t.f), 0.5 * (1 + t.f) + 0.5 * x * t.df_dx * dv,
          t.df_dx * dv + 0.5 * x * (t.d2f_dx2 * dv * dv + t.df_dx * d2v)};
}

/// silu below the threshold; above it a tanh that continues value and slope.
Derivatives2 silut2(double x, double threshold) {
  if (x < threshold) return silu2(x);
  const Derivatives2 joint = silu2(threshold);
  const double slope = joint.df_dx;
  const Derivatives2 t = tanh2(slope * (x - threshold));
  return {t.f + joint.f, slope * t.df_dx, slope * slope * t.d2f_dx2};
}

}  // namespace

Derivatives2 activate(const Activation& activation, double x) {
  switch (activation.kind) {
    case Kind::tanh:
      return tanh2(x);
    case Kind::relu:
      return x > 0 ? Derivatives2{x, 1, 0} : Derivatives2{0, 0, 0};
    case Kind::relu6:
      return {std::clamp(x, 0.0, 6.0), x > 0 && x < 6 ? 1.0 : 0.0, 0};
    case Kind::softplus: {
      const double s = sigmoid(x);
      return {std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))), s, s * (1 - s)};
    }
    case Kind::sigmoid: {
      const double s = sigmoid(x);
      return {s, s * (1 - s), s * (1 - s) * (1 - 2 * s)};
    }
    case Kind::gelu:
      return gelu2(x);
    case Kind::silu:
      return silu2(x);
    case Kind::silut:
      return silut2(x, activation.threshold);
    case Kind::linear:
      return {x, 1, 0};
  }
  throw Error("activation: unknown kind");
}

Activation parse_activation(const std::string& name) {
  std::string word = name.substr(0, name.find(':'));
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  Activation activation;
  const auto found = std::find_if(names.begin(), names.end(),
                                  [&](const Name& known) { return word == known.text; });
  if (found == names.end()) {
    std::vector<std::string> known;
    known.reserve(names.size());
    for (const Name& entry : names) known.emplace_back(entry.text);
    throw InputError(fmt::format("activation function '{}' is not known{}; known are: {}", name,
                                 did_you_mean(word, known), fmt::join(known, " ")));
  }
  activation.kind = found->kind;
  if (word.size() == name.size()) return activation;

  const char* begin = name.data() + word.size() + 1;
  const char* end = name.data() + name.size();
  const auto [last, error] = std::from_chars(begin, end, activation.threshold);
  if (activation.kind != Kind::silut || error != std::errc{} || last != end ||
      !std::isfinite(activation.threshold))
    throw InputError(fmt::format(
        "activation function '{}': only silut takes a number after the colon, as in silut:3.0",
        name));
  return activation;
}

std::string activation_name(const Activation& activation) {
  const auto found = std::find_if(names.begin(), names.end(),
                                  [&](const Name& known) { return activation.kind == known.kind; });
  if (activation.kind != Kind::silut) return found->text;
  return fmt::format("silut:{}", activation.threshold);
}

}  // namespace vitrion::potential
