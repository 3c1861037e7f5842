// vitrion analyze as a user runs it: formats, slices, records, exit codes and errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/random.hpp"
#include "base/vec3.hpp"
#include "places.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

constexpr double L = 14;

class Analyze : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::path(testing::TempDir()) / ("vitrion_analyze_" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write_dump("walk.lammpstrj", 0.05, true, false);
    write_dump("walk_xu.lammpstrj", 0.05, false, false);
    write_dump("still.lammpstrj", 0, true, false);
    write_dump("gap.lammpstrj", 0.05, true, true);
    write_glass("glass.extxyz", 20, 0, 0);
    write_glass("npt.lammpstrj", 200, 0, 0.01);
    write_glass("run.lammpstrj", 200, 0.05, 0);
    fs::copy_file(folder_ / "run.lammpstrj", folder_ / "a.dump");
    write_points("points.csv");
    run("'" VITRION_PROGRAM "' convert a.dump a.dump.zst --elements Na,P,S,O");
    fs::copy_file(folder_ / "a.dump.zst", folder_ / "b.dump.zst");
    for (const char* kelvin : {"800", "1000", "1300"}) {
      analyze(std::string("conductivity walk.lammpstrj --json --temperature ") + kelvin + types);
      fs::copy_file(folder_ / "out", folder_ / ("sigma_" + std::string(kelvin) + ".json"));
    }
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }

  /// 40 Na that walk with D (A^2/ps) and 8 rattling P, 200 frames of 0.1 ps: types only, as LAMMPS
  /// writes them.
  static void write_dump(const std::string& name, double D, bool wrapped, bool gap) {
    RandomStream random(5, "analyze-command");
    std::vector<Vec3> r(48);
    for (Vec3& x : r) x = {random.uniform(0, L), random.uniform(0, L), random.uniform(0, L)};
    std::ofstream out(folder_ / name);
    for (int f = 0; f < 200; ++f) {
      for (std::size_t i = 0; i < 40; ++i)
        for (double& x : r[i]) x += std::sqrt(2 * D * 0.1) * random.normal();
      if (gap && f == 100) continue;
      out << "ITEM: TIMESTEP\n"
          << 100 * f << "\nITEM: NUMBER OF ATOMS\n48\nITEM: BOX BOUNDS pp pp pp\n0 14\n0 14\n0 14\n"
          << "ITEM: ATOMS id type " << (wrapped ? "x y z" : "xu yu zu") << "\n";
      for (std::size_t i = 0; i < 48; ++i) {
        out << i + 1 << ' ' << (i < 40 ? 1 : 2);
        for (const double x : r[i]) {
          const double at = i < 40 ? x : x + 0.1 * random.normal();
          out << ' ' << (wrapped ? at - L * std::floor(at / L) : at);
        }
        out << '\n';
      }
    }
  }

  /// Runs of four glasses at three temperatures, ln D = 2 radius - 3000 / T and a little more.
  static void write_points(const std::string& name) {
    RandomStream random(7, "points");
    std::ofstream out(folder_ / name);
    out << "glass,temperature,D,radius,fluctuation\n";
    for (int glass = 0; glass < 4; ++glass)
      for (const double kelvin : {393, 423, 473}) {
        const double radius = 0.5 + 0.05 * glass + 0.01 * random.normal();
        out << 'g' << glass << ',' << kelvin << ','
            << std::exp(2 * radius - 3000 / kelvin + 0.02 * random.normal()) << ',' << radius << ','
            << 0.1 + 0.02 * random.uniform() << '\n';
      }
  }

  /// Eight PX4 (every other one with an O) on a lattice and 40 Na that walk with D, in a cell whose
  /// edge breathes by a share; as LAMMPS writes it, or as extended XYZ.
  static void write_glass(const std::string& name, int frames, double D, double breath) {
    RandomStream random(6, name);
    const Vec3 corners[] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};
    std::vector<int> kind(40, 0);
    std::vector<Vec3> sites(40);
    for (Vec3& r : sites) r = {random.uniform(0, L), random.uniform(0, L), random.uniform(0, L)};
    for (int n = 0; n < 8; ++n) {
      const Vec3 at{7.0 * (n & 1) + 2, 7.0 * (n >> 1 & 1) + 2, 7.0 * (n >> 2) + 2};
      kind.push_back(1);
      sites.push_back(at);
      for (int k = 0; k < 4; ++k) {
        const bool oxygen = k == 0 && n % 2 == 0;
        kind.push_back(oxygen ? 3 : 2);
        sites.push_back(at + ((oxygen ? 1.5 : 2.05) / std::sqrt(3.0)) * corners[k]);
      }
    }
    const char* const names[] = {"Na", "P", "S", "O"};
    const bool dump = name.ends_with("lammpstrj");
    std::ofstream out(folder_ / name);
    for (int f = 0; f < frames; ++f) {
      const double edge = L * (1 + breath * random.normal());
      if (dump)
        out << "ITEM: TIMESTEP\n"
            << 100 * f << "\nITEM: NUMBER OF ATOMS\n80\nITEM: BOX BOUNDS pp pp pp\n0 " << edge
            << "\n0 " << edge << "\n0 " << edge << "\nITEM: ATOMS id type x y z\n";
      else
        out << "80\nLattice=\"14 0 0 0 14 0 0 0 14\" Properties=species:S:1:pos:R:3\n";
      for (std::size_t i = 0; i < sites.size(); ++i) {
        if (dump)
          out << i + 1 << ' ' << kind[i] + 1;
        else
          out << names[kind[i]];
        for (double& x : sites[i]) {
          if (kind[i] == 0) x += std::sqrt(2 * D * 0.1) * random.normal();
          const double at = (x + 0.03 * random.normal()) / L;
          out << ' ' << edge * (at - std::floor(at));
        }
        out << '\n';
      }
    }
  }

  struct Result {
    int code = -1;
    std::string out;
    std::string err;
    [[nodiscard]] json record() const { return json::parse(out); }
  };
  static Result analyze(const std::string& words) {
    return run("'" VITRION_PROGRAM "' analyze " + words);
  }
  static Result run(const std::string& command) {
    const std::string line = "cd '" + folder_.string() + "' && " + command + " > out 2> err";
    Result r;
    r.code = WEXITSTATUS(std::system(line.c_str()));
    const auto text = [](const char* name) {
      std::ifstream in(folder_ / name);
      std::ostringstream all;
      all << in.rdbuf();
      return all.str();
    };
    r.out = text("out");
    r.err = text("err");
    return r;
  }

  static inline fs::path folder_;
  static constexpr const char* types = " --elements Na,P --frame-time 0.1 ";
};

