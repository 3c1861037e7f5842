// The second level of a loop: the truth labels what tells most, both levels are brought to one
// scale, the ensemble is finished on them and judged on frames of the truth that it never saw.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "app/label_work.hpp"
#include "app/learn/loop.hpp"
#include "app/predictor.hpp"
#include "base/error.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/model/file.hpp"
#include "learn/selection.hpp"
#include "learn/softening.hpp"
#include "train/dataset.hpp"
#include "train/trainer.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::Study;
using nlohmann::json;
using structures::Frame;

namespace {

constexpr double test_part = 0.25;  // of the truth's labels
/// Of the frames on which ensemble and teacher disagree most, so many times those wanted are spread
/// over.
constexpr std::size_t reserve = 4;

std::vector<Frame> frames_of(const Stage& stage, const json& files) {
  std::vector<Frame> frames;
  for (const json& file : files)
    for (Frame& frame :
         formats::read_frames((fs::path(stage.folder) / file.get<std::string>()).string()))
      frames.push_back(std::move(frame));
  return frames;
}

std::vector<Frame> labelled_by(const std::vector<Stage>& labels) {
  std::vector<Frame> frames;
  for (const Stage& stage : labels)
    for (Frame& frame : formats::read_frames(stage.file("labelled")))
      frames.push_back(std::move(frame));
  return frames;
}

/// All frames of the teacher, those that no training sees among them.
Stage pool_of(Pipeline& p, const Stage& data) {
  learn::Identity identity("truth-pool", 1);
  identity.add("data", data.identity);
  return p.stage("truth-pool", identity, [&](const std::string& folder) {
    std::vector<Frame> frames = frames_of(data, data.results.at("files"));
    if (data.results.contains("test"))
      for (Frame& frame : formats::read_frames(data.file("test"))) frames.push_back(frame);
    formats::write_frames((fs::path(folder) / "pool.extxyz").string(), frames);
    StageResult result;
    result.results = {{"pool", "pool.extxyz"}, {"n_pool", frames.size()}};
    result.detail = fmt::format("{} frames of the teacher", frames.size());
    return result;
  });
}

/// RMS over the atoms of each frame of the ensemble's force beside the label's, eV/A.
std::vector<double> disagreement(const Pipeline& p, const Ensemble& ensemble,
                                 const std::vector<Frame>& frames) {
  std::vector<std::vector<Vec3>> mean(frames.size());
  const double share = 1.0 / static_cast<double>(ensemble.models.size());
  for (const std::string& model : ensemble.models) {
    Predictor predictor(model, {}, p.threads);
    potential::Result result;
    for (std::size_t k = 0; k < frames.size(); ++k) {
      predictor.predict(frames[k], result);
      mean[k].resize(frames[k].size(), Vec3{});
      for (std::size_t i = 0; i < frames[k].size(); ++i) mean[k][i] += share * result.force[i];
    }
  }
  std::vector<double> rms;
  for (std::size_t k = 0; k < frames.size(); ++k) {
    double sum = 0;
    for (std::size_t i = 0; i < frames[k].size(); ++i)
      sum += norm2(mean[k][i] - frames[k].labels.forces[i]);
    rms.push_back(std::sqrt(sum / static_cast<double>(frames[k].size())));
  }
  return rms;
}

/// Of `frames`, `wanted`: some spread over all, the others among those that disagree most.
std::vector<Frame> choose(const std::vector<Frame>& frames, const std::vector<double>& residual,
                          std::vector<Frame> known, std::size_t wanted, std::size_t by_residual) {
  std::vector<learn::Marks> marks;
  for (const Frame& frame : frames) marks.push_back(learn::marks_of(frame));
  const std::size_t worst =
      static_cast<std::size_t>(std::ranges::max_element(residual) - residual.begin());
  std::vector<Frame> chosen;
  std::set<std::size_t> taken;
  for (const std::size_t k :
       learn::spread(frames, known, wanted - std::min(wanted, by_residual), worst, marks)) {
    taken.insert(k);
    chosen.push_back(frames[k]);
    known.push_back(frames[k]);
  }
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < frames.size(); ++k)
    if (!taken.contains(k)) order.push_back(k);
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return residual[a] > residual[b]; });
  order.resize(std::min(order.size(), reserve * by_residual));
  std::vector<Frame> hard;
  for (const std::size_t k : order) hard.push_back(frames[k]);
  for (const std::size_t k : learn::spread(hard, known, by_residual, 0, {}))
    chosen.push_back(hard[k]);
  return chosen;
}

