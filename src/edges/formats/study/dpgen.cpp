#include "edges/formats/study/dpgen.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/error.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::formats {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

json read_json(const std::string& path) {
  json document = json::parse(read_whole_file(path), nullptr, false, true);
  if (!document.is_object()) throw InputError(fmt::format("{} is no JSON object", path));
  return document;
}

/// Why a key of DP-GEN has no place in a study; others are unknown to DP-GEN too.
const std::map<std::string, std::string>& without_place() {
  static const std::map<std::string, std::string> reasons = {
      {"mass_map", "standard atomic weights are used"},
      {"init_data_sys", "name such labels in [[level]] of a study that vitrion run runs"},
      {"init_data_prefix", "see init_data_sys"},
      {"init_batch_size", "train.batch_atoms fills each batch by atoms"},
      {"sys_batch_size", "train.batch_atoms fills each batch by atoms"},
      {"sys_format", "the format follows from the file's name"},
      {"model_devi_skip", "runs begin with a minimisation; nothing is skipped"},
      {"model_devi_taut", "0.1 ps, the thermostat's damping"},
      {"model_devi_taup", "1 ps, the barostat's damping"},
      {"model_devi_v_trust_lo", "classes follow the force deviation alone"},
      {"model_devi_v_trust_hi", "classes follow the force deviation alone"},
      {"model_devi_adapt_trust_lo", "trust levels are fixed"},
      {"model_devi_numb_candi_f", "trust levels are fixed"},
      {"model_devi_perc_candi_f", "trust levels are fixed"},
      {"model_devi_clean_traj", "learn.disk_GB bounds what a study holds"},
      {"model_devi_merge_traj", "a trajectory is one compressed file"},
      {"model_devi_activation_func", "members differ by their seeds alone"},
      {"shuffle_poscar", "atoms keep their places; [[seed.substitute]] exchanges anions"},
      {"fp_task_min", "every label trains; none is dropped for being one of few"},
      {"fp_accurate_threshold", "select.stop_below decides when a stage is passed"},
      {"fp_accurate_soft_threshold", "select.stop_below decides when a stage is passed"},
      {"fp_skip_bad_box", "atoms nearer than 0.9 A are left out"},
      {"fp_cluster_vacuum", "cells are periodic"},
      {"detailed_report_make_fp", "learn.json and the ledger hold every count"},
      {"ratio_failed", "failed labels are left out, named by vitrion why, and never stop the loop"},
      {"dp_compress", "models are tabulated when they are loaded"},
      {"training_reuse_old_ratio", "all labels train alike"},
      {"training_reuse_start_pref_e", "train.prefactor holds for all trainings"},
      {"training_reuse_start_pref_f", "train.prefactor holds for all trainings"},
      {"train_backend", "models are trained here, in DeePMD's format"},
      {"fp_params", "see docs/label.md for the settings of an engine"},
      {"user_fp_params", "see docs/label.md for the settings of an engine"},
  };
  return reasons;
}

class Converter {
 public:
  Converter(const std::string& param_path, const std::string& machine_path)
      : path_(param_path), param_(read_json(param_path)), machine_(read_json(machine_path)) {}

  StudyFromDpgen operator()() {
    head();
    seed();
    potential();
    train();
    label();
    stages();
    queue();
    leftovers();
    return std::move(result_);
  }

 private:
  template <class... T>
  void line(fmt::format_string<T...> format, T&&... values) {
    result_.text += fmt::format(format, std::forward<T>(values)...) + "\n";
  }
  void note(const std::string& key, const std::string& why) {
    result_.notes.push_back(key + ": " + why);
  }
  const json* take(const std::string& key) {
    used_.insert(key);
    const auto found = param_.find(key);
    return found == param_.end() || found->is_null() ? nullptr : &*found;
  }
  const json& need(const std::string& key) {
    const json* value = take(key);
    if (value == nullptr) throw InputError(fmt::format("{}: {} is missing", path_, key));
    return *value;
  }
  template <class T>
  T get(const json& object, const std::string& key, T otherwise) const {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return otherwise;
    try {
      return found->get<T>();
    } catch (const json::exception&) {
      throw InputError(
          fmt::format("{}: {} = {} is not of the type that it must be", path_, key, found->dump()));
    }
  }
  static std::string text(const std::string& value) { return json(value).dump(); }
  /// A list of numbers, or one.
  static std::vector<double> numbers(const json& value) {
    std::vector<double> all;
    if (value.is_number()) all.push_back(value);
    if (value.is_array())
      for (const json& v : value)
        if (v.is_number()) all.push_back(v);
    return all;
  }
  /// DP-GEN gives a level for all systems, one for each, or a map: the widest window serves all.
  double level(const char* key, double otherwise, bool lowest) {
    const json* value = take(key);
    if (value == nullptr) return otherwise;
    std::vector<double> all = numbers(*value);
    if (value->is_object())
      for (const auto& [index, v] : value->items()) all.push_back(v.get<double>());
    if (all.empty()) return otherwise;
    if (all.size() > 1) note(key, "one level serves all systems here");
    return lowest ? *std::ranges::min_element(all) : *std::ranges::max_element(all);
  }

