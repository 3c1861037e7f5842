// The reference against the stored values of DeePMD-kit 3.1.3 (tests/golden/README.md).
#include <gtest/gtest.h>

#include "potential/frame_configuration.hpp"
#include "potential/golden.hpp"
#include "potential/reference/evaluate.hpp"

namespace vitrion::potential {
namespace {

class Golden : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(Golden, ReferenceGivesTheDigits) {
  const auto reference = [](const Model& model) -> Potential {
    return [model](const structures::Frame& frame) {
      const FrameConfiguration configuration(frame, model);
      return reference::evaluate(model, configuration.configuration());
    };
  };
  check_golden(reference, std::get<0>(GetParam()), std::get<1>(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(All, Golden,
                         testing::Combine(testing::ValuesIn(golden_folders),
                                          testing::ValuesIn(golden_models)),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param)) + "_" +
                                  std::get<1>(test.param);
                         });

}  // namespace
}  // namespace vitrion::potential
