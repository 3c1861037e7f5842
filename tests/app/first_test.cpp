// What a person meets before anything runs: check, init, status, completion, the manual page.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "places.hpp"

namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string study_text = R"([study]
name = "t"
elements = ["Na", "P", "S", "O"]
seed = 3
[[level]]
name = "dft"
files = ["LABELS"]
[potential]
embedding = [8, 16]
axis = 4
fitting = [16, 16]
ensemble = 2
[glass]
units = ["Na2S", "P2S5", "P2O5"]
x = [0, 0.15, 0.30, 0.60]
atoms = 1600
replicas = 5
schedule = [
  ["ramp", 300, 1400, 100], ["hold", 1400, 1000], ["ramp", 1400, 300, 500],
  ["hold", 300, 50], ["npt", 300, 1.0, 200],
]
pore = { x = 0, diameter = 14.0 }
[measure]
temperature = [333, 423]
time = { below_390 = 50_000, above_390 = 20_000 }
ensemble = "npt"
every = 1
)";

struct Ended {
  int status = 0;
  std::string text;  ///< standard output and error
};

class FirstMinutes : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / (std::string("vitrion-first-") +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write("study.toml", study_text);
  }
  void TearDown() override {
    if (!HasFailure()) fs::remove_all(folder_);
  }

  fs::path write(const std::string& name, std::string text) const {
    const std::string labels = std::string(VITRION_SOURCE_DIR) + "/data/labels/dft/test.extxyz";
    if (const std::size_t at = text.find("LABELS"); at != std::string::npos)
      text.replace(at, 6, labels);
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  static std::string read(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  Ended shell(const std::string& command) const {
    const fs::path log = folder_ / "log.txt";
    std::ofstream(folder_ / "command.sh") << "cd '" << folder_.string() << "'\n" << command << "\n";
    std::ostringstream line;
    line << "sh '" << (folder_ / "command.sh").string() << "' > '" << log.string() << "' 2>&1";
    const int status = std::system(line.str().c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(log)};
  }
  Ended vitrion(const std::string& words) const {
    std::ostringstream line;
    line << '\'' << VITRION_PROGRAM << "' " << words;
    return shell(line.str());
  }
  nlohmann::json check(const std::string& words) const {
    const Ended ended = vitrion("check study.toml --quick --json " + words);
    EXPECT_EQ(ended.status, 0) << ended.text;
    return nlohmann::json::parse(ended.text, nullptr, false);
  }
  static std::vector<std::string> names(const nlohmann::json& record, const std::string& kind) {
    std::vector<std::string> found;
    for (const nlohmann::json& stage : record.at("stages"))
      if (const std::string name = stage.at("name"); name.starts_with(kind + "-"))
        found.push_back(name);
    return found;
  }
  static double steps(const nlohmann::json& record, const std::string& name) {
    for (const nlohmann::json& stage : record.at("stages"))
      if (stage.at("name") == name) return stage.at("steps");
    return -1;
  }

  fs::path folder_;
};

TEST_F(FirstMinutes, AStudyIsEveryGlassInEveryReplicaAtEveryTemperature) {
  const nlohmann::json record = check("");
  EXPECT_EQ(names(record, "pack").size(), 4U * 5);
  EXPECT_EQ(names(record, "quench").size(), 4U * 5);
  EXPECT_EQ(names(record, "pore").size(), 5U);
  EXPECT_EQ(names(record, "measure").size(), 5U * 2 * 5);  // four dense and one porous
  EXPECT_THAT(names(record, "quench"), Contains("quench-x0.15-5"));
  EXPECT_THAT(names(record, "measure"), Contains("measure-x0-porous-423K-1"));
  // 1850 ps; 33 K at 100 K/ps, 5 ps of settling and 50 ns; of 1 fs.
  EXPECT_NEAR(steps(record, "quench-x0.6-1"), 1'850'000, 1);
  EXPECT_NEAR(steps(record, "measure-x0.3-333K-1"), 330 + 5000 + 50'000'000, 1);
  EXPECT_THAT(record.at("run_folder").get<std::string>(), EndsWith("/study.run"));
  EXPECT_TRUE(record.at("notes").empty());
}

TEST_F(FirstMinutes, AScaledStudyIsSmallerAndSaysWhatIsNotExactlyItsFactor) {
  const nlohmann::json record = check("--scale size=0.1,time=0.01 --replicas 2");
  EXPECT_THAT(record.at("run_folder").get<std::string>(),
              EndsWith("/study.scale-size0.1-time0.01-replicas2.run"));
  // 160 atoms are 20 P in 10 units of P2X5: x = 5k/20, so 0.15 and 0.30 become 0.25.
  EXPECT_THAT(names(record, "quench"),
              testing::ElementsAre("quench-x0-1", "quench-x0-2", "quench-x0.25-1", "quench-x0.25-2",
                                   "quench-x0.5-1", "quench-x0.5-2"));
  const std::string notes = record.at("notes").dump();
  EXPECT_THAT(notes, HasSubstr("Scaled, not comparable"));
  EXPECT_THAT(notes, HasSubstr("0.15 became 0.25, 0.3 became 0.25, 0.6 became 0.5"));
  EXPECT_THAT(notes, HasSubstr("Only 3 of the 4 compositions"));
  // 1 + 10 + 5 ps; 50 ps of hold and 200 ps at constant pressure end at their floors, 1 and 5 ps.
  EXPECT_NEAR(steps(record, "quench-x0-1"), 22'000, 1);
  EXPECT_THAT(notes, HasSubstr("hold of 50 ps to 1 ps (x 0.02), npt of 200 ps to 5 ps (x 0.025)"));
  for (const nlohmann::json& stage : record.at("stages")) {
    const bool has_steps = stage.at("steps") > 0;
    EXPECT_EQ(stage.at("atoms"), has_steps || stage.at("atoms") > 0 ? 160 : 0);
  }
}

TEST_F(FirstMinutes, AQuarterOfThePapersSizeKeepsFourCompositions) {
  const nlohmann::json record = check("--scale size=0.25,time=0.001 --replicas 2");
  // 400 atoms are 50 P in 25 units of P2X5: x = 0.1 k.
  EXPECT_THAT(names(record, "quench"), Contains("quench-x0.1-1"));
  EXPECT_THAT(names(record, "quench"), Contains("quench-x0.6-2"));
  EXPECT_EQ(names(record, "quench").size(), 8U);
  EXPECT_THAT(record.at("notes").dump(), HasSubstr("what 400 atoms reach: 0.15 became 0.1."));
}

TEST_F(FirstMinutes, AScaleThatCannotBeReadNamesTheRule) {
  const Ended word = vitrion("check study.toml --scale sise=0.1");
  EXPECT_EQ(word.status, 2);
  EXPECT_THAT(word.text,
              HasSubstr("must be words size=S, time=T or train=F, did you mean 'size'?"));
  EXPECT_THAT(vitrion("check study.toml --scale size=2").text,
              HasSubstr("--scale size = '2' must be over 0 and at most 1"));
  EXPECT_EQ(vitrion("check study.toml --scale size=0.5,size=0.5").status, 2);
}

TEST_F(FirstMinutes, CheckNamesLineAndNearestKey) {
  std::string text = study_text;
  text.replace(text.find("replicas"), 8, "replcas");
  write("study.toml", text);
  const Ended ended = vitrion("check study.toml");
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.text,
              HasSubstr("study.toml:17: unknown key glass.replcas, did you mean 'replicas'?"));
  write("study.toml", study_text + "[queue]\ncores = 1\n");
  EXPECT_EQ(vitrion("check study.toml --quick").status, 0);
}

TEST_F(FirstMinutes, CheckTriesThePotentialAndCountsItsNeighbours) {
  const Ended ended = vitrion("check study.toml --scale size=0.04,time=0.001 --replicas 1");
  EXPECT_EQ(ended.status, 0) << ended.text;
  EXPECT_THAT(ended.text,
              HasSubstr("ms a step of 64 atoms on one core (a net of the study's shape"));
  EXPECT_THAT(ended.text, HasSubstr("neighbours within 6 A: at most Na "));
  EXPECT_THAT(ended.text, HasSubstr("LAMMPS "));
  EXPECT_THAT(ended.text, HasSubstr("is ready to run"));
}

TEST_F(FirstMinutes, ModelsThatAreNotThereStopTheStudy) {
  write("study.toml", study_text + "[train]\n");
  std::string text = study_text;
  text.replace(text.find("[potential]\n"), 12, "[potential]\nmodels = [\"none.dp\"]\n");
  write("study.toml", text);
  const Ended ended = vitrion("check study.toml");
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.text, HasSubstr("study.toml:9: potential.models: "));
  EXPECT_THAT(ended.text, HasSubstr("none.dp does not exist"));
}

