// The page: one self-contained HTML file that opens without a network.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "report/figure.hpp"
#include "report/figures.hpp"
#include "report/movie.hpp"
#include "report/record.hpp"
#include "report/snapshot.hpp"

namespace vitrion::report {

/// Everything that the page shows besides the record.
struct PageInputs {
  std::vector<Figure> figures;
  /// Drawn figures by name, as SVG; one that is missing is named in the page.
  std::map<std::string, std::string> svg;
  /// PNG of the figures that are pictures.
  std::map<std::string, std::string> png;
  Tables tables;
  Snapshots snapshots;
  std::vector<Movie> movies;
  std::string three_js;  ///< three.js and its orbit controls; empty: the still picture alone
  std::string controls_js;
};

[[nodiscard]] std::string page(const Record& record, const PageInputs& inputs);

}  // namespace vitrion::report