  void head() {
    line("# From DP-GEN's {} by vitrion init --from-dpgen.", fs::path(path_).filename().string());
    line("[study]");
    line("name = \"dpgen\"");
    line("elements = {}", need("type_map").dump());
    line("seed = 1  # DP-GEN draws its own and does not tell them");
    line("\n[learn]");
    const bool reuses = take("training_reuse_iter") != nullptr;
    const std::size_t jobs = need("model_devi_jobs").size();
    line("iterations = {}  # at most; DP-GEN runs exactly one for each of model_devi_jobs",
         3 * std::max<std::size_t>(1, jobs));
    line("fresh = {}", reuses ? "false" : "true");
  }

  void seed() {
    line("\n[seed]");
    const json* prefix = take("sys_configs_prefix");
    const fs::path base = prefix != nullptr ? fs::path(prefix->get<std::string>()) : fs::path(".");
    std::vector<std::string> files;
    for (const json& group : need("sys_configs")) {
      ++systems_;
      for (const json& glob : group)
        for (const std::string& file : matches(base / glob.get<std::string>()))
          files.push_back(text(file));
    }
    line("files = [{}]", fmt::join(files, ", "));
    line("perturb = {{ cell = 0.03, atoms = 0.01, copies = 5 }}");
  }

  /// The files that a glob stands for, seen from the folder of param.json; itself if none is there.
  std::vector<std::string> matches(const fs::path& pattern) {
    const fs::path from = fs::path(path_).parent_path();
    const std::string name = pattern.filename().string();
    const std::size_t star = name.find('*');
    const fs::path folder =
        pattern.is_absolute() ? pattern.parent_path() : from / pattern.parent_path();
    std::vector<std::string> found;
    std::error_code code;
    if (star != std::string::npos &&
        pattern.parent_path().string().find('*') == std::string::npos) {
      for (const auto& entry : fs::directory_iterator(folder, code)) {
        const std::string file = entry.path().filename().string();
        if (file.starts_with(name.substr(0, star)) && file.ends_with(name.substr(star + 1)))
          found.push_back(fs::absolute(entry.path()).lexically_normal().string());
      }
      std::ranges::sort(found);
    } else if (fs::exists(folder / name, code)) {
      found.push_back(fs::absolute(folder / name).lexically_normal().string());
    }
    if (found.empty()) {
      note("sys_configs", fmt::format("{} matches no file: mend seed.files", pattern.string()));
      found.push_back(pattern.string());
    }
    return found;
  }

  void potential() {
    const json& training = need("default_training_param");
    const json model = get(training, "model", json::object());
    const json d = get(model, "descriptor", json::object());
    const std::string type = get<std::string>(d, "type", "se_e2_a");
    if (type != "se_e2_a" && type != "se_a")
      note("default_training_param.model.descriptor.type", type + " is not se_e2_a");
    line("\n[potential]");
    line("cutoff = {}", get(d, "rcut", 6.0));
    line("smooth = {}", get(d, "rcut_smth", 0.5));
    line("embedding = {}", get(d, "neuron", json({25, 50, 100})).dump());
    line("axis = {}", get(d, "axis_neuron", std::size_t{16}));
    line("one_side = {}", get(d, "type_one_side", false));
    line("fitting = {}",
         get(get(model, "fitting_net", json::object()), "neuron", json({240, 240, 240})).dump());
    line("ensemble = {}", need("numb_models").get<std::size_t>());
  }

