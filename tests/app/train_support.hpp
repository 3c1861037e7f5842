// The fixture of the tests of vitrion train: a folder with the golden frames and their input.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "places.hpp"

namespace vitrion {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

/// Bytes of a file, empty if there is none.
inline std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

class Train : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("vitrion_train_" + std::to_string(getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    fs::copy(golden_ / "napso_two_side" / "frames", folder_ / "frames",
             fs::copy_options::recursive);
    input_ = json::parse(bytes_of(golden_ / "napso_two_side" / "input.json"));
    input_["training"]["training_data"]["systems"] = {"frames"};
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write_input() { std::ofstream(folder_ / "input.json") << input_.dump(1); }

  /// Exit code of `vitrion train ARGUMENTS` in the folder; `limits` is shell text before it.
  int train(const std::string& arguments, const std::string& limits = "") {
    write_input();
    const std::string line = "cd '" + folder_.string() + "' && " + limits +
                             " '" VITRION_PROGRAM "' train " + arguments + " > said 2>&1";
    return WEXITSTATUS(std::system(line.c_str()));
  }
  /// Starts `vitrion train ARGUMENT...` as a child.
  pid_t start(const std::vector<std::string>& arguments) {
    write_input();
    const pid_t child = fork();
    if (child != 0) return child;
    std::vector<std::string> words = {VITRION_PROGRAM, "train", "input.json", "--threads", "1"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (chdir(folder_.c_str()) != 0 || !std::freopen("said", "a", stdout) ||
        !std::freopen("said", "a", stderr))
      _exit(99);
    execv(VITRION_PROGRAM, argv.data());
    _exit(98);
  }
  std::string said() { return bytes_of(folder_ / "said"); }
  std::string message() {
    const std::string text = said();
    const std::size_t at = text.rfind("vitrion: ");
    return at == std::string::npos ? "no message in: " + text : text.substr(at + 9);
  }

  const fs::path golden_ = fs::path(VITRION_TEST_DATA) / "golden";
  fs::path folder_;
  json input_;
};

}  // namespace vitrion
