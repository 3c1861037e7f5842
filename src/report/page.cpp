#include "report/page.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/assets.hpp"
#include "report/page_data.hpp"
#include "report/sections.hpp"
#include "report/text.hpp"

namespace vitrion::report {

namespace {

/// A figure that is too many strokes for a page comes as pixels.
std::string picture_html(const PageInputs& inputs, const Figure& figure) {
  if (figure.picture) {
    const auto png = inputs.png.find(figure.name);
    if (png != inputs.png.end())
      return fmt::format(
          "<img alt=\"{}\" src=\"data:image/png;base64,{}\">", escaped(figure.caption),
          base64(reinterpret_cast<const std::uint8_t*>(png->second.data()), png->second.size()));
  } else if (const auto svg = inputs.svg.find(figure.name); svg != inputs.svg.end()) {
    return inline_svg(svg->second, figure.name);
  }
  return "<p class=\"absent\">This figure could not be drawn; its data are in the file "
         "below.</p>";
}

std::string figure_html(const PageInputs& inputs, const std::string& name) {
  for (const Figure& figure : inputs.figures)
    if (figure.name == name)
      // Never larger than it was drawn, so that all figures have letters of one size.
      return fmt::format(
          "<figure id=\"figure-{0}\"><div class=\"drawn\" style=\"--width:{1}px\">{2}</div>"
          "<figcaption>{3}{4} <span class=\"file\">figures/{0}.svg, .pdf, .png, .csv, .json"
          "</span></figcaption></figure>\n",
          name, figure.panel_width * figure.columns, picture_html(inputs, figure),
          figure.panel_of_paper.empty()
              ? ""
              : fmt::format("<strong>The paper's {}.</strong> ", escaped(figure.panel_of_paper)),
          escaped(figure.caption));
  return {};
}

struct Section {
  const char* id;
  const char* title;
  const char* link;  ///< in the bar
  std::string body;
};

std::vector<Section> sections_of(const Record& record, const PageInputs& inputs) {
  const FigureHtml figure = [&](const std::string& name) { return figure_html(inputs, name); };
  std::vector<Section> sections;
  const auto add = [&](const char* id, const char* title, const char* link, std::string body) {
    if (!body.empty()) sections.push_back({id, title, link, std::move(body)});
  };
  add("claims", "The paper's claims", "Claims", claims_section(record));
  add("glass", "The glasses", "Glasses", glass_section(record, inputs, figure));
  add("structure", "Structure", "Structure", structure_section(record));
  add("transport", "How the ions move", "Motion", transport_section(record));
  add("mechanism", "Why they move", "Mechanism", mechanism_section(record));
  add("figures", "The paper's figures", "Figures", figures_section(inputs, figure));
  add("potential", "The potential", "Potential", potential_section(record, figure));
  add("uncertainty", "Uncertainty", "Uncertainty", uncertainty_section(record));
  add("methods", "Methods", "Methods", methods_section(record));
  add("provenance", "Provenance", "Provenance", provenance_section(record, figure));
  return sections;
}

std::string scripts(const Record& record, const PageInputs& inputs) {
  std::string html = fmt::format(
      "<script type=\"application/json\" id=\"record\">{}</script>\n<script "
      "type=\"application/json\" id=\"tables\">{}</script>\n",
      script_text(rounded(to_json(record), 6)), script_text(msd_tables(record, inputs.tables)));
  const bool viewer =
      !inputs.movies.empty() && !inputs.three_js.empty() && !inputs.controls_js.empty();
  if (viewer) {
    nlohmann::json looks = nlohmann::json::object();
    for (const Movie& m : inputs.movies)
      for (const std::string& e : m.elements)
        looks[e] = {{"colour", element_colour(e)}, {"radius", drawn_radius(e)}};
    nlohmann::json units = nlohmann::json::array();
    for (int k = 0; k <= 4; ++k) units.push_back(tetrahedron_colour(k));
    html += fmt::format("<script type=\"application/json\" id=\"looks\">{}</script>\n",
                        script_text({{"elements", looks}, {"units", units}}));
    for (const Movie& m : inputs.movies)
      html += fmt::format("<script type=\"application/json\" class=\"movie\">{}</script>\n",
                          script_text(to_json(m)));
    html += fmt::format("<script>{}</script>\n<script>{}</script>\n", inputs.three_js,
                        inputs.controls_js);
  }
  return html + fmt::format("<script>{}</script>\n", assets::script);
}

}  // namespace

std::string page(const Record& record, const PageInputs& inputs) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"generator\" content=\"Vitrion\">\n<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{} - Vitrion</title>\n<style>\n{}</style>\n</head>\n<body>\n"
      "<a class=\"skip\" href=\"#claims\">Skip to the claims</a>\n<div class=\"page\">\n{}"
      "<nav aria-label=\"sections\">",
      escaped(record.study.name), assets::style, head_section(record));
  const std::vector<Section> sections = sections_of(record, inputs);
  for (const Section& s : sections) html += fmt::format("<a href=\"#{}\">{}</a>", s.id, s.link);
  html +=
      "</nav>\n<noscript><p class=\"absent\">Without JavaScript the panels that follow your "
      "choices "
      "are empty; the tables and the paper's figures are all here.</p></noscript>\n<div "
      "class=\"filters\" id=\"filters\"></div>\n<main>\n";
  for (const Section& s : sections)
    html += fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", s.id, s.title, s.body);
  html +=
      "</main>\n<footer>Every number stands in <code>record.json</code>, which is also inside this "
      "page (to six digits); square brackets are 95 % intervals. A number that the data cannot "
      "carry is refused, with a bound where there is one.</footer>\n</div>\n";
  return html + scripts(record, inputs) + "</body>\n</html>\n";
}

}  // namespace vitrion::report