/// `pool` holds the labels that the ensemble is compared with: the teacher's, once there is a scale
/// on the truth's.
Stage select_for_truth(Pipeline& p, int round, const Ensemble& ensemble, const Stage& pool,
                       const std::vector<Stage>& labels) {
  const Study& study = p.study;
  learn::Identity identity("truth-select", 1);
  identity.add("pool", pool.identity).add("ensemble", ensemble.identity);
  for (const Stage& stage : labels) identity.add("labels", stage.identity);
  identity.add("frames", static_cast<double>(study.teacher->frames));
  return p.stage(
      fmt::format("truth-select-{:03}", round), identity, [&](const std::string& folder) {
        const std::vector<Frame> known = labelled_by(labels);
        std::set<std::string> labelled;
        for (const Frame& frame : known) labelled.insert(identity_of(frame));
        const std::vector<Frame> all = formats::read_frames(pool.file("pool"));
        const std::vector<double> residual = disagreement(p, ensemble, all);
        std::vector<Frame> half[2];  // trained on, held back
        std::vector<double> own[2];
        for (std::size_t k = 0; k < all.size(); ++k) {
          if (labelled.contains(identity_of(all[k]))) continue;
          const std::size_t h = held_back(study, all[k]) ? 1 : 0;
          half[h].push_back(all[k]);
          own[h].push_back(residual[k]);
        }
        const std::size_t wanted = study.teacher->frames;
        const auto tests =
            std::min(half[1].size(),
                     static_cast<std::size_t>(std::ceil(test_part * static_cast<double>(wanted))));
        std::vector<Frame> picked;
        if (!half[0].empty())
          picked = choose(half[0], own[0], known, wanted - tests, (wanted - tests) / 2);
        // Frames that judge are spread, not chosen by error.
        if (tests > 0)
          for (Frame& frame : choose(half[1], own[1], known, tests, 0)) picked.push_back(frame);
        if (!picked.empty())
          formats::write_frames((fs::path(folder) / "picked.extxyz").string(), picked);
        double mean = 0;
        for (const double r : residual) mean += r / static_cast<double>(residual.size());
        StageResult result;
        result.results = {{"n_picked", picked.size()}, {"residual", mean}, {"tests", tests}};
        if (!picked.empty()) result.results["picked"] = "picked.extxyz";
        result.detail = fmt::format(
            "{} frames for the truth, {} of them to test; ensemble and teacher "
            "differ by {:.3f} eV/A on average",
            picked.size(), tests, mean);
        return result;
      });
}

void add(Frame& frame, const Frame& part, double sign) {
  *frame.labels.energy += sign * *part.labels.energy;
  for (std::size_t i = 0; i < frame.size(); ++i)
    frame.labels.forces[i] += sign * part.labels.forces[i];
  *frame.labels.virial += sign * *part.labels.virial;
}

json record_of(const learn::Softening& s) {
  const auto number = [](const learn::SofteningFactor& f) {
    return json{{"value", f.value}, {"error", std::isfinite(f.error) ? json(f.error) : json()}};
  };
  json record = {{"frames", s.frames},
                 {"applied", s.applied},
                 {"disagreement", s.disagreement},
                 {"energy", number(s.energy)},
                 {"force", number(s.force)},
                 {"virial", number(s.virial)},
                 {"force_rmse_raw", s.force_raw},
                 {"force_rmse", s.force_left},
                 {"energy_rmse_per_atom", s.energy_left},
                 {"virial_rmse_per_atom", s.virial_left}};
  for (const auto& [name, f] : s.force_of) record["force_of"][name] = number(f);
  for (std::size_t k = 0; k < s.species.size(); ++k)
    record["offset_eV"][s.species[k]] = s.offsets[k];
  return record;
}

json write_by_size(const std::string& folder, const std::string& name,
                   const std::vector<Frame>& frames) {
  std::map<std::size_t, std::vector<Frame>> by_size;
  for (const Frame& frame : frames) by_size[frame.size()].push_back(frame);
  json files = json::array();
  for (const auto& [size, some] : by_size) {
    files.push_back(fmt::format("{}_{:03}.extxyz", name, size));
    formats::write_frames((fs::path(folder) / files.back().get<std::string>()).string(), some);
  }
  return files;
}

