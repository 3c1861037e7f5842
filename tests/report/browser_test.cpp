// vitrion report for real: gnuplot draws, Chromium opens the page, every control is used, nothing
// complains and nothing is fetched.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "places.hpp"
#include "report/chromium.hpp"
#include "report/whole_study.hpp"

namespace vitrion::report {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

constexpr const char* paper_figures[] = {"fig1",    "fig2",  "fig3a", "fig3b", "fig3c",
                                         "fig4abc", "fig4d", "fig5a", "fig5b", "figS1a",
                                         "figS1b",  "figS2", "figS3", "figS4"};

/// The report of the made-up whole study, and a browser that has it open.
class Browser : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    run_ = fs::path(testing::TempDir()) / "vitrion_report.run";
    fs::remove_all(run_);
    write_whole_run(run_);
    const std::string line = "'" VITRION_PROGRAM "' report '" + run_.string() + "' > '" +
                             (run_ / "out").string() + "' 2> '" + (run_ / "err").string() + "'";
    code_ = WEXITSTATUS(std::system(line.c_str()));
    if (std::system("command -v chromium > /dev/null") != 0) return;
    browser_ = std::make_unique<Chromium>(run_ / "profile");
    load_ms_ = browser_->open_page("file://" + (run_ / "report.html").string());
  }
  static void TearDownTestSuite() {
    browser_.reset();
    // VITRION_KEEP_REPORT=1 leaves the report to be looked at.
    if (std::getenv("VITRION_KEEP_REPORT") == nullptr) fs::remove_all(run_);
  }
  void SetUp() override {
    ASSERT_EQ(code_, 0) << text_of(run_ / "err");
    if (browser_) browser_->console.clear();
  }
  /// A wrong script shows in the console or throws; either fails the test that used the control.
  void TearDown() override {
    if (browser_) {
      EXPECT_THAT(browser_->console, IsEmpty());
    }
  }

  static Chromium& browser() { return *browser_; }
  static nlohmann::json in_page(const std::string& js) { return browser_->evaluate(js); }

  static inline fs::path run_;
  static inline int code_ = -1;
  static inline double load_ms_ = 0;
  static inline std::unique_ptr<Chromium> browser_;
};

#define NEED_BROWSER() \
  if (!browser_) GTEST_SKIP() << "chromium is not installed"

TEST_F(Browser, ReportIsMadeWithAllFiguresOfThePaper) {
  EXPECT_EQ(text_of(run_ / "err"), "");
  EXPECT_THAT(text_of(run_ / "out"), testing::EndsWith("report.html\n"));
  for (const char* name : paper_figures)
    for (const char* suffix : {".svg", ".pdf", ".png", ".csv", ".json", ".gp"})
      EXPECT_GT(fs::file_size(run_ / "figures" / (std::string(name) + suffix)), 30U)
          << name << suffix;
  EXPECT_EQ(text_of(run_ / "figures/gnuplot.log"), "");  // gnuplot warned of nothing
  EXPECT_LT(fs::file_size(run_ / "report.html"), 25'000'000U);
}

TEST_F(Browser, PageOpensWithoutAWordAndWithoutANetwork) {
  NEED_BROWSER();
  std::printf("load event after %.0f ms, %.1f MB\n", load_ms_,
              static_cast<double>(fs::file_size(run_ / "report.html")) / 1e6);
  for (const std::string& url : browser().requests)
    EXPECT_TRUE(url.starts_with("file:") || url.starts_with("data:") || url.starts_with("blob:") ||
                url == "about:blank")
        << url.substr(0, 200);
  EXPECT_EQ(in_page("document.querySelectorAll('#viewer canvas').length"), 1);
  for (const char* name : paper_figures)
    EXPECT_EQ(in_page(std::string("document.querySelectorAll('#figure-") + name + "').length"), 1)
        << name;
}

