#include "edges/engines/geometry_echo.hpp"

#include <cmath>

#include <fmt/format.h>

namespace vitrion::engines {

std::string geometry_difference(const structures::Frame& asked, const GeometryEcho& echo,
                                std::span<const std::size_t> order, double tolerance) {
  if (echo.species.size() != asked.size() || echo.positions.size() != asked.size())
    return fmt::format("{} atoms were labelled, {} were asked for", echo.positions.size(),
                       asked.size());
  if (!echo.cell) return "the output does not say in which cell";
  for (std::size_t a = 0; a < 3; ++a) {
    const double moved = norm((*echo.cell)[a] - asked.cell->rows()[a]);
    if (!(moved < tolerance))
      return fmt::format("cell vector {} differs by {:.3g} A from what was asked for", a, moved);
  }
  for (std::size_t k = 0; k < asked.size(); ++k) {
    const std::size_t i = order.empty() ? k : order[k];
    if (echo.species[k] != asked.species.name(i))
      return fmt::format("atom {} is {} in the result, {} was asked for", i, echo.species[k],
                         asked.species.name(i));
    const double moved = norm(asked.cell->minimum_image(echo.positions[k] - asked.positions[i]));
    if (!(moved < tolerance))
      return fmt::format("atom {} stands {:.3g} A from where it was asked for", i, moved);
  }
  return {};
}

bool finite(const Vec3& v) {
  return std::isfinite(v[0]) && std::isfinite(v[1]) && std::isfinite(v[2]);
}

learn::Labelled failed(learn::Failure::Kind kind, std::string cause) {
  return unexpected<learn::Failure>({kind, std::move(cause)});
}

}  // namespace vitrion::engines