TEST_F(Analyze, ConductivityOfADumpIsTheOneThatWasPutIn) {
  const Result r =
      analyze(std::string("conductivity walk.lammpstrj --temperature 1000 --json") + types);
  ASSERT_EQ(r.code, 0) << r.err;
  const json record = r.record();
  const auto interval = record["D"]["interval95"].get<std::vector<double>>();
  EXPECT_LT(interval[0], 5e-6);
  EXPECT_GT(interval[1], 5e-6);
  EXPECT_EQ(record["D"]["unit"], "cm2/s");
  for (const char* key : {"sigma_NE", "sigma_collective", "haven"})
    EXPECT_TRUE(record.contains(key));
}

TEST_F(Analyze, UnwrappedColumnsGiveTheSameNumbers) {
  const json a = analyze(std::string("msd walk.lammpstrj --json") + types).record();
  const json b = analyze(std::string("msd walk_xu.lammpstrj --unwrapped --json") + types).record();
  const auto x = a["multi_origin"]["Na"].get<std::vector<double>>();
  const auto y = b["multi_origin"]["Na"].get<std::vector<double>>();
  // Six printed digits of positions up to 30 A: 1e-4 A of an MSD step of 0.17 A.
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], y[i], 2e-3 * x[i]);
}

TEST_F(Analyze, IonsThatDoNotMoveEndWithThree) {
  const Result r =
      analyze(std::string("conductivity still.lammpstrj --temperature 1000 --json") + types);
  EXPECT_EQ(r.code, 3);
  EXPECT_TRUE(r.record()["D"].contains("refused"));
  EXPECT_GT(r.record()["sigma_NE"]["upper95"].get<double>(), 0);
  EXPECT_THAT(r.err, HasSubstr("not diffusive"));
}