TEST_F(Browser, EveryPanelDrawsOrSaysWhyNot) {
  NEED_BROWSER();
  EXPECT_GE(in_page("document.querySelectorAll('figure.panel').length").get<int>(), 20);
  EXPECT_EQ(in_page("[...document.querySelectorAll('figure.panel')].filter(p => !p.hidden && "
                    "!p.querySelector('svg.plot') && !p.querySelector('.absent').textContent)"
                    ".map(p => p.id)"),
            nlohmann::json::array());
  // No path of a panel has a number that is none.
  EXPECT_EQ(in_page("[...document.querySelectorAll('figure.panel')].filter(p => "
                    "p.innerHTML.includes('NaN')).map(p => p.id)"),
            nlohmann::json::array());
}

TEST_F(Browser, FiltersAndTheEstimatorMoveAllPanels) {
  NEED_BROWSER();
  const char* series = "document.querySelectorAll('#panel-sigma-x .legend span').length";
  const char* marks = "document.querySelector('#panel-sigma-x svg.plot').innerHTML";
  const int before = in_page(series).get<int>();
  browser().click("[data-filter='T (K):423']");
  EXPECT_EQ(in_page(series), before - 1);
  EXPECT_EQ(in_page("document.querySelector('#panel-msd-Na-423K').hidden"), true);
  browser().click("[data-filter='T (K):423']");
  browser().click("[data-filter='glass:x0.3']");
  EXPECT_EQ(in_page("document.querySelector('#panel-rdf .legend').textContent.includes('x = 0.3')"),
            false);
  browser().click("[data-filter='glass:x0.3']");
  browser().click("[data-filter='replica:2']");
  EXPECT_EQ(in_page("document.querySelector('#window-fits tbody td:nth-child(3)').textContent"),
            "1");
  browser().click("[data-filter='replica:2']");
  const nlohmann::json best = in_page(marks);
  browser().click("input[name=estimator][value=paper]");
  EXPECT_NE(in_page(marks), best);
  browser().click("input[name=estimator][value=best]");
  EXPECT_EQ(in_page(marks), best);
}

TEST_F(Browser, WindowSliderFitsTheSlopeThatTheTableHas) {
  NEED_BROWSER();
  // The table's curve is 0.4 + b t with b = 10 slope: D = b / 6 A^2/ps to 1e-4 cm2/s; both ends of
  // the slider, and the values between, give it, for the curve is straight.
  const double b = 20 * whole_sigma(0, 473, false) * 10 * (1.1 + 1.2) / 2;
  const auto D = [&] {
    return in_page(
               "(() => { const f = [...document.querySelectorAll('#window-fits tbody tr')]"
               ".find(r => r.children[0].textContent === 'x = 0' && r.children[1].textContent "
               "=== '473'); return f.children[3].textContent; })()")
        .get<std::string>();
  };
  const double shown = std::stod(D());  // mantissa
  const double mantissa = b / 6e4 / std::pow(10, std::floor(std::log10(b / 6e4)));
  EXPECT_NEAR(shown, mantissa, 0.006) << D();
  for (const double at : {0.1, 0.3, 0.7})
    (void)in_page(
        fmt::format("(() => {{ const i = document.querySelector('[data-window=\"0\"]'); "
                    "i.value = {}; i.dispatchEvent(new Event('input')); }})()",
                    at));
  EXPECT_NEAR(std::stod(D()), mantissa, 0.006);
  EXPECT_EQ(in_page("document.getElementById('window-text').textContent"), "70 to 95 % of the run");
  browser().click("#paper-window");
  EXPECT_EQ(in_page("document.getElementById('window-text').textContent"), "50 to 95 % of the run");
}

