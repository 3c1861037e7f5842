// The page's text: numbers, figures and what must and must not stand in the HTML.
#include "report/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "edges/engines/gnuplot.hpp"
#include "report/figures.hpp"
#include "report/html_table.hpp"
#include "report/small_record.hpp"
#include "report/text.hpp"

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
  ASSERT_EQ(figure.panels.size(), 1U);
  const std::vector<Series>& s = figure.panels[0].series;
  EXPECT_EQ(s[0].label, "dft training: 9000");
  EXPECT_EQ(s[1].label, "dft test: 9000");
  EXPECT_LE(s[1].x.size(), 2500U);
  EXPECT_NE(s[0].colour, s[1].colour);
  EXPECT_THAT(figure.panels[0].note, HasSubstr("RMSE 0.21"));
}

TEST(Figures, ARefusedConductivityIsAnUpperBound) {
  const Figure figure = arrhenius_figure(small_record());
  const Series& last = figure.panels[0].series.back();
  EXPECT_EQ(last.mark, Mark::upper_limit);
  EXPECT_DOUBLE_EQ(last.y[0], 0.03 * 600);
}

TEST(Figures, APartThatIsAbsentHasNoFigure) {
  Record r;
  r.study.name = "x";
  EXPECT_TRUE(figures(r, {}).empty());
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
  const std::string script = engines::gnuplot_script(figure, "f.csv", "f.svg", "done");
  EXPECT_THAT(script, HasSubstr("'f.csv' every ::0::1 skip 1 using 4:5 with lines"));
  EXPECT_THAT(script, HasSubstr("'f.csv' every ::2::3 skip 1 using 4:5:6:7 with yerrorbars"));
  EXPECT_THAT(script, HasSubstr("'it''s'"));
}

TEST(Page, SaysWhatItIsAndIsSelfContained) {
  PageInputs inputs;
  inputs.figures = figures(small_record(), tables());
  for (const Figure& f : inputs.figures) inputs.svg[f.name] = "<svg></svg>";
  const std::string html = page(small_record(), inputs);
  EXPECT_THAT(html, HasSubstr("This is a demonstration, not the paper."));
  EXPECT_THAT(html, HasSubstr("One small glass &amp; &lt;short&gt; runs."));
  EXPECT_THAT(html, HasSubstr("teacher: 1500 frames (SevenNet-l3i5)"));
  EXPECT_THAT(html, HasSubstr("What was refused, and why"));
  EXPECT_THAT(html, HasSubstr("holds in 37 of 40 frames"));
  // Nothing is loaded: no src, no stylesheet, no address; SVG's name spaces are names, not
  // addresses.
  EXPECT_FALSE(std::regex_search(html, std::regex("<(script|img|iframe)[^>]*\\ssrc=")));
  EXPECT_THAT(html, Not(HasSubstr("stylesheet")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
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
