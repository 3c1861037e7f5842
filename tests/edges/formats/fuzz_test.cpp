// Every reader fed with damage: cut at each byte, and mutated at random. It reads frames that are
// whole, or throws an InputError that begins with the file's name; never anything else.
#include <variant>

#include "edges/formats/deepmd/npy.hpp"
#include "edges/formats/frames_csv.hpp"
#include "places.hpp"
#include "support.hpp"

namespace vitrion::formats {
namespace {

const std::string data = VITRION_TEST_DATA "/edges/formats/data/";

struct Sample {
  std::string name;  // with the suffix that chooses the reader
  std::string text;
};

void PrintTo(const Sample& sample, std::ostream* out) {
  *out << sample.name;
}

/// Small files with everything in them that the readers know.
std::vector<Sample> samples() {
  return {
      {"a.extxyz",
       "2\nLattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1:pos:R:3:forces:R:3 energy=-1.5 "
       "note=\"a b\" "
       "stress=\"1 2 3 4 5 6\" pbc=\"T T T\"\nNa 0 0 0 1 2 3\nS 1 2 3 4 5 6\n1\n\nP 1e-3 2 3\n"},
      {"POSCAR",
       "t\n1.5\n4 0 0\n0 5 0\n0 0 6\nNa S\n1 1\nSelective\nDirect\n0 0 0 T T T\n0.5 0.5 0.5 F F "
       "F\n\n1 2 3\n4 5 "
       "6\n"},
      {"a.cif", text_of(data + "ase_p1.cif")},
      {"b.cif",
       "data_x\n_cell_length_a 5\n_cell_length_b 5\n_cell_length_c 5\n_cell_angle_alpha "
       "90\n_cell_angle_beta "
       "90\n_cell_angle_gamma 90\n_symmetry_space_group_name_H-M 'F m -3 "
       "m'\nloop_\n_atom_site_label\n"
       "_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nNa1 0 0 0\nCl1 0.5 0.5 0.5\n"},
      {"a.data", text_of(data + "lammps_full.data")},
      {"b.data",
       "t\n\n2 atoms\n2 atom types\n0 4 xlo xhi\n0 5 ylo yhi\n0 6 zlo zhi\n\nMasses\n\n1 23 # "
       "Na\n2 32\n\nAtoms # "
       "full\n\n1 1 1 0.5 0 0 0 1 0 0\n2 1 2 -0.5 1 2 3 0 0 0\n\nBonds\n\n1 1 1 2\n"},
      {"a.dump",
       [&] {  // its first frame: cutting a longer text at every byte takes long
         const std::string text = text_of(data + "lammps_wrapped.dump");
         return text.substr(0, text.find(text.substr(0, text.find('\n')), 1));
       }()},
      {"b.dump.gz", text_of(data + "lammps_scaled.dump.gz")},
      {"a.csv", "level,parent,note\ndft,\"a, b\",\"\"\nteacher,,\"two\nlines \"\"q\"\"\"\n"},
      {"a.npy",
       [] {
         const TemporaryFolder folder;
         write_npy(folder / "a.npy", {2, 3}, std::vector<double>{1, 2, 3, 4, 5, 6});
         return text_of(folder / "a.npy");
       }()},
  };
}

/// Frames of the file, or the message of its InputError; anything else ends the test.
std::variant<std::vector<Frame>, std::string> outcome(const std::string& path) {
  try {
    if (path.ends_with(".csv")) {
      (void)read_frames_csv(path);
      return std::vector<Frame>{};
    }
    if (path.ends_with(".npy")) {
      (void)read_npy(path);
      return std::vector<Frame>{};
    }
    std::vector<Frame> frames;
    const auto reader = open_frames(path, {.elements = {"Na", "P", "S"}});
    while (auto frame = reader->next()) frames.push_back(std::move(*frame));
    return frames;
  } catch (const InputError& e) {
    EXPECT_TRUE(std::string(e.what()).starts_with(path)) << e.what();
    return std::string(e.what());
  }
}

/// What any reader promises of a frame that it returns.
void expect_whole(const Frame& frame) {
  const std::size_t n = frame.size();
  EXPECT_GT(n, 0U);
  EXPECT_EQ(frame.species.size(), n);
  for (const int type : frame.species.of_atom) {
    EXPECT_GE(type, 0);
    EXPECT_LT(type, static_cast<int>(frame.species.names.size()));
  }
  for (const std::size_t size :
       {frame.velocities.size(), frame.labels.forces.size(), frame.labels.atom_energies.size(),
        frame.labels.atom_weights.size()})
    EXPECT_TRUE(size == 0 || size == n);
  // Each component: the square of a finite one may overflow.
  for (const Vec3& r : frame.positions)
    for (const double x : r) EXPECT_TRUE(std::isfinite(x));
}

/// One to four bytes or short pieces replaced, inserted, taken out or repeated.
std::string mutated(std::string text, RandomStream& random) {
  const std::string letters = "0123456789-+.eE \n\t\"'={}[]:#naTF,x\\" + std::string("\0\xff", 2);
  for (std::uint64_t k = random.below(4) + 1; k > 0; --k) {
    const std::size_t at = random.below(text.size() + 1);
    const std::size_t length = random.below(12);
    switch (random.below(4)) {
      case 0:
        text.insert(at, 1, letters[random.below(letters.size())]);
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(random.below(text.size() + 1), 4 * length));
        break;
      default:
        if (at < text.size()) text[at] = letters[random.below(letters.size())];
    }
    if (text.empty()) text.push_back('\n');
  }
  return text;
}

class Fuzz : public testing::TestWithParam<Sample> {};

TEST_P(Fuzz, CutAtEveryByte) {
  const TemporaryFolder folder;
  const Sample& sample = GetParam();
  const auto whole = outcome(folder.file(sample.name, sample.text));
  ASSERT_TRUE(whole.index() == 0) << std::get<1>(whole);
  const auto& frames = std::get<0>(whole);
  for (std::size_t size = 0; size < sample.text.size(); ++size) {
    const auto cut = outcome(folder.file(sample.name, sample.text.substr(0, size)));
    if (cut.index() == 1) continue;
    EXPECT_LE(std::get<0>(cut).size(), frames.size());
    for (std::size_t k = 0; k < std::get<0>(cut).size(); ++k) {
      const Frame& frame = std::get<0>(cut)[k];
      expect_whole(frame);
      // A CIF states no number of atoms: one cut between two rows of a loop is a shorter valid CIF.
      if (sample.name.ends_with(".cif")) continue;
      EXPECT_EQ(species_names(frame).size(), species_names(frames[k]).size()) << "cut at " << size;
    }
  }
}

TEST_P(Fuzz, MutatedAtRandom) {
  const TemporaryFolder folder;
  const Sample& sample = GetParam();
  RandomStream random(20241028, "fuzz-" + sample.name);
  for (int trial = 0; trial < 400; ++trial) {
    const std::string text = mutated(sample.text, random);
    const auto result = outcome(folder.file(sample.name, text));
    if (result.index() == 0)
      for (const Frame& frame : std::get<0>(result)) expect_whole(frame);
    if (HasFailure()) {
      FAIL() << "trial " << trial << ":\n" << text;
    }
  }
}

TEST(FuzzFolder, EachFileOfADeepmdSystemCutOrMutated) {
  const TemporaryFolder folder;
  RandomStream random(20241028, "fuzz-deepmd");
  std::vector<Frame> frames = {random_frame(random, 3, {.atom_energies = true}),
                               random_frame(random, 2, {.atom_energies = true})};
  frames[0].info["parent"] = "a b";
  const std::string root = folder / "mixed";
  write_frames(root, frames, {.format = "deepmd/npy/mixed"});
  for (const char* name :
       {"type.raw", "type_map.raw", "frames.csv", "set.000/coord.npy", "set.000/box.npy",
        "set.000/energy.npy", "set.000/real_atom_types.npy", "set.000/atom_ener.npy"}) {
    const std::string whole = text_of(root + "/" + name);
    const auto try_with = [&](const std::string& text) {
      const auto result = outcome((folder.file(std::string("mixed/") + name, text), root));
      if (result.index() == 0)
        for (const Frame& frame : std::get<0>(result)) expect_whole(frame);
    };
    for (std::size_t size = 0; size < whole.size(); size += 3) try_with(whole.substr(0, size));
    for (int trial = 0; trial < 60; ++trial) try_with(mutated(whole, random));
    (void)folder.file(std::string("mixed/") + name, whole);
  }
  EXPECT_EQ(std::get<0>(outcome(root)).size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Formats, Fuzz, testing::ValuesIn(samples()),
                         [](const auto& each) { return std::to_string(each.index); });

}  // namespace
}  // namespace vitrion::formats
