// Every format into every other: what both can hold comes back, and what is lost is told.
#include <gmock/gmock.h>

#include "edges/formats/format_table.hpp"
#include "edges/formats/losses.hpp"
#include "places.hpp"
#include "support.hpp"

namespace vitrion::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A name that stands for each format that is written.
const std::vector<std::pair<std::string, std::string>> targets = {
    {"deepmd/npy", "npy"},     {"deepmd/npy/mixed", "mixed"},
    {"extxyz", "a.extxyz"},    {"poscar", "a.poscar"},
    {"cif", "a.cif"},          {"lammps/data", "a.data"},
    {"lammps/dump", "a.dump"},
};

void expect_near(const Frame& a, const Frame& b, const FormatInfo& first,
                 const FormatInfo& second) {
  // POSCAR multiplies velocities by 1000, CIF goes through fractions: a few units of the last
  // place.
  const auto close = [](const std::vector<Vec3>& u, const std::vector<Vec3>& v) {
    ASSERT_EQ(u.size(), v.size());
    for (std::size_t i = 0; i < u.size(); ++i) EXPECT_LT(norm(u[i] - v[i]), 2e-13);
  };
  EXPECT_EQ(species_names(a), species_names(b));
  close(a.positions, b.positions);
  const auto both = [&](bool FormatInfo::*held) { return first.*held && second.*held; };
  if (both(&FormatInfo::holds_velocities)) close(a.velocities, b.velocities);
  if (both(&FormatInfo::holds_forces)) close(a.labels.forces, b.labels.forces);
  if (both(&FormatInfo::holds_energy)) {
    EXPECT_EQ(a.labels.energy, b.labels.energy);
  }
  if (both(&FormatInfo::holds_virial)) {
    EXPECT_EQ(a.labels.virial, b.labels.virial);
  }
  if (both(&FormatInfo::holds_info)) {
    EXPECT_EQ(a.info, b.info);
  }
}

TEST(RoundTrip, ThroughAllPairsOfFormats) {
  const TemporaryFolder folder;
  RandomStream random(5, "round-trip");
  Frame frame = random_frame(random, 6,
                             {.velocities = true, .atom_energies = true, .lower_triangular = true});
  frame.species.of_atom = {0, 0, 1, 2, 2, 2};  // grouped, as a POSCAR needs
  frame.info["parent"] = "melt 7";
  for (const auto& [first, first_name] : targets)
    for (const auto& [second, second_name] : targets) {
      SCOPED_TRACE(first + " to " + second);
      write_frames(folder / first_name, {frame}, {.format = first});
      const auto once = read_frames(folder / first_name);
      ASSERT_EQ(once.size(), 1U);
      write_frames(folder / second_name, once, {.format = second});
      const auto twice = read_frames(folder / second_name);
      ASSERT_EQ(twice.size(), 1U);
      expect_near(twice[0], frame, format_named(first), format_named(second));
    }
}

TEST(RoundTrip, LossesAreToldByKind) {
  RandomStream random(6, "round-trip");
  Frame frame = random_frame(random, 3, {.velocities = true, .atom_energies = true});
  frame.info = {{"parent", "a"}, {"timestep", "3"}};
  Losses to_poscar(format_named("poscar"));
  to_poscar.add(frame);
  to_poscar.add(frame);
  EXPECT_THAT(
      to_poscar.sentences(),
      ElementsAre(
          "poscar holds no atom energies: those of 2 frames were left out",
          "poscar holds no energies: those of 2 frames were left out",
          "poscar holds no forces: those of 2 frames were left out",
          "poscar holds no virials: those of 2 frames were left out",
          "poscar has no place for these info keys, which were left out: parent, timestep"));
  Losses to_dump(format_named("lammps/dump"));
  to_dump.add(frame);
  EXPECT_THAT(to_dump.sentences().back(), HasSubstr("left out: parent"));
  Losses to_extxyz(format_named("extxyz"));
  to_extxyz.add(frame);
  EXPECT_THAT(to_extxyz.sentences(), IsEmpty());
}

TEST(Formats, AreChosenByNameOrFolder) {
  for (const auto& [name, format] :
       std::vector<std::pair<std::string, std::string>>{{"a/b.xyz", "extxyz"},
                                                        {"b.extxyz.gz", "extxyz"},
                                                        {"CONTCAR", "poscar"},
                                                        {"POSCAR_relaxed", "poscar"},
                                                        {"POSCAR.xyz", "extxyz"},
                                                        {"x.vasp.zst", "poscar"},
                                                        {"dump.melt.gz", "lammps/dump"},
                                                        {"m.lammpstrj", "lammps/dump"},
                                                        {"data.glass", "lammps/data"},
                                                        {"melts", "deepmd/npy"},
                                                        {"melts.v2/", "deepmd/npy"}})
    EXPECT_EQ(format_of(name).name, format) << name;
  EXPECT_THAT(error_of([] { (void)format_of("a.extxy"); }), HasSubstr("did you mean '.extxyz'?"));
  EXPECT_THAT(error_of([] { (void)format_named("lammps/dmp"); }),
              HasSubstr("did you mean 'lammps/dump'?"));
}

TEST(Formats, ThePagesOfTheDocsHoldTheTable) {
  const std::string docs = VITRION_SOURCE_DIR "/docs/formats/";
  // To renew: vitrion convert --list --markdown
  EXPECT_THAT(text_of(docs + "README.md"), HasSubstr(markdown_format_table()));
  for (const FormatInfo& info : formats()) {
    std::string page = info.name;
    std::replace(page.begin(), page.end(), '/', '-');
    EXPECT_THAT(text_of(docs + page + ".md"), testing::StartsWith("# " + info.name + "\n"));
  }
}

}  // namespace
}  // namespace vitrion::formats