  void train() {
    const json& training = need("default_training_param");
    const json rate = get(training, "learning_rate", json::object());
    const json loss = get(training, "loss", json::object());
    const json steps = get(training, "training", json::object());
    const std::size_t first =
        get(steps, "numb_steps", get(steps, "stop_batch", std::size_t{400'000}));
    const double from = get(rate, "start_lr", 1e-3), to = get(rate, "stop_lr", 1e-8);
    std::size_t again = first;
    for (const char* key : {"training_reuse_numb_steps", "training_reuse_stop_batch"})
      if (const json* value = take(key)) again = value->get<std::size_t>();
    const json* start = take("training_reuse_start_lr");
    line("\n[train]");
    line("first = {{ steps = {}, rate = [{}, {}] }}", first, from, to);
    line("retrain = {{ steps = {}, rate = [{}, {}] }}", again,
         start != nullptr ? start->get<double>() : from, to);
    const auto pair = [&](const char* letter, double a, double b) {
      return fmt::format("[{}, {}]", get(loss, fmt::format("start_pref_{}", letter), a),
                         get(loss, fmt::format("limit_pref_{}", letter), b));
    };
    line("prefactor = {{ energy = {}, force = {}, virial = {} }}", pair("e", 0.02, 1),
         pair("f", 1000, 1), pair("v", 0, 0));
  }

  void label() {
    line("\n[label]");
    const std::string style = need("fp_style").get<std::string>();
    if (style == "custom") {
      line("engine = \"command\"");
      line("command = \"sh label.sh\"  # reads input.extxyz, writes output.extxyz");
    } else if (style == "vasp") {
      vasp();
    } else if (style == "cp2k") {
      line("engine = \"cp2k\"  # its settings are those of docs/label.md, not of fp_params");
    } else {
      line("engine = \"gpaw\"  # DP-GEN: {}", style);
      note("fp_style",
           fmt::format("{} has no engine here: label.engine = \"command\" runs a script "
                       "of yours, \"gpaw\" labels from first principles at once",
                       style));
    }
  }

  /// Potentials by element, where DP-GEN has them by position; the tags of INCAR with keys of their
  /// own, those that must be ours, and the rest.
  void vasp() {
    line("engine = \"vasp\"");
    const json fp = machine_.value("fp", json::object());
    const json& first = fp.is_array() && !fp.empty() ? fp.front() : fp;
    line("command = {}", text(get<std::string>(first, "command", "vasp_std")));
    const fs::path folder = get<std::string>(param_, "fp_pp_path", "");
    take("fp_pp_path");
    const std::vector<std::string> elements = need("type_map").get<std::vector<std::string>>();
    std::vector<std::string> files;
    if (const json* value = take("fp_pp_files")) files = value->get<std::vector<std::string>>();
    if (files.size() != elements.size())
      note("fp_pp_files",
           "names another number of potentials than type_map has elements: complete "
           "label.potcar");
    std::string potcar;
    for (std::size_t k = 0; k < elements.size(); ++k)
      potcar += fmt::format("{}{} = {}", k == 0 ? "" : ", ", elements[k],
                            text(k < files.size() ? (folder / files[k]).string() : "POTCAR"));
    line("potcar = {{ {} }}", potcar);
    if (const json* value = take("fp_incar")) incar(value->get<std::string>());
  }

  void incar(const std::string& file) {
    const fs::path path = fs::path(path_).parent_path() / file;
    if (!fs::exists(path)) {
      note("fp_incar", fmt::format("{} does not exist: cutoff_eV and the others are ours", file));
      return;
    }
    std::string rest;
    std::istringstream lines(read_whole_file(path.string()));
    for (std::string one; std::getline(lines, one);) {
      one.resize(std::min(one.size(), one.find_first_of("#!")));
      const std::size_t at = one.find('=');
      if (at == one.npos) continue;
      std::string tag, value;
      std::istringstream(one.substr(0, at)) >> tag;
      std::istringstream(one.substr(at + 1)) >> value;
      if (tag == "ENCUT")
        line("cutoff_eV = {}", value);
      else if (tag == "SIGMA")
        line("smearing_eV = {}", value);
      else if (tag == "KSPACING")
        line("spacing = {}", value);
      else if (tag == "NELM")
        line("maxiter = {}", value);
      else if (tag == "IVDW")
        line("dispersion = \"{}\"", value == "11" ? "D3(0)" : "none");
      else if (tag != "NSW" && tag != "IBRION" && tag != "ISIF" && tag != "KGAMMA" &&
               tag != "SYSTEM")
        rest += fmt::format("{}{} = {}", rest.empty() ? "" : ", ", tag, text(value));
    }
    if (!rest.empty()) line("incar = {{ {} }}", rest);
  }

  void stages() {
    const double dt = [&] {
      const json* value = take("model_devi_dt");
      return value == nullptr ? 0.002 : value->get<double>();
    }();
    std::size_t number = 0;
    for (const json& job : need("model_devi_jobs")) {
      std::vector<double> temps = numbers(get(job, "temps", json({300}))), press;
      if (job.contains("press")) press = numbers(job.at("press"));
      if (temps.empty()) temps = {300};
      const std::string ensemble = get<std::string>(job, "ensemble", "nvt");
      const auto [cold, hot] = std::ranges::minmax(temps);
      const std::size_t picks = get(job, "sys_idx", json::array()).size();
      line("\n[[explore]]");
      line("name = \"job{}\"", number);
      line("start = \"crystals\"");
      line("ensemble = \"{}\"", ensemble.starts_with("npt") ? "npt" : "nvt");
      line("temperature = [{}, {}]", cold, hot);
      if (!press.empty()) {
        const auto [low, high] = std::ranges::minmax(press);
        line("pressure = [{}, {}]", low, high);
      }
      const double steps = get(job, "nsteps", 1000.0), every = get(job, "trj_freq", 10.0);
      line("time = {:g}  # ps", steps * dt);
      line("every = {:g}", std::min(steps, every) * dt);
      line("runs = {}",
           std::max<std::size_t>(1, picks) * temps.size() * std::max<std::size_t>(1, press.size()));
      for (const auto& [key, value] : job.items())
        if (!std::set<std::string>{"sys_idx", "temps", "press", "ensemble", "nsteps", "trj_freq",
                                   "_idx"}
                 .contains(key))
          note(fmt::format("model_devi_jobs[{}].{}", number, key), "has no place in a stage");
      ++number;
    }
    line("\n[select]");
    line("force = [{}, {}]", level("model_devi_f_trust_lo", 0.15, true),
         level("model_devi_f_trust_hi", 0.35, false));
    const json* most = take("fp_task_max");
    line("per_iteration = {}  # DP-GEN's fp_task_max counts for each system",
         (most == nullptr ? 20 : most->get<std::size_t>()) * std::max<std::size_t>(1, systems_));
    line("\n[dynamics]");
    line("timestep = {}", dt);
  }

  /// The section of a step: DP-GEN writes them bare or as lists of one.
  json step(const char* name) const {
    const auto found = machine_.find(name);
    if (found == machine_.end()) return json::object();
    return found->is_array() ? (found->empty() ? json::object() : found->front()) : *found;
  }

  void queue() {
    line("\n[queue]");
    const json fp = step("fp");
    const json machine = get(fp, "machine", json::object());
    const json resources = get(fp, "resources", json::object());
    const std::string batch = get<std::string>(machine, "batch_type", "Shell");
    const bool slurm = batch.find("lurm") != std::string::npos;
    line("kind = \"{}\"", slurm ? "slurm" : "local");
    if (!slurm && batch != "Shell")
      note("machine.batch_type", batch + " is neither Slurm nor Shell: the local queue is used");
    if (const auto name = get<std::string>(resources, "queue_name", ""); !name.empty())
      line("partition = {}", text(name));
    if (const auto gpus = get(resources, "gpu_per_node", 0); gpus > 0)
      line("gres = \"gpu:{}\"", gpus);
    std::vector<std::string> lines;
    for (const json& flag : get(resources, "custom_flags", json::array()))
      lines.push_back(text(flag.get<std::string>()));
    for (const json& module : get(resources, "module_list", json::array()))
      lines.push_back(text("module load " + module.get<std::string>()));
    for (const json& file : get(resources, "source_list", json::array()))
      lines.push_back(text(". " + file.get<std::string>()));
    for (const json& command : get(resources, "prepend_script", json::array()))
      lines.push_back(text(command.get<std::string>()));
    if (!lines.empty()) line("lines = [{}]", fmt::join(lines, ", "));
    if (const auto cores = get(resources, "cpu_per_node", 0); cores > 1)
      note("resources.cpu_per_node", fmt::format("set label.cores = {}", cores));
    if (const auto context = get<std::string>(machine, "context_type", "Local");
        context != "Local" && context != "LazyLocal" && context != "LocalContext")
      note("machine.context_type", context + ": the file system must be shared with this machine");
    for (const char* key : {"group_size", "para_deg", "strategy", "wait_time"})
      if (resources.contains(key))
        note(fmt::format("resources.{}", key), std::string(key) == "group_size"
                                                   ? "label.pack puts several frames into one task"
                                                   : "has no place here");
  }

  void leftovers() {
    for (const auto& [key, value] : param_.items()) {
      if (used_.contains(key) || key.starts_with("_")) continue;
      const auto found = without_place().find(key);
      note(key, found == without_place().end() ? "is not known" : found->second);
    }
  }

  std::string path_;
  json param_, machine_;
  std::set<std::string> used_;
  std::size_t systems_ = 0;
  StudyFromDpgen result_;
};

}  // namespace

StudyFromDpgen study_from_dpgen(const std::string& param_path, const std::string& machine_path) {
  try {
    return Converter(param_path, machine_path)();
  } catch (const json::exception& e) {
    throw InputError(fmt::format("{}: {}", param_path, e.what()));
  }
}

}  // namespace vitrion::formats