TEST_F(Analyze, SlicesAreThoseOfPython) {
  const auto frames = [](const std::string& slice) {
    return analyze("density walk.lammpstrj --elements Na,P --json --frames " + slice)
        .record()["frames"]
        .get<int>();
  };
  EXPECT_EQ(frames("10:20"), 10);
  EXPECT_EQ(frames("::50"), 4);
  EXPECT_EQ(frames("-30:"), 30);
  EXPECT_EQ(frames("-1"), 1);
  EXPECT_EQ(frames("5"), 1);
  EXPECT_EQ(frames(":-190"), 10);
  EXPECT_EQ(analyze("density walk.lammpstrj --elements Na,P --frames 9:x").code, 2);
  EXPECT_THAT(analyze("density walk.lammpstrj --elements Na,P --frames 900:").err,
              HasSubstr("selects none"));
}

TEST_F(Analyze, RdfHasItsArraysAndPairs) {
  const json one = analyze("rdf walk.lammpstrj --elements Na,P --pair Na-P --json").record();
  EXPECT_EQ(one["pair"], "Na-P");
  EXPECT_EQ(one["r"].size(), one["g"].size());
  EXPECT_EQ(one["r"].size(), one["coordination"].size());
  EXPECT_FALSE(one.contains("pairs"));
  EXPECT_EQ(analyze("rdf walk.lammpstrj --elements Na,P --json").record()["pairs"].size(), 4U);
  EXPECT_THAT(analyze("rdf walk.lammpstrj --elements Na,P --pair Na-S").err,
              HasSubstr("of the species Na, P"));
}

TEST_F(Analyze, BrokenInputIsNamed) {
  const Result gap = analyze(std::string("msd gap.lammpstrj") + types);
  EXPECT_EQ(gap.code, 2);
  EXPECT_THAT(gap.err, HasSubstr("evenly spaced"));
  const Result no_time = analyze("msd walk.lammpstrj --elements Na,P");
  EXPECT_EQ(no_time.code, 2);
  EXPECT_THAT(no_time.err, HasSubstr("--frame-time"));
  EXPECT_EQ(
      analyze(std::string("conductivity walk.lammpstrj --species Li --temperature 900") + types)
          .code,
      2);
  EXPECT_EQ(analyze("conductivity walk.lammpstrj").code, 2);
  EXPECT_EQ(analyze(std::string("conductivity walk.lammpstrj --temperature -4") + types).code, 2);
  EXPECT_EQ(analyze("density absent.extxyz").code, 2);
  EXPECT_EQ(analyze("units walk.lammpstrj --elements Na,Li").code, 2);
}

TEST_F(Analyze, ArrheniusTakesRecordsAndTrajectories) {
  ASSERT_EQ(
      analyze(std::string("conductivity walk.lammpstrj --temperature 800 --json") + types).code, 0);
  fs::copy_file(folder_ / "out", folder_ / "800.json", fs::copy_options::overwrite_existing);
  ASSERT_EQ(
      analyze(std::string("conductivity walk.lammpstrj --temperature 1000 --json") + types).code,
      0);
  fs::copy_file(folder_ / "out", folder_ / "1000.json", fs::copy_options::overwrite_existing);
  const Result records = analyze("arrhenius 800.json 1000.json --json");
  ASSERT_EQ(records.code, 0) << records.err;
  // sigma T does not depend on T for one D: the energy is zero.
  EXPECT_NEAR(records.record()["activation_energy"]["value"].get<double>(), 0, 1e-9);
  const Result runs = analyze(
      std::string("arrhenius walk.lammpstrj walk.lammpstrj --temperature 800,1000 --json") + types);
  EXPECT_EQ(runs.record()["activation_energy"]["value"],
            records.record()["activation_energy"]["value"]);
  EXPECT_EQ(analyze("arrhenius 800.json").code, 3);
  EXPECT_EQ(analyze("arrhenius walk.lammpstrj").code, 2);
}

