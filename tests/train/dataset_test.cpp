// Data sets: types mapped, padding dropped, bad frames named, neighbour lists kept or rebuilt
// alike.
#include "train/dataset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "train/small_data.hpp"

namespace vitrion::train {
namespace {

using structures::Frame;

Dataset data_of(std::vector<Frame> frames, std::size_t memory = 1 << 20) {
  ThreadPool threads(2);
  return {{System{"here", std::move(frames)}}, {"Na", "S"}, 5.0, threads, memory};
}

std::string message_of(const Frame& frame) {
  try {
    (void)data_of({random_frame(1, {"S"}, {0, 0}), frame});
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Dataset, MapsTypesAndDropsPadding) {
  Frame frame = random_frame(1, {"S", "Na"}, {0, 1, 1});
  frame.species.of_atom.push_back(-1);
  frame.positions.push_back({0, 0, 0});
  frame.labels.forces.push_back({0, 0, 0});
  const Dataset data = data_of({frame});
  EXPECT_EQ(data.frame(0, 0).species.of_atom, (std::vector<int>{1, 0, 0}));
  EXPECT_EQ(data.frame(0, 0).labels.forces.size(), 3U);
  EXPECT_EQ(data.atoms(0), 3U);
}

TEST(Dataset, ListsThatAreNotKeptAreRebuiltAlike) {
  const std::vector<Frame> frames = {random_frame(1, {"S", "Na"}, {0, 1, 1, 0}),
                                     random_frame(2, {"S", "Na"}, {0, 1, 1, 0})};
  const Dataset kept = data_of(frames);
  const Dataset rebuilt = data_of(frames, 0);
  structures::NeighbourList a;
  structures::NeighbourList b;
  for (std::size_t f = 0; f < 2; ++f) {
    const auto one = kept.configuration(0, f, a);
    const auto two = rebuilt.configuration(0, f, b);
    EXPECT_TRUE(std::equal(one.displacement.begin(), one.displacement.end(),
                           two.displacement.begin(), two.displacement.end()));
  }
  EXPECT_TRUE(a.first.empty());
  EXPECT_EQ(kept.neighbours().most_neighbours, rebuilt.neighbours().most_neighbours);
}

TEST(Dataset, SaysWhatIsWrongWithAFrame) {
  const Frame good = random_frame(2, {"S"}, {0, 0});
  Frame frame = good;
  frame.labels.energy = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(message_of(frame), "here: frame 1: energy = nan is not finite");
  frame = good;
  frame.labels.forces[1][2] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(message_of(frame), "here: frame 1: force holds a number that is not finite");
  frame = good;
  frame.labels.forces.pop_back();
  EXPECT_EQ(message_of(frame), "here: frame 1: force has 1 entries for 2 atoms");
  frame = good;
  frame.species.names = {"K"};
  EXPECT_EQ(message_of(frame), "here: frame 1: element 'K' is not one of: Na S");
  frame = good;
  frame.positions[1] = frame.positions[0];
  EXPECT_THAT(message_of(frame),
              ::testing::StartsWith("here: frame 1: atoms 0 and 1 stand at one place"));
  frame = good;
  frame.labels = {};
  EXPECT_THAT(message_of(frame), ::testing::HasSubstr("no label"));
}

}  // namespace
}  // namespace vitrion::train