TEST_F(FirstMinutes, InitWritesEachStudyAndEachIsRead) {
  for (const std::string name : {"napso", "quickstart", "blank"}) {
    EXPECT_EQ(vitrion("init " + name + " " + name).status, 0);
    // A blank study names labels that are not there yet: a fault of files, not of keys.
    const Ended ended = vitrion("check " + name + "/study.toml --quick");
    EXPECT_EQ(ended.status, name == "blank" ? 2 : 0) << ended.text;
    EXPECT_THAT(ended.text, HasSubstr("glass: x = 0")) << ended.text;
    EXPECT_THAT(read(folder_ / name / "study.toml"), Not(HasSubstr("\"../data/")));
  }
  const Ended again = vitrion("init blank blank");
  EXPECT_EQ(again.status, 2);
  EXPECT_THAT(again.text, HasSubstr("is there already"));
  EXPECT_THAT(vitrion("init quickstrat x").text, HasSubstr("did you mean 'quickstart'?"));
}

TEST_F(FirstMinutes, StatusCountsAgainstThePlan) {
  const Ended ended = vitrion("status study.toml --scale size=0.25 --replicas 1");
  EXPECT_EQ(ended.status, 0) << ended.text;
  EXPECT_THAT(ended.text, HasSubstr("quench        0/4 "));
  EXPECT_THAT(ended.text, HasSubstr("measure       0/10"));
  const nlohmann::json record = nlohmann::json::parse(vitrion("status study.toml --json").text);
  EXPECT_TRUE(record.at("seconds_left").is_null());  // no run to take a pace from
  EXPECT_EQ(vitrion("status nothing.run").status, 2);
}

