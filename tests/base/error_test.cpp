// Errors: exit codes, and the nearest word that may have been meant.
#include "base/error.hpp"

#include <gtest/gtest.h>

namespace vitrion {
namespace {

TEST(Error, EachKindHasItsExitCode) {
  EXPECT_EQ(Error("x").exit_code(), 1);
  EXPECT_EQ(InputError("x").exit_code(), 2);
  EXPECT_EQ(Refused("x").exit_code(), 3);
  try {
    throw Refused("not diffusive");
  } catch (const Error& e) {
    EXPECT_EQ(e.exit_code(), 3);
    EXPECT_STREQ(e.what(), "not diffusive");
  }
}

TEST(Error, NearestIsWithinTwoMistakesOrAThird) {
  const std::vector<std::string> keys = {"rcut", "rcut_smth", "neuron", "axis_neuron"};
  EXPECT_EQ(nearest("rcut_smoth", keys), "rcut_smth");
  EXPECT_EQ(nearest("neurons", keys), "neuron");
  EXPECT_EQ(nearest("rctu", keys), "rcut");
  EXPECT_EQ(nearest("temperature", keys), "");
  EXPECT_EQ(nearest("", keys), "");
  EXPECT_EQ(nearest("rcut", {}), "");
  EXPECT_EQ(did_you_mean("axis_neurom", keys), ", did you mean 'axis_neuron'?");
  EXPECT_EQ(did_you_mean("zzzzzz", keys), "");
}

}  // namespace
}  // namespace vitrion
