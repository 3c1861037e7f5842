// The page's text: numbers, figures and what must and must not stand in the HTML.
#include "report/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "edges/engines/gnuplot.hpp"
#include "report/figures.hpp"
#include "report/html_table.hpp"
#include "report/page_data.hpp"
#include "report/text.hpp"
#include "report/whole_study.hpp"

namespace vitrion::report {
namespace {

using analysis::Estimate;
using testing::HasSubstr;
using testing::Not;

TEST(Text, EstimatesHaveTheDigitsOfTheirInterval) {
  EXPECT_THAT(estimate_html(Estimate::of(2.04321, 2.031, 2.0553, "g/cm3", "m")),
              HasSubstr("2.043 <span class=\"interval\">[2.031, 2.055]</span> g cm⁻³"));
  EXPECT_THAT(
      estimate_html(Estimate::of(1.234e-5, 1.1e-5, 1.4e-5, "cm2/s", "m")),
      HasSubstr("1.23 <span class=\"interval\">[1.10, 1.40]</span> × 10<sup>−5</sup> cm² s⁻¹"));
  EXPECT_THAT(estimate_html(Estimate::of(4, 4 - 1e-15, 4 + 1e-15, "1", "m")),
              HasSubstr(">4.000</span>"));
  EXPECT_THAT(
      estimate_html(Estimate::refusal("too \"short\"", 2e-5, "S/cm")),
      HasSubstr(
          "title=\"too &quot;short&quot;\">refused: &lt; 2.0 × 10<sup>−5</sup> S cm⁻¹ (95 %)"));
}

TEST(Text, FormulasHaveSubscripts) {
  EXPECT_EQ(formula_html("Na3PS3.4O0.6"), "Na<sub>3</sub>PS<sub>3.4</sub>O<sub>0.6</sub>");
}

TEST(Text, TwoFiguresShareNoIds) {
  const std::string svg =
      "<?xml version='1.0'?>\n<svg><defs><path id='p'/></defs><use xlink:href='#p' "
      "fill='url(#g)'/></svg>";
  EXPECT_EQ(
      inline_svg(svg, "msd"),
      "<svg><defs><path id='msd-p'/></defs><use xlink:href='#msd-p' fill='url(#msd-g)'/></svg>");
}

TEST(Text, AnEmptyTableIsNothing) {
  HtmlTable table({"a", ">b"});
  EXPECT_EQ(table.html("note"), "");
  table.row({"x", "1"});
  EXPECT_THAT(table.html(), HasSubstr("<th>x</th><td class=\"right\">1</td>"));
}

Tables tables() {
  Tables t;
  Table parity{{"label", "predicted"}, {{}, {}}};
  for (int i = 0; i < 9000; ++i)
    for (std::vector<double>& column : parity.columns) column.push_back(0.001 * i);
  t["parity_test.csv"] = t["parity_training.csv"] = parity;
  t["msd.csv"] = {{"lag_ps", "Na", "P"}, {{1, 2, 4}, {1, 2, 4}, {0.2, 0.2, 0.2}}};
  return t;
}

TEST(Figures, TestPointsLieOverGreyTrainingPointsAndAreCounted) {
  const Figure figure = parity_figure(small_record(), tables());
  // The file holds x, y and z of each atom one after the other.
  ASSERT_EQ(figure.panels.size(), 3U);
  const std::vector<Series>& s = figure.panels[1].series;
  EXPECT_EQ(s[0].label, "dft training: 3000");
  EXPECT_EQ(s[1].label, "dft test: 3000");
  EXPECT_DOUBLE_EQ(s[1].x[0], 0.001);  // y of the first atom
  EXPECT_LE(s[1].x.size(), 2500U);
  EXPECT_NE(s[0].colour, s[1].colour);
  EXPECT_THAT(figure.panels[1].note, HasSubstr("dft test: RMSE 0.21"));
  EXPECT_THAT(figure.caption, HasSubstr("3 held-back frames"));
}

TEST(Figures, ARefusedConductivityIsAnUpperBound) {
  const Record record = whole_record();
  const Figure figure = sigma_figure(record);
  const Series& last = figure.panels[0].series.back();
  EXPECT_EQ(last.mark, Mark::upper_limit);
  EXPECT_DOUBLE_EQ(last.y[0], 2 * whole_sigma(0, 333, false));
}

TEST(Figures, PorousGlassesAreMarksOfTheirOwn) {
  const Figure figure = modulus_figure(whole_record());
  ASSERT_EQ(figure.panels.size(), 1U);
  const Series& porous = figure.panels[0].series.back();
  EXPECT_EQ(porous.mark, Mark::diamonds);
  EXPECT_THAT(porous.x, testing::ElementsAre(0.0));
  EXPECT_THAT(porous.y, testing::ElementsAre(15.0));
}

TEST(Figures, DistancesScaleWithTheCubeRootOfTheVolume) {
  const Figure figure = rdf_figure(whole_record());
  // Second row: Na-Na, P-P, S-S scaled; P-P was made to shift by just that.
  const Panel& plain = figure.panels[1];
  const Panel& scaled = figure.panels[4];
  ASSERT_EQ(scaled.title, "P-P, scaled by the volume");
  const auto peak = [](const Series& s) {
    return s.x[static_cast<std::size_t>(std::max_element(s.y.begin(), s.y.end()) - s.y.begin())];
  };
  // Series are band, line of each glass; the grid is 0.05 A wide.
  EXPECT_GT(peak(plain.series[1]) - peak(plain.series[7]), 0.07);
  EXPECT_NEAR(peak(scaled.series[1]), peak(scaled.series[7]), 0.05);
}

TEST(Figures, WorkflowHasTheCountsOfTheRun) {
  const nlohmann::json figure = to_json(workflow_figure(whole_record()));
  const std::string words = figure["panels"][0]["words"].dump();
  EXPECT_THAT(words, HasSubstr("5 compositions"));
  EXPECT_THAT(words, HasSubstr("50 runs"));
  EXPECT_THAT(words, HasSubstr("333 to 473 K"));
  EXPECT_THAT(words, HasSubstr("3 reproduced"));
}

TEST(Figures, APartThatIsAbsentHasNoFigureButAReason) {
  Record r;
  r.study.name = "x";
  EXPECT_TRUE(figures(r, {}).empty());
  EXPECT_EQ(absent_figures({}).size(), 14U);
}

/// Two Na and two P on a line; the Na go 0.1 of the cell a frame.
Movie small_movie() {
  Movie m;
  m.glass = "x0";
  m.temperature = 423;
  m.elements = {"Na", "P"};
  m.species = {0, 0, 1, 1};
  for (int f = 0; f < 11; ++f) {
    m.times.push_back(f);
    m.cells.push_back(10 * identity3());
    for (int i = 0; i < 4; ++i)
      for (int a = 0; a < 3; ++a)
        m.fractional.push_back(static_cast<float>(a == 0 ? 0.2 * i + (i < 2 ? 0.1 * f : 0) : 0.5));
  }
  return m;
}

TEST(Movie, ThinsAndPacks) {
  const Movie m = thinned(small_movie(), 4);
  EXPECT_EQ(m.frames(), 4U);
  EXPECT_DOUBLE_EQ(m.times[1], 3);
  EXPECT_NEAR(m.at(1, 0)[0], 0.3, 1e-6);
  const nlohmann::json j = to_json(m);
  EXPECT_EQ(j["positions"].get<std::string>().size(), (4U * 4 * 3 * 2 + 2) / 3 * 4);
  EXPECT_NEAR(j["reach"].get<double>(), 1.1, 1e-6);
}

// RFC 4648, section 10.
TEST(Movie, Base64OfTheStandard) {
  const auto of = [](const std::string& s) {
    return base64(reinterpret_cast<const std::uint8_t*>(s.data()), s.size());
  };
  EXPECT_EQ(of(""), "");
  EXPECT_EQ(of("f"), "Zg==");
  EXPECT_EQ(of("fo"), "Zm8=");
  EXPECT_EQ(of("foobar"), "Zm9vYmFy");
}

TEST(Figures, PathsAreColouredByTheirDisplacement) {
  const Figure figure = ion_paths_figure(whole_record(), {small_movie()});
  ASSERT_EQ(figure.panels.size(), 1U);
  const Series& s = figure.panels[0].series[0];
  EXPECT_EQ(s.mark, Mark::coloured_line);
  EXPECT_NEAR(s.low[10], 10.0, 1e-5);  // ten frames of 1 A
  EXPECT_TRUE(std::isnan(s.x[11]));    // the next ion is another line
  EXPECT_NEAR(figure.colour_high, 10, 1e-5);
}

TEST(PageData, NumbersKeepTheirDigitsAndScriptsTheirEnds) {
  const nlohmann::json j = {
      {"a", 1.23456789}, {"b", 123456789}, {"c", {1.5e-7, 98765.4321}}, {"t", "</script>"}};
  const nlohmann::json r = rounded(j, 4);
  EXPECT_EQ(r["a"], 1.235);
  EXPECT_EQ(r["b"], 123456789);
  EXPECT_EQ(r["c"][0], 1.5e-7);
  EXPECT_EQ(r["c"][1], 98770);
  EXPECT_EQ(script_text(j).find("</script"), std::string::npos);
}

TEST(Gnuplot, RowsOfTheDataAreThoseOfTheScript) {
  Figure figure;
  figure.name = "f";
  Panel panel;
  panel.title = "it's";
  Series a;
  a.label = "one, two";
  a.x = {1, 2};
  a.y = {3, 4};
  Series b = a;
  b.mark = Mark::points;
  b.low = {2, 3};
  b.high = {4, 5};
  panel.series = {a, b};
  figure.panels = {panel};
  EXPECT_EQ(engines::figure_csv(figure),
            "panel,series,label,x,y,low,high\n0,0,one; two,1,3,,\n0,0,one; two,2,4,,\n0,1,one; "
            "two,1,3,2,4\n"
            "0,1,one; two,2,4,3,5\n");
  const std::string script = engines::gnuplot_script(
      figure, "f.csv", {{engines::Drawing::svg, "f.svg"}, {engines::Drawing::pdf, "f.pdf"}},
      "done");
  EXPECT_THAT(script, HasSubstr("set terminal pdfcairo size 4.375in,3.333in"));
  EXPECT_THAT(script, HasSubstr("'f.csv' every ::0::1 skip 1 using 4:5 with lines"));
  EXPECT_THAT(script, HasSubstr("'f.csv' every ::2::3 skip 1 using 4:5:6:7 with yerrorbars"));
  EXPECT_THAT(script, HasSubstr("'it''s'"));
}

TEST(Page, SaysWhatItIsAndIsSelfContained) {
  PageInputs inputs;
  inputs.figures = figures(small_record(), {tables(), {}, {}});
  for (const Figure& f : inputs.figures) inputs.svg[f.name] = "<svg></svg>";
  const std::string html = page(small_record(), inputs);
  EXPECT_THAT(html, HasSubstr("This is a demonstration, not the paper."));
  EXPECT_THAT(html, HasSubstr("One small glass &amp; &lt;short&gt; runs."));
  EXPECT_THAT(html, HasSubstr("teacher: 1500 frames (SevenNet-l3i5)"));
  EXPECT_THAT(html, HasSubstr("What was refused, and why"));
  EXPECT_THAT(html, HasSubstr("holds in 37 of 40 frames"));
  EXPECT_THAT(html, HasSubstr("figure S1b: no run of a porous glass in this study"));
  // Nothing is loaded: no src but data in the page itself, no stylesheet, no address; SVG's name
  // spaces are names, not addresses.
  EXPECT_FALSE(std::regex_search(html, std::regex("<(script|iframe)[^>]*\\ssrc=")));
  EXPECT_FALSE(std::regex_search(html, std::regex("<img[^>]*\\ssrc=\"(?!data:)")));
  EXPECT_THAT(html, Not(HasSubstr("rel=\"stylesheet")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
}

TEST(Page, ClaimsHaveTheirVerdictsAndMethodsTheirDeviations) {
  const std::string html = page(whole_record(), {});
  EXPECT_THAT(html, HasSubstr("<span class=\"verdict not-resolved\">not resolved</span>"));
  EXPECT_THAT(html, HasSubstr("<span class=\"verdict not-testable\">not testable</span>"));
  EXPECT_THAT(html, HasSubstr("Scaled, not comparable."));
  EXPECT_THAT(html,
              HasSubstr("0.25 of the atoms, 0.001 of the times that the study file says, so"));
  EXPECT_THAT(html, HasSubstr("3 of 6 reproduced"));
  EXPECT_THAT(html, HasSubstr("<span class=\"light not-run\">not run</span>"));
  EXPECT_THAT(html, HasSubstr("2 of 4 settings that the paper states differ from it"));
  EXPECT_THAT(html, HasSubstr("≠ GPAW, plane waves 600 eV"));
}

TEST(Page, DataCannotEndTheirScript) {
  Record r = small_record();
  r.notes = {"</script><b>"};
  EXPECT_THAT(page(r, {}), Not(HasSubstr("</script><b>")));
}

TEST(Snapshot, StillPictureDrawsEveryAtom) {
  Snapshot s;
  s.cell = 9 * identity3();
  s.atoms = {{"P", {4, 4, 4}}, {"S", {5, 5, 5}}, {"Xx", {1, 1, 1}}};
  s.bonds = {{0, 1}};
  const std::string svg = still_picture(s, 300);
  std::size_t circles = 0;
  for (std::size_t at = svg.find("<circle"); at != std::string::npos;
       at = svg.find("<circle", at + 1))
    ++circles;
  EXPECT_EQ(circles, 6U);  // each with its highlight
}

}  // namespace
}  // namespace vitrion::report