TEST_F(FirstMinutes, BashCompletesWhatTheProgramKnows) {
  ASSERT_EQ(vitrion("completion bash > c.bash").status, 0);
  const auto complete = [&](const std::string& words, int at) {
    std::ofstream(folder_ / "try.bash")
        << "compopt() { :; }\nsource c.bash\nCOMP_WORDS=(" << words << ")\nCOMP_CWORD=" << at
        << "\n_vitrion\necho \"${COMPREPLY[@]}\"\n";
    const Ended ended = shell("bash try.bash");
    EXPECT_EQ(ended.status, 0) << ended.text;
    return ended.text;
  };
  EXPECT_EQ(complete("vitrion qu", 1), "quench\n");
  EXPECT_EQ(complete("vitrion analyze rd", 2), "rdf\n");
  EXPECT_EQ(complete("vitrion run study.toml --sc", 3), "--scale\n");
  EXPECT_EQ(complete("vitrion run stud", 2), "study.toml\n");
  EXPECT_EQ(vitrion("completion fish").status, 2);
  EXPECT_THAT(vitrion("completion zsh").text, testing::StartsWith("#compdef vitrion\n"));
}

TEST_F(FirstMinutes, TheManualPageAndTheHelpsTellOfEveryCommand) {
  const std::string help = vitrion("--help").text;
  const std::string page = vitrion("man").text;
  std::istringstream lines(help.substr(help.find("Subcommands:")));
  std::string line;
  std::getline(lines, line);
  std::size_t commands = 0;
  for (std::string name; std::getline(lines, line) && line.starts_with("  ");) {
    std::istringstream(line) >> name;
    if (line.starts_with("   ")) continue;  // a description that goes on
    ++commands;
    EXPECT_THAT(page, HasSubstr(".SS " + name + "\n"));
    EXPECT_THAT(vitrion(name + " --help").text, testing::ContainsRegex("Examples?:")) << name;
  }
  EXPECT_GT(commands, 20U);
  EXPECT_THAT(page, testing::StartsWith(".TH VITRION 1"));
}

}  // namespace
