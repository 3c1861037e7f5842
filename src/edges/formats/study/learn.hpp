// The keys of the concurrent loop: seed, exploration stages, selection, labels, queue.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vitrion::formats {

using Range = std::array<double, 2>;
class TomlReader;
struct Study;

/// A line of a schedule: ["ramp", 300, 1400, 100].
struct StudyScheduleLine {
  std::string kind;
  std::vector<double> numbers;
};

/// [[seed.substitute]]: a crystal made from another by exchanging anions.
struct StudySubstitute {
  std::string of;  ///< a prototype
  std::string centre = "P", from = "S", to = "O";
  std::size_t per_centre = 1;
  double bond = 1.53;  ///< A, of the new atom to its centre
  double reach = 2.5;  ///< A; what is nearer to the centre is bound to it
};

/// [seed]: the structures that the loop begins with.
struct StudySeed {
  std::vector<std::string> prototypes;
  std::vector<std::string> files;  ///< CIF, POSCAR, extended XYZ
  std::vector<StudySubstitute> substitute;
  std::array<std::size_t, 3> supercell = {1, 1, 1};
  std::vector<double> scale = {1.0};  ///< of the lengths
  double perturb_cell = 0.03;
  double perturb_atoms = 0.01;  ///< A
  double min_distance = 0.85;   ///< of the shortest pair before
  std::size_t copies = 5;       ///< perturbed copies of each crystal at each scale
};

/// [[explore]]: one stage of the exploration; the loop passes it when it finds little new.
struct StudyStage {
  std::string name;
  std::string start = "crystals";  ///< or "packed", "frames" (labelled ones so far)
  std::string ensemble = "nvt";    ///< or "npt"
  Range temperature = {300, 300};  ///< K, of a run, uniform between
  Range pressure = {1, 1};         ///< bar
  std::string deform;              ///< mode; empty: none
  double strain = 0;
  std::vector<StudyScheduleLine> schedule;  ///< in place of ensemble and temperature
  double time = 2;                          ///< ps
  double every = 0.05;                      ///< ps between looks at the deviation
  std::size_t runs = 2;
  std::size_t iterations = 1;      ///< at least
  bool hold = false;               ///< the loop waits here for a person
  std::vector<std::string> units;  ///< packed: of what
  std::string formula;             ///< packed; empty: that of the glass
  std::vector<double> x = {0};
  std::size_t atoms = 24;
  double density = 1.8;  ///< g/cm3
};

/// [learn]: the loop itself.
struct StudyLoop {
  std::size_t iterations = 20;  ///< at most; then "not converged"
  double test_share = 0.1;      ///< of the labelled runs, by parent, that no training sees
  double test_error = 0;        ///< of the RMS force of the test frames; 0: not asked for
  double flat = 0.1;            ///< a change of the test error under this is none
  double structure = 0.1;  ///< largest change of a motif's share that is none; 0: not asked for
  bool fresh = false;      ///< each training from random weights
  double disk_GB = 0;      ///< most that the run folder may hold; 0: no limit
};

/// [label]: who labels. What is 0 or empty is as the engine has it.
struct StudyLabel {
  std::string engine = "gpaw";
  double cutoff_eV = 600;  ///< gpaw, vasp
  std::string kpoints = "auto";
  double spacing = 0.5;                       ///< 1/A, of k-points
  double smearing_eV = 0;                     ///< gpaw, vasp, cp2k
  std::string dispersion = "D3(0)";           ///< or "none"
  std::size_t maxiter = 0;                    ///< self-consistency steps
  std::map<std::string, std::string> potcar;  ///< vasp: element -> file
  std::map<std::string, std::string> incar;   ///< vasp: tags beside ours
  double cutoff_Ry = 0;                       ///< cp2k
  std::string basis;                          ///< cp2k
  std::string calculator = "sevenn:7net-0";   ///< ase
  std::string model;                          ///< potential: a model file
  std::string command;   ///< command: reads input.extxyz, writes output.extxyz; vasp, cp2k: how it
                         ///< is started
  std::string settings;  ///< command: what it computes, in words that are hashed
  std::size_t pack = 1;  ///< frames in one task
  std::size_t cores = 1;
  double minutes = 0;
  double memory_GB = 0;
  double max_force = 50;  ///< eV/A; a label with a larger force is rejected
};

/// [teacher]: who labels first, cheaply; then [label] is asked where it tells most.
struct StudyTeacher {
  StudyLabel label;  ///< its engine; "D3(0)" is added to its labels, "none" says they hold it
  std::size_t frames = 12;  ///< labels of the truth in a round
  std::size_t rounds = 4;   ///< at most; then "not converged"
};

/// [queue]: where tasks run; no result depends on it.
struct StudyQueue {
  std::string kind = "local";  ///< or "slurm"
  std::size_t cores = 0;       ///< local; 0: all
  std::string partition, account, qos, gres;
  std::vector<std::string> lines;
  std::size_t most_jobs = 200, most_running = 0, array = 100;
  Range poll = {10, 120};  ///< s
  double grace = 60;       ///< s
  double train_minutes = 0, explore_minutes = 0;
  std::size_t train_cores = 1, explore_cores = 1;
  std::size_t retries = 1;
};

/// The key `schedule`, if it is there: a list of lines.
void read_schedule(TomlReader& t, std::vector<StudyScheduleLine>& lines);
void read_seed(TomlReader& t, StudySeed& seed);
void read_stage(TomlReader& t, StudyStage& stage);
void read_loop(TomlReader& t, StudyLoop& loop);
void read_label(TomlReader& t, StudyLabel& label);
void read_teacher(TomlReader& t, StudyTeacher& teacher);
void read_queue(TomlReader& t, StudyQueue& queue);

}  // namespace vitrion::formats
