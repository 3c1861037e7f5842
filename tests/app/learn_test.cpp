// `vitrion learn` as a user runs it: a small loop whose teacher is a pair potential, killed,
// resumed, asked about, refused.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "base/random.hpp"
#include "places.hpp"

namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct Ended {
  int status = 0;
  std::string text;
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

pid_t start(std::vector<std::string> arguments, const fs::path& log) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  [[maybe_unused]] const auto out = std::freopen(log.c_str(), "w", stdout);
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  arguments.insert(arguments.begin(), VITRION_PROGRAM);
  std::vector<char*> argv;
  for (std::string& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  ::execv(VITRION_PROGRAM, argv.data());
  ::_exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

class Learn : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / (std::string("vitrion-learn-") +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override {
    if (!HasFailure()) fs::remove_all(folder_);
  }

  /// A loop of seconds: one crystal, tiny networks, short warm runs, a pair potential for a
  /// teacher.
  fs::path study(const std::string& name, const std::string& learn = "iterations = 2",
                 const std::string& label_more = "", const std::string& teacher_flags = "") const {
    const fs::path path = folder_ / (name + ".toml");
    std::ofstream(path) << R"([study]
name = "tiny"
elements = ["Na", "P", "S", "O"]
seed = 5
[learn]
)" << learn << R"(
[potential]
cutoff = 5.0
embedding = [4, 8]
axis = 4
fitting = [12, 12]
ensemble = 2
[train]
first = { steps = 150, rate = [3e-3, 1e-3] }
retrain = { steps = 80, rate = [2e-3, 1e-3] }
[label]
engine = "command"
command = "')" << VITRION_SOURCE_DIR
                        << R"(/tests/app/pair_teacher.py' )" << teacher_flags << R"("
pack = 4
)" << label_more << R"(
[seed]
prototypes = ["na3ps4_tetragonal"]
scale = [0.97, 1.03]
perturb = { cell = 0.03, atoms = 0.1, copies = 3 }
[[explore]]
name = "warm"
start = "crystals"
temperature = [300, 600]
time = 0.1
every = 0.01
runs = 2
[[explore]]
name = "pulled"
start = "frames"
temperature = [300, 300]
deform = { mode = "xy", strain = 0.1 }
time = 0.1
every = 0.01
runs = 1
[select]
force = [0.01, 50.0]
per_iteration = 6
stop_below = 0.5
[dynamics]
chunk = 0.04
repulsion = [0.8, 1.2]
[queue]
cores = 2
)";
    return path;
  }

  Ended vitrion(const std::vector<std::string>& arguments) const {
    const fs::path log = folder_ / "log.txt";
    const int status = wait_for(start(arguments, log));
    return {status, read(log)};
  }
  static fs::path run_of(fs::path study) { return study.replace_extension(".run"); }

  /// What a loop found, whatever its folders are called: labels and models, byte by byte.
  static std::map<std::string, std::string> findings(const fs::path& run) {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(run)) {
      const std::string name = entry.path().filename().string();
      const std::string parent = entry.path().parent_path().filename().string();
      if (name == "labelled.extxyz" || name == "picked.extxyz" || name == "model.dp")
        found[parent + "/" + name] = read(entry.path());
    }
    return found;
  }

  fs::path folder_;
};