/// Both levels on one scale. Results as those of loop_data, in two groups of files, and the pool on
/// the scale of the truth.
Stage both_levels(Pipeline& p, int round, const Stage& pool, const Stage* dispersion,
                  const std::vector<Stage>& labels) {
  const Study& study = p.study;
  learn::Identity identity("truth-data", 1);
  identity.add("pool", pool.identity).add("elements", study.elements);
  if (dispersion != nullptr) identity.add("dispersion", dispersion->identity);
  for (const Stage& stage : labels) identity.add("labels", stage.identity);
  return p.stage(fmt::format("truth-data-{:03}", round), identity, [&](const std::string& folder) {
    std::map<std::string, Frame> teacher, parts;
    std::vector<std::string> order;
    for (Frame& frame : formats::read_frames(pool.file("pool"))) {
      const std::string name = identity_of(frame);
      if (teacher.emplace(name, std::move(frame)).second) order.push_back(name);
    }
    if (dispersion != nullptr)
      for (Frame& frame : formats::read_frames(dispersion->file("labelled")))
        parts.emplace(identity_of(frame), std::move(frame));
    std::vector<Frame> truth, test, pairs_teacher, pairs_truth;
    std::set<std::string> seen;
    std::string settings;
    for (Frame& frame : labelled_by(labels)) {
      // One level of theory: frames of different settings differ by more than noise.
      const std::string& own = frame.info["settings_hash"];
      if (settings.empty()) settings = own;
      if (own != settings)
        throw InputError(
            fmt::format("labels of settings {} and {} cannot be mixed: they are two "
                        "levels of theory",
                        settings, own));
      const std::string name = identity_of(frame);
      frame.species = frame.species.mapped_to(study.elements);
      seen.insert(name);
      if (held_back(study, frame)) {
        test.push_back(frame);
        continue;
      }
      truth.push_back(frame);
      const auto taught = teacher.find(name);
      if (taught == teacher.end() || (dispersion != nullptr && !parts.contains(name))) continue;
      pairs_teacher.push_back(taught->second);
      pairs_teacher.back().species = taught->second.species.mapped_to(study.elements);
      pairs_truth.push_back(frame);
      if (dispersion != nullptr) add(pairs_truth.back(), parts.at(name), -1);
    }
    if (truth.empty()) throw Error("the truth has labelled no frame to train on");
    const learn::Softening softening = learn::fit_softening(pairs_teacher, pairs_truth);
    std::vector<Frame> scaled, trained;
    for (const std::string& name : order) {
      if (dispersion != nullptr && !parts.contains(name)) continue;
      Frame frame = learn::on_the_scale_of_truth(teacher.at(name), softening);
      frame.species = frame.species.mapped_to(study.elements);
      if (dispersion != nullptr) add(frame, parts.at(name), +1);
      scaled.push_back(frame);
      if (!held_back(study, frame) && !seen.contains(name)) trained.push_back(frame);
    }
    formats::write_frames((fs::path(folder) / "pool.extxyz").string(), scaled);
    StageResult result;
    json files = write_by_size(folder, "teacher", trained);
    const std::size_t first = files.size();
    for (const json& file : write_by_size(folder, "truth", truth)) files.push_back(file);
    result.results = {{"files", files},          {"n_train", truth.size() + trained.size()},
                      {"n_truth", truth.size()}, {"n_test", test.size()},
                      {"pool", "pool.extxyz"},   {"softening", record_of(softening)}};
    if (first > 0) result.results["first_group"] = first;
    if (!test.empty()) {
      formats::write_frames((fs::path(folder) / "test.extxyz").string(), test);
      result.results["test"] = "test.extxyz";
    }
    result.detail = fmt::format(
        "{} frames of the truth and {} of the teacher x {:.3f}{}, {} of the truth to test",
        truth.size(), trained.size(), softening.applied,
        softening.disagreement.empty() ? ""
                                       : fmt::format(" (no factor: {})", softening.disagreement),
        test.size());
    return result;
  });
}