TEST_F(Browser, EveryButtonOfEveryPanelWorks) {
  NEED_BROWSER();
  (void)browser().call("Browser.setDownloadBehavior",
                       {{"behavior", "allow"}, {"downloadPath", run_.string()}});
  EXPECT_GT(in_page("(() => { let n = 0; for (const b of document.querySelectorAll('button.log')) "
                    "if (!b.hidden && b.closest('figure').querySelector('svg.plot')) { b.click(); "
                    "++n; } for (const b of document.querySelectorAll('button.log')) if (!b.hidden "
                    "&& b.closest('figure').querySelector('svg.plot')) b.click(); return n; })()")
                .get<int>(),
            20);
  browser().click("#panel-sigma-x [data-save=csv]");
  browser().click("#panel-sigma-x [data-save=svg]");
  browser().click("#save-record");
  for (int wait = 0; wait < 50 && !fs::exists(run_ / "record (1).json"); ++wait)
    (void)in_page("new Promise(done => setTimeout(done, 100))");
  EXPECT_THAT(text_of(run_ / "sigma-x.csv"), HasSubstr("473 K,0.15,"));
  const std::string svg = text_of(run_ / "sigma-x.svg");
  EXPECT_TRUE(svg.starts_with("<svg"));
  EXPECT_EQ(svg.find("var(--"), std::string::npos);  // it stands alone
  (void)in_page(
      "(() => { for (const s of document.querySelectorAll('#rdf-pair')) for (const o of "
      "s.options) { s.value = o.value; s.dispatchEvent(new Event('change')); } })()");
  browser().click("#rdf-scaled");
  EXPECT_EQ(in_page("document.querySelector('#panel-rdf .axis').textContent"),
            "r scaled by the volume (Å)");
  browser().click("#rdf-scaled");
  browser().click("[data-claims='not resolved']");
  EXPECT_EQ(in_page("document.querySelector('[data-verdict=\"not resolved\"]').hidden"), true);
  browser().click("[data-claims='not resolved']");
  (void)in_page(
      "document.querySelectorAll('details').forEach(d => { d.open = !d.open; d.open = "
      "!d.open; })");
}

TEST_F(Browser, PointsSpeakToPointerAndKeyboard) {
  NEED_BROWSER();
  (void)in_page("document.querySelector('#panel-sigma-x svg.plot').focus()");
  for (int k = 0; k < 8; ++k) browser().key("ArrowRight");  // past the bounds at 333 K
  EXPECT_EQ(in_page("document.getElementById('tip').hidden"), false);
  const std::string tip = in_page("document.getElementById('tip').textContent");
  EXPECT_THAT(tip, HasSubstr("95 % ["));
  EXPECT_THAT(tip, HasSubstr("n = 2 runs"));
  browser().key("Escape");
  EXPECT_EQ(in_page("document.getElementById('tip').hidden"), true);
}

TEST_F(Browser, ViewerShowsPlaysAndFlies) {
  NEED_BROWSER();
  for (const char* name : {"Na", "P", "S", "units"}) {
    browser().click(std::string("[data-view='") + name + "']");
    browser().click(std::string("[data-view='") + name + "']");
  }
  browser().click("[data-view=paths]");
  browser().click("[data-view=void]");
  EXPECT_THAT(in_page("document.querySelector('#viewer-controls').textContent").get<std::string>(),
              HasSubstr("% of the cell in this frame"));
  browser().click("[data-view='left-out']");
  (void)in_page(
      "(() => { const p = document.getElementById('probe'); p.value = 1.4; "
      "p.dispatchEvent(new Event('change')); })()");
  browser().click("[data-view=void]");
  (void)in_page(
      "(() => { const s = document.getElementById('viewer-run'); for (const o of "
      "s.options) { s.value = o.value; s.dispatchEvent(new Event('change')); } })()");
  (void)in_page(
      "(() => { const t = document.getElementById('timeline'); t.value = 7; "
      "t.dispatchEvent(new Event('input')); })()");
  EXPECT_EQ(in_page("document.querySelector('#viewer canvas').dataset.frame"), "7");
  browser().click("#play");
  (void)in_page("new Promise(done => setTimeout(done, 600))");
  browser().click("#play");
  EXPECT_NE(in_page("document.querySelector('#viewer canvas').dataset.frame"), "7");
  (void)in_page(
      "(() => { const g = document.getElementById('gate'); g.value = '3'; "
      "g.dispatchEvent(new Event('change')); })()");
  EXPECT_EQ(in_page("document.querySelector('#viewer canvas').dataset.frame"), "15");
  browser().click("#around");
  browser().click("#play");
  (void)in_page("document.querySelector('#viewer canvas').focus()");
  for (const char* key : {"ArrowLeft", "ArrowUp", "+", "-"}) browser().key(key);
  // A gate of the scatter flies to its place.
  (void)in_page("document.querySelector('#panel-gates svg.plot').focus()");
  browser().key("ArrowRight");
  browser().key("Enter");
  EXPECT_EQ(in_page("document.getElementById('gate').value"), "0");
}

