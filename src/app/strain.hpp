// Straining a structure: its pressure from compression to tension, ions relaxed and clamped.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/modulus.hpp"
#include "base/threads.hpp"
#include "md/relax.hpp"
#include "structures/frame.hpp"

namespace vitrion::app {

struct StrainOptions {
  double strain = 1;        ///< largest strain of each axis, per cent
  std::size_t points = 11;  ///< states from compression to tension, odd
  md::RelaxOptions relax;
  std::string precision;  ///< single, double; empty: the model's

  /// @throws InputError naming value and rule.
  void validate() const;
};

struct Strained {
  analysis::StrainModulus relaxed;
  analysis::StrainModulus clamped;
};

/// Relaxes the structure at 0 K, then scales its cell there and back.
/// @throws Refused where a relaxation does not converge.
[[nodiscard]] Strained strain_structure(const structures::Frame& structure,
                                        const std::string& model, const StrainOptions& options,
                                        std::shared_ptr<ThreadPool> threads);
/// The record `strain` of docs/report_record.md.
[[nodiscard]] nlohmann::json strain_record(const Strained& strained, const StrainOptions& options);

}  // namespace vitrion::app
