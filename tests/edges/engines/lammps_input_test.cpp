// The inputs of LAMMPS chunks: what each kind of segment must say.
#include "edges/engines/lammps_input.hpp"

#include <gmock/gmock.h>

namespace vitrion::engines {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

md::Protocol protocol() {
  md::Protocol p;
  p.timestep = 0.002;
  p.segments = {md::Segment::minimise(), md::Segment::ramp(300, 1400, 8),
                md::Segment::npt(600, 1, 4)};
  p.observers.trajectory = 0.1;
  p.observers.deviation = 0.1;
  p.seed = 7;
  return p;
}

LammpsPotential potential() {
  return {{"../a.dp", "../b.dp"}, {"Na", "P", "S", "O"}, "single", {{0.8, 1.2}}};
}

TEST(LammpsInput, AMinimisationDrawsNoVelocities) {
  const auto chunks = md::chunks_of(protocol(), 4);
  const std::string text =
      lammps_input(protocol(), chunks[0], potential(), {"../start.data", false});
  EXPECT_THAT(text, HasSubstr("read_data ../start.data\n"));
  EXPECT_THAT(text, HasSubstr("minimize "));
  EXPECT_THAT(text, Not(HasSubstr("velocity")));
  EXPECT_THAT(text, Not(HasSubstr("dump path")));
}

TEST(LammpsInput, TheFirstChunkDrawsVelocitiesAndWatchesTheEnsemble) {
  const auto chunks = md::chunks_of(protocol(), 4);
  const std::string text =
      lammps_input(protocol(), chunks[1], potential(), {"../start.data", false});
  EXPECT_THAT(text, HasSubstr("velocity all create 300 8 "));
  EXPECT_THAT(text,
              HasSubstr("pair_style hybrid/overlay vitrion ../a.dp ../b.dp out_file model_devi.out "
                        "out_freq 50 precision single zbl 0.8 1.2\n"));
  EXPECT_THAT(text, HasSubstr("pair_coeff * * vitrion Na P S O\n"));
  EXPECT_THAT(text, HasSubstr("pair_coeff 2 4 zbl 15 8\n"));
  EXPECT_THAT(text, HasSubstr("fix drive all nvt temp 300 850 0.1\n"));  // half of the ramp
  EXPECT_THAT(text, HasSubstr("dump path all custom/gz 50 path.dump.gz id type xsu ysu zsu\n"));
  EXPECT_THAT(text, HasSubstr("run 2000\n"));
}

TEST(LammpsInput, ARampMayKeepItsPressure) {
  md::Protocol p = protocol();
  p.segments = {md::Segment::npt_ramp(1400, 300, 1, 8)};
  const auto chunks = md::chunks_of(p, 4);
  EXPECT_THAT(lammps_input(p, chunks[0], potential(), {"../start.data", false}),
              HasSubstr("fix drive all npt temp 1400 850 0.1 iso 1 1 1\n"));
}

TEST(LammpsInput, LaterChunksGoOnFromARestart) {
  const auto chunks = md::chunks_of(protocol(), 4);
  const std::string text =
      lammps_input(protocol(), chunks.back(), potential(), {"../002/end.restart", true});
  EXPECT_THAT(text, HasSubstr("read_restart ../002/end.restart\n"));
  EXPECT_THAT(text, Not(HasSubstr("velocity all create")));
  EXPECT_THAT(text, Not(HasSubstr("read_data")));
  EXPECT_THAT(text, HasSubstr("fix drive all npt temp 600 600 0.1 iso 1 1 1\n"));
  EXPECT_THAT(text, HasSubstr("write_restart end.restart\n"));
}

TEST(LammpsInput, TheGuardStandsAtThreeTimesTheHottestTarget) {
  md::Protocol p = protocol();
  p.segments = {md::Segment::hold(1400, 1)};
  EXPECT_THAT(lammps_input(p, md::chunks_of(p, 4)[0], potential(), {"x", true}),
              HasSubstr("fix guard all halt 10 v_kelvin > 4200 error hard message yes\n"));
}

}  // namespace
}  // namespace vitrion::engines
