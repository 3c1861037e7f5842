#include "app/study/choice.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

constexpr const char* signature_name = "study.json";

/// The choice that a run folder was begun with.
StudyChoice signed_choice(const std::string& folder) {
  const fs::path path = fs::path(folder) / signature_name;
  std::error_code code;
  if (!fs::exists(path, code))
    throw InputError(
        fmt::format("{} is no run folder of vitrion run: it holds no {}", folder, signature_name));
  const nlohmann::json json =
      nlohmann::json::parse(formats::read_whole_file(path.string()), nullptr, false);
  if (!json.is_object() || !json.contains("study"))
    throw InputError(fmt::format("{} names no study", path.string()));
  return {(fs::path(folder) / json.at("study").get<std::string>()).lexically_normal().string(),
          json.value("scale", ""), json.value("replicas", std::size_t{0})};
}

}  // namespace

void StudyChoice::add_to(CLI::App& command) {
  command.add_option("STUDY", path, "study file (TOML), or the run folder of one")->required();
  command.add_option("--scale", scale,
                     "smaller and shorter: size=S,time=T,train=F, factors of the study's atoms, "
                     "times and training steps");
  command
      .add_option("--replicas", replicas, "glasses of each composition, in place of the study's")
      ->check(CLI::PositiveNumber);
}

std::string ChosenStudy::run_folder() const {
  return RunFolder(study.path, scale.name()).path();
}

void ChosenStudy::sign(const RunFolder& folder) const {
  std::string words;
  const auto add = [&](const char* name, double factor) {
    if (factor != 1) words += fmt::format("{}{}={}", words.empty() ? "" : ",", name, factor);
  };
  add("size", scale.size);
  add("time", scale.time);
  add("train", scale.train);
  const nlohmann::json json = {
      {"study", fs::absolute(study.path).lexically_relative(folder.path()).string()},
      {"scale", words},
      {"replicas", scale.replicas}};
  formats::write_whole_file((fs::path(folder.path()) / signature_name).string(),
                            json.dump(1) + "\n");
}

ChosenStudy choose(const StudyChoice& given) {
  StudyChoice choice = given;
  if (fs::path(given.path).extension() == ".run" || fs::is_directory(given.path)) {
    if (!given.scale.empty() || given.replicas > 0)
      throw InputError(fmt::format("{} is a run folder, which has its scale already", given.path));
    choice = signed_choice(given.path);
  }
  ChosenStudy chosen;
  chosen.study = formats::read_study(choice.path);
  if (!choice.scale.empty()) chosen.scale = Scale::parse(choice.scale);
  chosen.scale.replicas = choice.replicas;
  chosen.notes = apply(chosen.scale, chosen.study);
  return chosen;
}

}  // namespace vitrion::app
