#include "app/study/pipeline.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "app/study/interrupt.hpp"
#include "base/progress.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

std::string Stage::file(const char* key) const {
  return (fs::path(folder) / results.at(key).get<std::string>()).string();
}

Pipeline::Pipeline(const formats::Study& study_, RunFolder& folder_, std::size_t cores_,
                   std::string program_)
    : study(study_),
      folder(folder_),
      cores(cores_),
      threads(std::make_shared<ThreadPool>(cores_)),
      program(std::move(program_)) {}

void Pipeline::say(const std::string& text) const {
  fmt::print("  {}\n", text);
  std::fflush(stdout);
}

Stage Pipeline::stage(const std::string& name, const learn::Identity& identity,
                      const std::function<StageResult(const std::string&)>& work) {
  InterruptGuard::check();
  Stage stage{name, folder.folder_of(name, identity), identity.hash(), 0, "", "", {}};
  if (const auto manifest = folder.finished(name, identity)) {
    stage.seconds = manifest->seconds;
    stage.finished = manifest->finished;
    stage.detail = manifest->detail;
    stage.results = manifest->results;
    fmt::print("{:<14} done earlier in {:<12} {}\n", name, duration_text(stage.seconds),
               stage.detail);
  } else {
    fmt::print("{:<14} ...\n", name);
    std::fflush(stdout);
    folder.make(name, identity);
    const auto begin = std::chrono::steady_clock::now();
    const StageResult result = work(stage.folder);
    stage.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() +
        result.seconds;
    stage.detail = result.detail;
    stage.results = result.results;
    stage.finished = now_text();
    folder.finish({name, identity.hash(), identity.text(), stage.finished, stage.seconds,
                   stage.detail, stage.results},
                  identity);
    fmt::print("{:<14} done in {:<20} {}\n", name, duration_text(stage.seconds), stage.detail);
  }
  std::fflush(stdout);
  stages_.push_back(stage);
  return stage;
}

}  // namespace vitrion::app
