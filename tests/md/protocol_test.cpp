// Protocols: what is refused, and how segments are cut into chunks.
#include "md/protocol.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.hpp"

namespace vitrion::md {
namespace {

using ::testing::HasSubstr;

std::string refusal(const Protocol& protocol) {
  try {
    protocol.validate();
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(Protocol, RefusesWhatCannotRun) {
  Protocol p;
  EXPECT_THAT(refusal(p), HasSubstr("at least one segment"));
  p.segments = {Segment::hold(-300, 1)};
  EXPECT_THAT(refusal(p), HasSubstr("temperature = -300 K must be positive"));
  p.segments = {Segment::ramp(300, 300, 1)};
  EXPECT_THAT(refusal(p), HasSubstr("is a hold"));
  p.segments = {Segment{Kind::hold, 300, 400, 0, 1, {}}};
  EXPECT_THAT(refusal(p), HasSubstr("a ramp changes it"));
  p.segments = {Segment::hold(300, 1e-5)};
  EXPECT_THAT(refusal(p), HasSubstr("shorter than a timestep"));
  p.segments = {Segment::hold(1400, 1), Segment::hold(300, 1)};
  EXPECT_THAT(refusal(p), HasSubstr("put a ramp between them"));
  p.segments = {Segment::hold(300, 1)};
  p.timestep = 0.02;
  EXPECT_THAT(refusal(p), HasSubstr("at most 0.005 ps"));
}

TEST(Chunks, CoverARampWithoutGapsInTimeAndTemperature) {
  Protocol p;
  p.timestep = 0.002;
  p.segments = {Segment::minimise(), Segment::ramp(300, 1400, 11), Segment::hold(1400, 4)};
  const std::vector<Chunk> chunks = chunks_of(p, 4);
  ASSERT_EQ(chunks.size(), 1U + 3U + 1U);
  EXPECT_EQ(chunks[0].steps, 0U);
  EXPECT_EQ(chunks[1].steps, 2000U);
  EXPECT_EQ(chunks[3].steps, 1500U);
  EXPECT_DOUBLE_EQ(chunks[1].from, 300);
  EXPECT_DOUBLE_EQ(chunks[1].to, 700);  // 4 of 11 ps at 100 K/ps
  EXPECT_DOUBLE_EQ(chunks[3].to, 1400);
  std::uint64_t step = 0;
  for (std::size_t k = 1; k < chunks.size(); ++k) {
    EXPECT_EQ(chunks[k].first_step, step);
    step += chunks[k].steps;
    EXPECT_DOUBLE_EQ(chunks[k].from, k == 1 ? 300 : chunks[k - 1].to);
  }
  EXPECT_EQ(step, 7500U);
}

// A constant true rate: chunk after chunk the lengths end at (1 + strain) times the first.
TEST(Deformation, ReachesItsStrainWhereverItIsCut) {
  Protocol protocol;
  protocol.timestep = 0.001;
  protocol.segments = {Segment::hold(300, 1)};
  for (const double strain : {0.5, -0.3}) {
    protocol.segments[0].deform = {Deformation::Mode::x, strain};
    for (const double longest : {0.13, 1.0}) {
      double length = 1;
      for (const Chunk& c : chunks_of(protocol, longest))
        length *= std::exp(c.strain_rate * static_cast<double>(c.steps) * protocol.timestep);
      EXPECT_NEAR(length, 1 + strain, 1e-12);
    }
  }
  protocol.segments[0].deform = {Deformation::Mode::yz, 0.5};
  EXPECT_DOUBLE_EQ(chunks_of(protocol, 1.0)[0].strain_rate, 0.5) << "a tangent per ps";
}

TEST(Deformation, WhatCannotBeIsRefused) {
  Segment s = Segment::npt(300, 1, 1);
  s.deform = {Deformation::Mode::x, 0.1};
  EXPECT_THROW(s.validate(), InputError);
  s = Segment::hold(300, 1);
  s.deform = {Deformation::Mode::x, -0.9};
  EXPECT_THROW(s.validate(), InputError);
  EXPECT_THROW((void)deformation_mode("yx"), InputError);
  EXPECT_EQ(deformation_mode("xz"), Deformation::Mode::xz);
}

}  // namespace
}  // namespace vitrion::md