// Each quantity's --help ends with an example, and it runs as it stands.
TEST_F(Analyze, ExamplesOfTheHelpRun) {
  for (const char* quantity :
       {"rdf", "sq", "angles", "units", "density", "modulus", "msd", "conductivity", "arrhenius",
        "nongaussian", "vanhove", "scattering", "rings", "hops", "doorways", "doorway-model"}) {
    const Result help = analyze(std::string(quantity) + " --help");
    ASSERT_EQ(help.code, 0) << quantity;
    std::string example = help.out.substr(help.out.rfind("vitrion analyze"));
    for (std::size_t at = 0; (at = example.find("\\\n")) != std::string::npos;)
      example[at] = example[at + 1] = ' ';
    example.erase(std::min(example.size(), example.find_last_not_of(" \n") + 1));
    const Result r = run("'" VITRION_PROGRAM "'" + example.substr(std::string("vitrion").size()));
    EXPECT_EQ(r.code, 0) << example << "\n" << r.err;
    EXPECT_GT(r.out.size(), 20U) << example;
  }
}

TEST_F(Analyze, EveryQuantityHasARecordAndCsv) {
  const std::string transport = " --elements Na,P,S,O --frame-time 0.1";
  const std::vector<std::string> lines = {
      "rdf glass.extxyz --pair P-S",
      "sq glass.extxyz --pair X-ray",
      "angles glass.extxyz --triplet S-P-O",
      "units glass.extxyz",
      "rings glass.extxyz --criterion king",
      "density npt.lammpstrj --elements Na,P,S,O",
      "modulus npt.lammpstrj --elements Na,P,S,O --temperature 300",
      "msd run.lammpstrj" + transport,
      "conductivity run.lammpstrj --temperature 500" + transport,
      "nongaussian run.lammpstrj" + transport,
      "vanhove run.lammpstrj --lag 2" + transport,
      "vanhove run.lammpstrj --lag 2 --pair Na-S" + transport,
      "nongaussian run.lammpstrj walk.lammpstrj" + transport,
      "scattering run.lammpstrj --q 1.5" + transport,
      "hops run.lammpstrj --threshold 1 --window 2" + transport,
      "doorways run.lammpstrj --threshold 1 --window 2" + transport,
      "arrhenius sigma_800.json sigma_1300.json --band 300:1300"};
  for (const std::string& line : lines) {
    const Result r = analyze(line + " --json");
    ASSERT_EQ(r.code, 0) << line << r.err;
    EXPECT_EQ(r.record()["quantity"], line.substr(0, line.find(' ')));
    EXPECT_TRUE(r.record().contains("input"));
    const Result csv = analyze(line + " --csv");
    ASSERT_EQ(csv.code, 0) << line << csv.err;
    EXPECT_THAT(csv.out, HasSubstr(",")) << line;
  }
}

TEST_F(Analyze, DoorwayModelNamesWhatItCannotUse) {
  const Result r = analyze("doorway-model points.csv --json");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.record()["quantity"], "doorway_model");
  EXPECT_EQ(r.record()["points"].size(), 12U);
  EXPECT_NEAR(r.record()["terms"][0]["slope"]["value"], 2, 1);
  const auto write = [](const char* name, const char* text) {
    std::ofstream(folder_ / name) << text;
  };
  write("few.csv", "glass,temperature,D,radius,fluctuation\na,400,1e-8,0.5,0.1\n");
  EXPECT_EQ(analyze("doorway-model few.csv").code, 3);
  write("word.csv", "glass,temperature,D,radius,fluctuation\na,400,fast,0.5,0.1\n");
  const Result word = analyze("doorway-model word.csv");
  EXPECT_EQ(word.code, 2);
  EXPECT_THAT(word.err, HasSubstr("word.csv: line 2: D = 'fast' is not a number"));
  write("column.csv", "glass,temperature,D,radius\n");
  EXPECT_THAT(analyze("doorway-model column.csv").err, HasSubstr("no column 'fluctuation'"));
  EXPECT_EQ(analyze("doorway-model missing.csv").code, 2);
}

