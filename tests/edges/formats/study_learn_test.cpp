// The loop's keys of a study, and DP-GEN's files turned into a study that reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "edges/formats/study/dpgen.hpp"
#include "edges/formats/study/file.hpp"

namespace vitrion::formats {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;

class LoopKeys : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(testing::TempDir()) /
        (std::string("loop_keys_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  static std::string study(const std::string& explore = "name = \"a\"") {
    return "[study]\nname = \"s\"\nelements = [\"Na\", \"S\"]\n[learn]\n[seed]\n"
           "prototypes = [\"na2s\"]\n[[explore]]\n" +
           explore + "\n";
  }
  /// What reading this says.
  std::string complaint(const std::string& text) const {
    try {
      (void)read_study(write("s.toml", text));
    } catch (const InputError& e) {
      return e.what();
    }
    return "nothing";
  }
  fs::path folder_;
};

TEST_F(LoopKeys, AShortStudyHasDefaults) {
  const Study s = read_study(write("s.toml", study()));
  ASSERT_TRUE(s.loop);
  EXPECT_EQ(s.loop->iterations, 20u);
  EXPECT_EQ(s.stages.size(), 1u);
  EXPECT_FALSE(s.explore);
  EXPECT_FALSE(s.has_glass());
  EXPECT_EQ(s.queue.kind, "local");
}

TEST_F(LoopKeys, MistakesAreToldWithPlaceRuleAndNearestChoice) {
  EXPECT_THAT(complaint(study("name = \"a\"\nstart = \"crystal\"")),
              HasSubstr("s.toml:9: explore.start = \"crystal\" must be one of crystals, packed, "
                        "frames, did you mean 'crystals'?"));
  EXPECT_THAT(complaint(study("name = \"a\"\ntemprature = [1, 2]")),
              HasSubstr("did you mean 'temperature'?"));
  EXPECT_THAT(complaint(study("name = \"a\"\n[[explore]]\nname = \"a\"")),
              HasSubstr("must be another than that of a stage before"));
  EXPECT_THAT(complaint(study("name = \"a\"\nstart = \"packed\"")), HasSubstr("explore.units"));
  EXPECT_THAT(complaint(study("name = \"a\"\nensemble = \"npt\"\ndeform = { mode = \"x\", strain = "
                              "0.1 }")),
              HasSubstr("must be \"nvt\" where the cell is deformed"));
  EXPECT_THAT(complaint("[study]\nname = \"s\"\nelements = [\"Na\"]\n[learn]\n[seed]\n"
                        "prototypes = [\"na2s\"]\n"),
              HasSubstr("explore is missing"));
  EXPECT_THAT(complaint(study() + "[label]\nengine = \"potential\"\n"),
              HasSubstr("needs label.model"));
  EXPECT_THAT(complaint(study() + "[queue]\nkind = \"pbs\"\n"),
              HasSubstr("must be one of local, slurm"));
  EXPECT_THAT(
      complaint("[study]\nname = \"s\"\nelements = [\"Na\"]\n[[level]]\nname = \"a\"\nfiles = "
                "[\"x\"]\n[[explore]]\nname = \"a\"\n"),
      HasSubstr("needs [learn]"));
}

TEST_F(LoopKeys, EnginesAndTheTeacherAreRead) {
  const Study s = read_study(write("s.toml", study() + R"(
[label]
engine = "vasp"
command = "mpirun -np 16 vasp_std"
cutoff_eV = 400
spacing = 0.4
potcar = { Na = "Na_pv/POTCAR", S = "S/POTCAR" }
incar = { NCORE = 4, LASPH = false, ALGO = "Fast" }
[teacher]
calculator = "sevenn:7net-l3i5"
pack = 20
frames = 24
)"));
  EXPECT_EQ(s.label.engine, "vasp");
  EXPECT_EQ(s.label.potcar.at("S"), "S/POTCAR");
  EXPECT_EQ(s.label.incar.at("NCORE"), "4");
  EXPECT_EQ(s.label.incar.at("LASPH"), ".FALSE.");
  ASSERT_TRUE(s.teacher);
  EXPECT_EQ(s.teacher->label.engine, "ase");
  EXPECT_EQ(s.teacher->label.pack, 20u);
  EXPECT_EQ(s.teacher->frames, 24u);
  EXPECT_THAT(complaint(study() + "[label]\nengine = \"vasp\"\n"),
              HasSubstr("needs label.potcar, a POTCAR for each element"));
  EXPECT_THAT(complaint(study() + "[label]\nengine = \"cp2l\"\n"),
              HasSubstr("did you mean 'cp2k'?"));
  std::string text = study() + "[teacher]\n";
  text.replace(text.find("[learn]\n"), 8, "[learn]\ntest_share = 0\n");
  EXPECT_THAT(complaint(text), HasSubstr("teacher needs learn.test_share above 0"));
}

TEST_F(LoopKeys, DpgensFilesBecomeAStudyThatReads) {
  write("POSCAR.1", "x");
  write("POSCAR.2", "x");
  const std::string param = write("param.json", R"({
    "type_map": ["Na", "P", "S"], "mass_map": "auto",
    "init_data_sys": ["a"], "sys_configs": [["POSCAR.*"], ["missing/POSCAR"]],
    "numb_models": 4,
    "default_training_param": {
      "model": {"descriptor": {"type": "se_e2_a", "rcut": 6.0, "rcut_smth": 2.0, "neuron": [25, 50, 100],
                               "axis_neuron": 16}, "fitting_net": {"neuron": [240, 240, 240]}},
      "learning_rate": {"start_lr": 0.001, "stop_lr": 3.51e-8},
      "loss": {"start_pref_e": 0.02, "limit_pref_e": 1, "start_pref_f": 1000, "limit_pref_f": 1},
      "training": {"numb_steps": 500000}},
    "training_reuse_iter": 1, "training_reuse_numb_steps": 100000,
    "model_devi_dt": 0.001, "model_devi_f_trust_lo": [0.15, 0.2], "model_devi_f_trust_hi": 0.35,
    "model_devi_jobs": [
      {"sys_idx": [0, 1], "temps": [300, 600], "press": [1, 50000], "nsteps": 2000, "trj_freq": 20,
       "ensemble": "npt"},
      {"sys_idx": [0], "temps": [1400], "nsteps": 5000, "trj_freq": 50, "ensemble": "nvt",
       "template": {"lmp": "in.lmp"}}],
    "fp_style": "vasp", "fp_incar": "INCAR", "fp_pp_path": "potcars",
    "fp_pp_files": ["Na_pv/POTCAR", "P/POTCAR", "S/POTCAR"], "fp_task_max": 30,
    "fp_accurate_treshold": 0.9})");
  write("INCAR", "ENCUT = 400\nKSPACING=0.5 # 1/A\nIVDW = 11\nNSW = 0\nLREAL = Auto\n");
  const std::string machine = write("machine.json", R"({
    "fp": {"command": "vasp_std", "machine": {"batch_type": "Slurm", "context_type": "SSHContext"},
           "resources": {"queue_name": "cpu", "gpu_per_node": 0, "cpu_per_node": 32, "group_size": 5,
                         "custom_flags": ["#SBATCH --mem=32G"], "module_list": ["vasp/6"]}}})");
  const StudyFromDpgen made = study_from_dpgen(param, machine);
  const Study s = read_study(write("study.toml", made.text));
  EXPECT_EQ(s.elements, (std::vector<std::string>{"Na", "P", "S"}));
  EXPECT_EQ(s.potential.ensemble, 4u);
  EXPECT_EQ(s.potential.smooth, 2.0);
  EXPECT_EQ(s.train.first.steps, 500'000u);
  EXPECT_EQ(s.train.retrain.steps, 100'000u);
  EXPECT_FALSE(s.loop->fresh);
  ASSERT_EQ(s.stages.size(), 2u);
  EXPECT_EQ(s.stages[0].ensemble, "npt");
  EXPECT_EQ(s.stages[0].pressure[1], 50000);
  EXPECT_EQ(s.stages[0].runs, 8u);
  EXPECT_DOUBLE_EQ(s.stages[0].time, 2.0);
  EXPECT_EQ(s.select.force, (Range{0.15, 0.35}));
  EXPECT_EQ(s.select.per_iteration, 60u) << "30 for each of two systems";
  EXPECT_EQ(s.seed_stage->files.size(), 3u);
  EXPECT_EQ(s.queue.kind, "slurm");
  EXPECT_EQ(s.queue.partition, "cpu");
  EXPECT_EQ(s.queue.lines, (std::vector<std::string>{"#SBATCH --mem=32G", "module load vasp/6"}));
  EXPECT_EQ(s.label.engine, "vasp");
  EXPECT_EQ(s.label.command, "vasp_std");
  EXPECT_EQ(s.label.potcar.at("Na"), "potcars/Na_pv/POTCAR");
  EXPECT_EQ(s.label.cutoff_eV, 400);
  EXPECT_EQ(s.label.spacing, 0.5);
  EXPECT_EQ(s.label.incar, (std::map<std::string, std::string>{{"LREAL", "Auto"}}));
  for (const char* said :
       {"missing/POSCAR matches no file", "mass_map: standard",
        "fp_accurate_treshold: is not known", "model_devi_jobs[1].template: has no place",
        "model_devi_f_trust_lo: one level", "SSHContext: the file system must be shared",
        "resources.group_size: label.pack", "init_data_sys: name such labels"})
    EXPECT_THAT(made.notes, Contains(HasSubstr(said)));
}

TEST_F(LoopKeys, DpgensFilesWithMistakesAreRefused) {
  const std::string machine = write("machine.json", "{}");
  EXPECT_THROW((void)study_from_dpgen(write("a.json", "{"), machine), InputError);
  EXPECT_THROW((void)study_from_dpgen(write("b.json", "{}"), machine), InputError);
  EXPECT_THROW((void)study_from_dpgen(write("c.json", R"({"type_map": 3, "model_devi_jobs": 1,
    "sys_configs": [], "numb_models": "x", "default_training_param": {}, "fp_style": "vasp"})"),
                                      machine),
               InputError);
}

}  // namespace
}  // namespace vitrion::formats
