#include "potential/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "edges/formats/deepmd/npy.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/model/file.hpp"
#include "places.hpp"

namespace vitrion::potential {

namespace {

/// Largest difference between `got` and the part of an array that belongs to frame `f` of `frames`.
template <class T>
double distance(const formats::NpyArray<double>& expected, std::size_t f, std::size_t frames,
                const std::vector<T>& got) {
  const auto* values = reinterpret_cast<const double*>(got.data());
  const std::size_t size = got.size() * sizeof(T) / sizeof(double);
  EXPECT_EQ(size * frames, expected.values.size());
  double largest = 0;
  for (std::size_t k = 0; k < size; ++k)
    largest = std::max(largest, std::abs(values[k] - expected.values[f * size + k]));
  return largest;
}

}  // namespace

void check_golden(const MakePotential& make, const std::string& folder, const std::string& which) {
  const std::string root = std::string(VITRION_TEST_DATA) + "/golden/" + folder + "/";
  const auto array = [&](const std::string& name) {
    return formats::read_npy(root + which + "/" + name + ".npy");
  };
  const Potential potential = make(formats::read_model(root + which + ".dp"));
  const auto frames = formats::read_frames(root + "frames");
  ASSERT_EQ(frames.size(), 2U);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const Result result = potential(frames[f]);
    EXPECT_LT(distance(array("energy"), f, 2, std::vector{result.energy}), 1e-9);
    EXPECT_LT(distance(array("force"), f, 2, result.force), 1e-9);
    EXPECT_LT(distance(array("virial"), f, 2, std::vector{result.virial}), 1e-8);
    EXPECT_LT(distance(array("atom_energy"), f, 2, result.atom_energy), 1e-9);
    if (result.atom_virial.empty()) continue;
    EXPECT_LT(distance(array("atom_virial"), f, 2, result.atom_virial), 1e-8);
  }
}

}  // namespace vitrion::potential