TEST_F(Analyze, HopsOfAWalkAreRefusedInWords) {
  const std::string words = " --elements Na,P,S,O --frame-time 0.1";
  const Result r = analyze("hops walk.lammpstrj" + words);
  EXPECT_EQ(r.code, 0);  // the record is a refusal
  EXPECT_THAT(r.out, HasSubstr("refused"));
  EXPECT_EQ(analyze("hops walk.lammpstrj --window 100" + words).code, 2);
  const Result no_anion = analyze("doorways walk.lammpstrj" + words);
  EXPECT_EQ(no_anion.code, 2);
  EXPECT_THAT(no_anion.err, HasSubstr("anions"));
}

TEST_F(Analyze, APictureIsDrawn) {
  const Result r = analyze("rdf glass.extxyz --pair P-S --plot g.svg");
  ASSERT_EQ(r.code, 0) << r.err;
  std::ifstream in(folder_ / "g.svg");
  std::string first;
  std::getline(in, first);
  EXPECT_THAT(first, HasSubstr("xml"));
  for (const auto& entry : fs::directory_iterator(folder_))
    EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr(".tasks")));
}

TEST_F(Analyze, BrokenTrajectoriesAreNamedWithTheirPlace) {
  const auto lines_of = [](const char* name) {
    std::ifstream in(folder_ / name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  };
  const auto write = [](const char* name, const std::vector<std::string>& lines) {
    std::ofstream out(folder_ / name);
    for (const std::string& line : lines) out << line << "\n";
  };
  const std::vector<std::string> whole = lines_of("run.lammpstrj");  // 89 lines a frame
  const auto refused = [&](const char* name, const std::vector<std::string>& lines,
                           const std::string& words, const std::string& message) {
    write(name, lines);
    const Result r = analyze(std::string("msd ") + name + " " + words);
    EXPECT_EQ(r.code, 2) << name;
    EXPECT_THAT(r.err, HasSubstr(message)) << name;
    EXPECT_THAT(r.err, HasSubstr(name));
  };
  const std::string words = "--elements Na,P,S,O --frame-time 0.1";
  std::vector<std::string> cut(whole.begin(), whole.begin() + 150);
  refused("cut.lammpstrj", cut, words, ":150");
  std::vector<std::string> missing = whole;
  missing[89 + 3] = "79";
  missing.erase(missing.begin() + 89 + 20);
  refused("missing.lammpstrj", missing, words, "frame 1 has 79 atoms");
  std::vector<std::string> order = whole;  // two atoms change their kinds in frame 2
  order[178 + 9] = "1 2" + order[178 + 9].substr(3);
  refused("order.lammpstrj", order, words, "frame 2");
  const Result density = analyze("density missing.lammpstrj --elements Na,P,S,O");
  EXPECT_EQ(density.code, 2);
  EXPECT_THAT(density.err, HasSubstr("missing.lammpstrj: frame 1 has 79 atoms"));
  std::vector<std::string> gap = whole;  // frame 3 is not there
  gap.erase(gap.begin() + 3 * 89, gap.begin() + 4 * 89);
  refused("hole.lammpstrj", gap, words, "evenly spaced");
  refused("map.lammpstrj", whole, "--elements Na,P,S --frame-time 0.1", "type 4");
  refused("empty.lammpstrj", {}, words, "no frame");
  std::vector<std::string> jump = whole;
  for (int k = 5; k < 8; ++k) jump[static_cast<std::size_t>(89 + k)] = "0 21";
  refused("jump.lammpstrj", jump, words, "frame 1: the cell changed by 50 %");
  refused("timeless.lammpstrj", whole, "--elements Na,P,S,O", "--frame-time");
}

}  // namespace
}  // namespace vitrion