TEST_F(Learn, TwoIterationsThenItSaysNotConverged) {
  const fs::path path = study("once");
  const Ended check = vitrion({"check", path.string()});
  EXPECT_EQ(check.status, 0) << check.text;
  EXPECT_THAT(check.text, HasSubstr("prototype na3ps4_tetragonal: Na6 P2 S8"));
  const Ended once = vitrion({"learn", path.string()});
  ASSERT_EQ(once.status, 3) << once.text;
  EXPECT_THAT(once.text, HasSubstr("not converged after 2 iterations"));
  const fs::path run = run_of(path);
  const auto records = nlohmann::json::parse(read(run / "learn.json"));
  ASSERT_EQ(records.size(), 2u);
  for (const auto& r : records) EXPECT_GT(r.at("explored").at("visited"), 10) << r.dump();

  const Ended status = vitrion({"status", path.string(), "--json", "--disk"});
  const auto record = nlohmann::json::parse(status.text);
  EXPECT_EQ(record.at("tasks").at("explore").at("done"), 4);
  EXPECT_EQ(record.at("tasks").at("train").at("done"), 4);
  EXPECT_GT(record.at("bytes"), 1000);

  // Each frame that was labelled says where it comes from.
  const auto found = findings(run);
  EXPECT_TRUE(std::ranges::any_of(found, [](const auto& f) {
    return f.first.ends_with("labelled.extxyz") &&
           f.second.find("parent=warm-0-") != std::string::npos &&
           f.second.find("step=") != std::string::npos &&
           f.second.find("potential=") != std::string::npos &&
           f.second.find("settings_hash=") != std::string::npos;
  }));
  const Ended why = vitrion({"why", path.string(), record.at("stages").at(0).at("task")});
  EXPECT_EQ(why.status, 0) << why.text;
  EXPECT_EQ(vitrion({"why", path.string(), "label-"}).status, 2) << "fits several tasks";

  // Run again, nothing is computed again.
  const Ended again = vitrion({"learn", path.string()});
  EXPECT_EQ(again.status, 3);
  EXPECT_THAT(again.text, testing::Not(HasSubstr("...\n")));
  EXPECT_EQ(findings(run), found);
}

// Trust levels so wide that every frame is known: each stage is passed at once.
TEST_F(Learn, PassesItsStagesAndConverges) {
  const fs::path path = study("wide", "iterations = 4");
  std::string text = read(path);
  const std::string levels = "force = [0.01, 50.0]";
  text.replace(text.find(levels), levels.size(), "force = [60.0, 90.0]");
  std::ofstream(path) << text;
  const Ended once = vitrion({"learn", path.string()});
  ASSERT_EQ(once.status, 0) << once.text;
  EXPECT_THAT(once.text, HasSubstr("stage pulled: "));
  EXPECT_THAT(once.text, HasSubstr("converged after 2 iterations"));
  EXPECT_TRUE(fs::exists(run_of(path) / "models/001.dp"));
}

TEST_F(Learn, KilledAtRandomMomentsItEndsInTheSameBankAndModels) {
  const fs::path whole = study("whole", "iterations = 1");
  const Ended once = vitrion({"learn", whole.string()});
  ASSERT_EQ(once.status, 3) << once.text;
  const fs::path killed = study("killed", "iterations = 1");
  vitrion::RandomStream random(17, "kill");
  const char* many =
      std::getenv("VITRION_KILLS");  // tools/loop_must_hold.py kills 200 times, and workers too
  const int most = many == nullptr ? 6 : std::atoi(many);
  int kills = 0;
  for (; kills < most; ++kills) {
    const pid_t child = start({"learn", killed.string()}, folder_ / "killed.txt");
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + random.below(600)));
    ::kill(child, SIGKILL);
    if (wait_for(child) == 3) break;
  }
  EXPECT_GT(kills, 0);
  const Ended last = vitrion({"learn", killed.string()});
  ASSERT_EQ(last.status, 3) << last.text;
  EXPECT_EQ(findings(run_of(whole)), findings(run_of(killed)));
}

// A limit on the size of files is what a full disk looks like to a writer.
TEST_F(Learn, AFullDiskEndsItInOrderAndNothingIsLost) {
  const fs::path whole = study("plenty", "iterations = 1");
  ASSERT_EQ(vitrion({"learn", whole.string()}).status, 3);
  const fs::path full = study("full", "iterations = 1");
  for (const int kilobytes : {4, 60, 150, 400}) {
    const std::string line = "ulimit -f " + std::to_string(2 * kilobytes) +
                             "; '" VITRION_PROGRAM "' learn '" + full.string() + "' > '" +
                             (folder_ / "full.txt").string() + "' 2>&1";
    const int status = WEXITSTATUS(std::system(line.c_str()));
    EXPECT_TRUE(status == 1 || status == 3) << kilobytes << " kB: " << read(folder_ / "full.txt");
    (void)vitrion({"retry", full.string(), "--failed"});
  }
  const Ended last = vitrion({"learn", full.string()});
  ASSERT_EQ(last.status, 3) << last.text;
  EXPECT_EQ(findings(run_of(whole)), findings(run_of(full)));
}