// What a person sees is as fast as the machine's graphics; here a processor draws, so the rate is
// printed and not judged.
TEST_F(Browser, ViewerCarriesTheLargestGlass) {
  NEED_BROWSER();
  EXPECT_EQ(in_page("(() => { const s = document.getElementById('viewer-run'); const o = "
                    "[...s.options].find(e => e.textContent.includes('0.6')); s.value = o.value; "
                    "s.dispatchEvent(new Event('change')); return "
                    "document.getElementById('timeline').max; })()"),
            "399");
  const nlohmann::json spent = in_page("window.vitrion.viewer.milliseconds(20)");
  const double ms = spent["all"];
  std::printf(
      "1600 atoms x 400 frames: %.1f ms a frame (%.1f ms of them before drawing), %.0f a second\n",
      ms, spent["places"].get<double>(), 1000 / ms);
  EXPECT_GT(ms, 0);
}

TEST_F(Browser, DarkAndPrintKeepTheirInk) {
  NEED_BROWSER();
  const char* ground = "getComputedStyle(document.body).backgroundColor";
  browser().media("screen", "dark");
  EXPECT_EQ(in_page(ground), "rgb(20, 25, 31)");
  browser().click("#theme");
  EXPECT_EQ(in_page(ground), "rgb(255, 255, 255)");
  browser().click("#theme");
  browser().media("print", "dark");
  EXPECT_EQ(in_page(ground), "rgb(255, 255, 255)");
  // The still picture stands in for the viewer.
  EXPECT_EQ(in_page("getComputedStyle(document.querySelector('#viewer > svg')).display"), "block");
  EXPECT_EQ(in_page("getComputedStyle(document.querySelector('#viewer canvas')).display"), "none");
  browser().media("screen", "light");
  (void)in_page("delete document.documentElement.dataset.theme");
  browser().pdf(run_ / "report.pdf");
  EXPECT_GT(fs::file_size(run_ / "report.pdf"), 200'000U);
}

TEST_F(Browser, NamesForThoseWhoDoNotSee) {
  NEED_BROWSER();
  // Each control has a name, each picture words.
  EXPECT_EQ(in_page("[...document.querySelectorAll('button, select, input, svg.plot, canvas, img')]"
                    ".filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || "
                    "e.getAttribute('alt') || (e.labels && e.labels.length && "
                    "e.labels[0].textContent.trim()))).map(e => e.outerHTML.slice(0, 120))"),
            nlohmann::json::array());
}

TEST_F(Browser, PictureHasColours) {
  NEED_BROWSER();
  browser().screenshot(run_ / "shot.png");
  // A blank page of this size packs into some 10 kB.
  EXPECT_GT(fs::file_size(run_ / "shot.png"), 60'000U);
}

TEST_F(Browser, AFolderWithoutARecordIsABadInput) {
  const std::string line = "'" VITRION_PROGRAM "' report '" + (run_ / "nothing").string() +
                           "' 2> '" + (run_ / "err2").string() + "'";
  EXPECT_EQ(WEXITSTATUS(std::system(line.c_str())), 2);
  EXPECT_THAT(text_of(run_ / "err2"), HasSubstr("has no record.json"));
}

}  // namespace
}  // namespace vitrion::report