/// The taught ensemble with its energies per species refitted on the truth: labels of the two
/// levels have different zeros.
Ensemble moved_to_truth(Pipeline& p, const Ensemble& taught, const Stage& data) {
  learn::Identity identity("truth-offset", 1);
  identity.add("ensemble", taught.identity).add("data", data.identity);
  const Stage stage = p.stage("truth-offset", identity, [&](const std::string& folder) {
    json own = json::array();
    for (std::size_t k = data.results.value("first_group", std::size_t{0});
         k < data.results.at("files").size(); ++k)
      own.push_back(data.results.at("files").at(k));
    const train::Dataset truth({{"truth", frames_of(data, own)}}, p.study.elements,
                               p.study.potential.cutoff, *p.threads);
    StageResult result;
    for (std::size_t k = 0; k < taught.models.size(); ++k) {
      const std::string file = fmt::format("bias_{}.dp", k);
      formats::write_model(
          (fs::path(folder) / file).string(),
          train::with_changed_bias(formats::read_model(taught.models[k]), truth, p.threads));
      result.results["models"].push_back(file);
    }
    result.detail = "energy per species refitted on the truth";
    return result;
  });
  Ensemble moved{stage.identity, {}};
  for (const json& file : stage.results.at("models"))
    moved.models.push_back((fs::path(stage.folder) / file.get<std::string>()).string());
  return moved;
}

}  // namespace

Ensemble run_truth(Loop& loop, const Ensemble& taught, const Stage& data) {
  Pipeline& p = loop.pipeline;
  const Study& study = p.study;
  const Stage pool = pool_of(p, data);
  std::optional<Stage> dispersion;
  if (loop.dispersion) {
    formats::StudyLabel settings = study.teacher->label;
    settings.pack = 50;  // milliseconds a frame, seconds to start
    settings.max_force = std::numeric_limits<double>::max();
    dispersion =
        loop_label(loop, {*loop.dispersion, settings, "dispersion", true}, 0, pool, "pool");
  }
  Ensemble now = taught;
  std::vector<Stage> labels;
  std::optional<Stage> both;
  std::optional<double> before;
  json records = json::array();
  std::string said;
  for (int round = 0; round < static_cast<int>(study.teacher->rounds); ++round) {
    const Stage asked = select_for_truth(p, round, now, both ? *both : pool, labels);
    if (asked.results.at("n_picked").get<std::size_t>() > 0) {
      const Stage labelled = loop_label(loop, {*loop.truth, study.label, "truth-label", round == 0},
                                        round, asked, "picked");
      if (labelled.results.at("n_labelled").get<std::size_t>() > 0) labels.push_back(labelled);
    }
    both = both_levels(p, round, pool, dispersion ? &*dispersion : nullptr, labels);
    if (!both->results.contains("test"))
      throw Refused(fmt::format(
          "{}: no frame of a run that is held back has a label of the truth: more runs or a larger "
          "share are needed",
          study.place("learn.test_share")));
    const Ensemble start = round == 0 ? moved_to_truth(p, taught, *both) : now;
    now = loop_train(loop, truth_iteration + round, *both,
                     {study.train.finish, &start, study.train.finish.weight});
    const Stage judged = loop_judge(p, fmt::format("truth-judge-{:03}", round), now, *both);
    const double error = judged.results.at("force_relative").get<double>();
    said = fmt::format(
        "truth, round {}: {} frames, force error {:.3f} eV/A on {} test frames, {:.1f} "
        "% of their RMS; teacher x {:.3f}",
        round, both->results.at("n_truth").get<std::size_t>(),
        judged.results.at("force").get<double>(), both->results.at("n_test").get<std::size_t>(),
        100 * error, both->results.at("softening").at("applied").get<double>());
    p.say(said);
    loop.ledger.set_note("loop", said);
    records.push_back({{"round", round},
                       {"selected", asked.results},
                       {"data", both->results},
                       {"judged", judged.results}});
    formats::write_whole_file((fs::path(p.folder.path()) / "truth.json").string(),
                              records.dump(1) + "\n");
    const bool good = study.loop->test_error > 0
                          ? error <= study.loop->test_error
                          : before && *before - error <= study.loop->flat * *before;
    if (good) {
      loop.ledger.set_note("loop", "converged: " + said);
      p.say("converged: " + said);
      return now;
    }
    before = error;
  }
  loop.ledger.set_note("loop", "not converged: " + said);
  throw Refused(fmt::format("{}: not converged after {} rounds: {}", study.place("teacher.rounds"),
                            study.teacher->rounds, said));
}

}  // namespace vitrion::app