// The same loop on a real slurmctld and slurmd on loopback.
TEST_F(Learn, RunsOnARealSlurm) {
  for (const char* program : {"slurmctld", "slurmd", "munged"})
    if (std::system((std::string("command -v ") + program + " > /dev/null").c_str()) != 0)
      GTEST_SKIP() << program << " is not installed";
  const std::string script = "sh '" VITRION_SOURCE_DIR "/tests/edges/queue/real_slurm.sh' '" +
                             (folder_ / "slurm").string() + "' ";
  ASSERT_EQ(std::system((script + std::to_string(40000 + 2 * (::getpid() % 10000))).c_str()), 0);
  ::setenv("SLURM_CONF", (folder_ / "slurm/slurm.conf").c_str(), 1);
  const fs::path path = study("cluster");
  std::string text = read(path);
  text.replace(text.find("[queue]\ncores = 2"), 17,
               "[queue]\nkind = \"slurm\"\npartition = \"work\"\npoll = [0.3, 1]\ngrace = 5");
  std::ofstream(path) << text;
  const Ended once = vitrion({"learn", path.string()});
  const Ended status = vitrion({"status", path.string(), "--json"});
  EXPECT_EQ(std::system((script + "stop").c_str()), 0);
  ::unsetenv("SLURM_CONF");
  ASSERT_EQ(once.status, 3) << once.text;
  EXPECT_THAT(once.text, HasSubstr("not converged after 2 iterations"));
  EXPECT_EQ(nlohmann::json::parse(status.text).at("tasks").at("train").at("done"), 4);
}

TEST_F(Learn, TheSecondDriverIsRefused) {
  const fs::path path = study("two");
  const pid_t first = start({"learn", path.string()}, folder_ / "first.txt");
  for (int tries = 0; tries < 100 && !fs::exists(run_of(path) / "study.db"); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const Ended second = vitrion({"learn", path.string()});
  ::kill(first, SIGTERM);
  EXPECT_EQ(wait_for(first), 128 + SIGTERM);
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.text, HasSubstr("is being run by process " + std::to_string(first) + " on "));
}

TEST_F(Learn, UnconvergedLabelsAreLeftOutAndNamed) {
  const fs::path path = study("loose", "iterations = 1", "", "--loose 4");
  const Ended once = vitrion({"learn", path.string()});
  ASSERT_EQ(once.status, 3) << once.text;
  EXPECT_THAT(once.text, HasSubstr("6 of 8 frames by command"));
}

TEST_F(Learn, ABrokenEngineIsNamedWithItsOwnWords) {
  const fs::path path = study("broken", "iterations = 1", "", "--loose nothing");
  const Ended once = vitrion({"learn", path.string()});
  EXPECT_EQ(once.status, 1);
  EXPECT_THAT(once.text, HasSubstr("none of 8 frames could be labelled"));
  const auto record = nlohmann::json::parse(vitrion({"status", path.string(), "--json"}).text);
  ASSERT_EQ(record.at("failed").size(), 2u);
  const std::string task = record.at("failed").at(0).at("task");
  const Ended why = vitrion({"why", path.string(), task});
  EXPECT_THAT(why.text, HasSubstr("incomplete: the command ended without an output.extxyz"));
  EXPECT_THAT(why.text, HasSubstr("invalid literal for int()")) << why.text;
  EXPECT_THAT(vitrion({"logs", path.string(), task}).text, HasSubstr("Traceback"));
  EXPECT_THAT(vitrion({"retry", path.string(), "--failed"}).text, HasSubstr("2 tasks to be tried"));
  EXPECT_THAT(vitrion({"cancel", path.string(), task}).text, HasSubstr("1 task cancelled"));
}

