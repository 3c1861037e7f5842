// The page: one self-contained HTML file that opens without a network.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "report/figure.hpp"
#include "report/record.hpp"
#include "report/snapshot.hpp"

namespace vitrion::report {

/// Everything that the page shows besides the record.
struct PageInputs {
  std::vector<Figure> figures;
  std::map<std::string, std::string>
      svg;  ///< drawn figures by name; one that is missing is named in the page
  Snapshot snapshot;
  std::string three_js;  ///< three.js and its orbit controls; empty: the still picture alone
  std::string controls_js;
};

[[nodiscard]] std::string page(const Record& record, const PageInputs& inputs);

}  // namespace vitrion::report
