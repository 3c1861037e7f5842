// What a conversion loses: parts of frames that the target format has no place for, counted and
// told.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "edges/formats/frames.hpp"

namespace vitrion::formats {

class Losses {
 public:
  explicit Losses(const FormatInfo& target) : target_(target) {}

  void add(const Frame& frame);
  /// "poscar holds no forces: those of 12 frames were left out", a sentence per kind of loss.
  [[nodiscard]] std::vector<std::string> sentences() const;

 private:
  FormatInfo target_;
  std::map<std::string, std::size_t> parts_;  // frames per part that is lost
  std::set<std::string> info_keys_;           // lost in any frame
};

}  // namespace vitrion::formats
