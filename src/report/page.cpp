#include "report/page.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/assets.hpp"
#include "report/sections.hpp"
#include "report/text.hpp"

namespace vitrion::report {

namespace {

/// A script's end inside of data would end the script.
std::string script_safe(std::string text) {
  for (std::size_t at = text.find("</"); at != std::string::npos; at = text.find("</", at + 3))
    text.replace(at, 2, "<\\/");
  return text;
}

std::string figure_html(const PageInputs& inputs, const std::string& name) {
  for (const Figure& figure : inputs.figures) {
    if (figure.name != name) continue;
    const auto drawn = inputs.svg.find(name);
    const std::string picture = drawn == inputs.svg.end()
                                    ? "<p class=\"muted\">This figure could not be drawn; its data "
                                      "are in the file below.</p>"
                                    : inline_svg(drawn->second, name);
    // Never larger than it was drawn, so that all figures have letters of one size.
    return fmt::format(
        "<figure id=\"figure-{0}\" style=\"--width:{1}px\">{2}<figcaption>{3} <span "
        "class=\"file\">figures/{0}.csv"
        "</span></figcaption></figure>\n",
        name, figure.panel_width * figure.columns, picture, escaped(figure.caption));
  }
  return {};
}

struct Section {
  const char* id;
  const char* title;
  std::string body;
};

}  // namespace

std::string page(const Record& record, const PageInputs& inputs) {
  const FigureHtml figure = [&](const std::string& name) { return figure_html(inputs, name); };
  std::vector<Section> sections;
  const auto add = [&](const char* id, const char* title, std::string body) {
    if (!body.empty()) sections.push_back({id, title, std::move(body)});
  };
  add("run", "What was run", run_section(record, figure));
  add("potential", "The potential", potential_section(record, figure));
  add("glass", "The glass", glass_section(record, inputs.snapshot, figure));
  add("structure", "Its structure", structure_section(record, figure));
  add("transport", "How its ions move", transport_section(record, figure));
  add("provenance", "Provenance", provenance_section(record));

  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"Vitrion\">\n<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{} - Vitrion</title>\n<style>\n{}</style>\n</head>\n<body>\n<div "
      "class=\"page\">\n{}<nav>",
      escaped(record.study.name), assets::style, head_section(record));
  for (const Section& s : sections) html += fmt::format("<a href=\"#{}\">{}</a>", s.id, s.title);
  html += "</nav>\n";
  for (const Section& s : sections)
    html += fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", s.id, s.title, s.body);
  html +=
      "<footer>Every number stands in <code>record.json</code>, which is also inside this page; "
      "square brackets are "
      "95 % intervals. A number that the data cannot carry is refused, with a bound where there is "
      "one.</footer>\n</div>\n";
  html += fmt::format("<script type=\"application/json\" id=\"record\">{}</script>\n",
                      script_safe(to_json(record).dump()));
  if (!inputs.snapshot.empty() && !inputs.three_js.empty() && !inputs.controls_js.empty())
    html += fmt::format(
        "<script type=\"application/json\" id=\"snapshot-data\">{}</script>\n<script>{}</script>\n"
        "<script>{}</script>\n<script>{}</script>\n",
        script_safe(to_json(inputs.snapshot).dump()), inputs.three_js, inputs.controls_js,
        assets::viewer);
  return html + "</body>\n</html>\n";
}

}  // namespace vitrion::report
