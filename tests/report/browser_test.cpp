// vitrion report for real: gnuplot draws, Chromium opens the page, nothing complains and nothing is
// fetched.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "places.hpp"
#include "report/small_record.hpp"

namespace vitrion::report {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

class Browser : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    run_ = fs::path(testing::TempDir()) / "vitrion_report.run";
    fs::remove_all(run_);
    write_small_run(run_);
    const std::string line = "'" VITRION_PROGRAM "' report '" + run_.string() + "' > '" +
                             (run_ / "out").string() + "' 2> '" + (run_ / "err").string() + "'";
    code_ = WEXITSTATUS(std::system(line.c_str()));
  }
  static void TearDownTestSuite() { fs::remove_all(run_); }

  /// What Chromium says of the page, its console included, with `arguments`.
  static std::string chromium(const std::string& arguments) {
    const std::string line =
        "cd '" + run_.string() +
        "' && chromium --headless --no-sandbox --hide-scrollbars "
        "--user-data-dir='" +
        (run_ / "profile").string() +
        "' --window-size=1280,2400 "
        "--virtual-time-budget=6000 --enable-logging=stderr --log-net-log=net.json " +
        arguments + " 'file://" + (run_ / "report.html").string() + "' > dom.html 2> log";
    if (std::system(line.c_str()) != 0) return "chromium failed: " + text_of(run_ / "log");
    return text_of(run_ / "log");
  }

  /// Lines of the console; notes of a software WebGL driver are the browser's own.
  static std::string console(const std::string& log) {
    std::istringstream in(log);
    std::string line;
    std::string found;
    while (std::getline(in, line))
      if (line.find(":CONSOLE:") != std::string::npos && line.find("WebGL") == std::string::npos)
        found += line + "\n";
    return found;
  }

  static inline fs::path run_;
  static inline int code_ = -1;
};

TEST_F(Browser, ReportIsMadeWithAllItsFigures) {
  ASSERT_EQ(code_, 0) << text_of(run_ / "err");
  EXPECT_EQ(text_of(run_ / "err"), "");
  EXPECT_THAT(text_of(run_ / "out"), testing::EndsWith("report.html\n"));
  for (const char* name :
       {"parity", "learning", "timing", "quench", "rdf", "units", "msd", "arrhenius"})
    for (const char* suffix : {".svg", ".csv", ".json", ".gp"})
      EXPECT_TRUE(fs::exists(run_ / "figures" / (std::string(name) + suffix))) << name << suffix;
  EXPECT_EQ(text_of(run_ / "figures/gnuplot.log"), "");  // gnuplot warned of nothing
}

TEST_F(Browser, PageOpensWithoutAWordAndWithoutANetwork) {
  if (std::system("command -v chromium > /dev/null") != 0)
    GTEST_SKIP() << "chromium is not installed";
  const std::string log = chromium("--dump-dom");
  EXPECT_EQ(console(log), "");
  const std::string dom = text_of(run_ / "dom.html");
  EXPECT_THAT(dom, HasSubstr("This is a demonstration, not the paper."));
  for (const char* name :
       {"parity", "learning", "timing", "quench", "rdf", "units", "msd", "arrhenius"})
    EXPECT_THAT(dom, HasSubstr(std::string("figure-") + name));
  EXPECT_THAT(dom, Not(HasSubstr("could not be drawn")));
  // The viewer ran: it puts a canvas before the still picture.
  EXPECT_THAT(dom, HasSubstr("<canvas"));
  EXPECT_THAT(dom, HasSubstr("has-viewer"));
  // Chromium's own net log: no URL request but the page itself (its updater asks for hosts of its
  // own).
  const nlohmann::json net = nlohmann::json::parse(text_of(run_ / "net.json"), nullptr, false);
  for (const auto& event :
       net.is_object() ? net.value("events", nlohmann::json::array()) : nlohmann::json::array()) {
    const nlohmann::json parameters = event.value("params", nlohmann::json::object());
    const std::string initiator = parameters.value("initiator", "");
    const std::string url = parameters.value("url", "");
    if (initiator.starts_with("file:") || initiator == "null") {
      EXPECT_FALSE(url.starts_with("http")) << url;
    }
  }
}

TEST_F(Browser, ScreenshotHasColours) {
  if (std::system("command -v chromium > /dev/null") != 0)
    GTEST_SKIP() << "chromium is not installed";
  (void)chromium("--screenshot=shot.png");
  // A blank page of this size packs into some 10 kB; text, figures and the viewer need over 100.
  EXPECT_GT(fs::file_size(run_ / "shot.png"), 100'000U);
}

TEST_F(Browser, AFolderWithoutARecordIsABadInput) {
  const std::string line = "'" VITRION_PROGRAM "' report '" + (run_ / "nothing").string() +
                           "' 2> '" + (run_ / "err2").string() + "'";
  EXPECT_EQ(WEXITSTATUS(std::system(line.c_str())), 2);
  EXPECT_THAT(text_of(run_ / "err2"), HasSubstr("has no record.json"));
}

}  // namespace
}  // namespace vitrion::report