// A teacher that is too soft by 1.2 and has another zero of energy; the truth is the pair
// potential.
TEST_F(Learn, TwoLevelsAreBroughtToOneScaleAndJudgedOnTheTruth) {
  const fs::path path =
      study("levels", "iterations = 4\ntest_share = 0.5\nflat = 0.9\nstructure = 0");
  std::string text = read(path);
  const auto replace = [&](const std::string& before, const std::string& after) {
    ASSERT_NE(text.find(before), std::string::npos) << before;
    text.replace(text.find(before), before.size(), after);
  };
  replace("stop_below = 0.5", "stop_below = 1.0");
  replace("force = [0.01, 50.0]", "force = [0.25, 50.0]");
  replace("runs = 2", "runs = 4\niterations = 2");
  replace("steps = 150", "steps = 1000");
  replace("retrain = {", "finish = { steps = 80, rate = [1e-3, 5e-4] }\nretrain = {");
  const std::size_t second = text.find("[[explore]]", text.find("[[explore]]") + 1);
  text.erase(second, text.find("[select]") - second);
  text += "[teacher]\nengine = \"command\"\ncommand = \"'" VITRION_SOURCE_DIR
          "/tests/app/pair_teacher.py' --soft 1.2\"\npack = 4\nframes = 8\nrounds = 3\n";
  std::ofstream(path) << text;
  const Ended once = vitrion({"learn", path.string()});
  ASSERT_EQ(once.status, 0) << once.text;
  EXPECT_THAT(once.text, HasSubstr("converged: truth, round "));
  const auto rounds = nlohmann::json::parse(read(run_of(path) / "truth.json"));
  ASSERT_GE(rounds.size(), 2u) << "flat needs two";
  const auto& softening = rounds.back().at("data").at("softening");
  EXPECT_NEAR(softening.at("applied").get<double>(), 1.2, 1e-6) << softening.dump();
  // Energies of one compound tell only its sum of offsets: -0.6 eV a P atom, for all eight atoms.
  const auto& offset = softening.at("offset_eV");
  EXPECT_NEAR(3 * offset.at("Na").get<double>() + offset.at("P").get<double>() +
                  4 * offset.at("S").get<double>(),
              -0.6, 1e-6);
  EXPECT_LT(softening.at("energy_rmse_per_atom").get<double>(), 1e-6);
  EXPECT_GE(rounds.back().at("data").at("n_test").get<int>(), 2);
  // Each label of the truth is computed once, and the frames of both levels are told apart.
  const Ended again = vitrion({"learn", path.string()});
  EXPECT_EQ(again.status, 0) << again.text;
  EXPECT_THAT(again.text, testing::Not(HasSubstr("...\n")));
}

TEST_F(Learn, AStageOnHoldWaitsForAPerson) {
  const fs::path path = study("held", "iterations = 2");
  std::string text = read(path);
  const std::string stage = "start = \"crystals\"\n";
  text.replace(text.find(stage), stage.size(), stage + "hold = true\n");
  std::ofstream(path) << text;
  const Ended held = vitrion({"learn", path.string()});
  EXPECT_EQ(held.status, 3);
  EXPECT_THAT(held.text, HasSubstr("explore.hold: stage warm is on hold"));
}

TEST_F(Learn, AWrongStudyIsRefusedWithItsLine) {
  const fs::path path = study("wrong");
  std::string text = read(path);
  text.replace(text.find("deform = { mode = \"xy\""), 22, "deform = { mode = \"yx\"");
  std::ofstream(path) << text;
  const Ended wrong = vitrion({"learn", path.string()});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.text, HasSubstr("explore.deform.mode = \"yx\" must be one of"));
  EXPECT_EQ(vitrion({"run", study("norun").string()}).status, 2);
}

}  // namespace
