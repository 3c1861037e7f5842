// Where all this comes from: what was run, on what, in what time, with which versions.
#include <fmt/format.h>

#include "base/progress.hpp"
#include "report/figure_parts.hpp"
#include "report/html_table.hpp"
#include "report/sections.hpp"
#include "report/text.hpp"

namespace vitrion::report {

namespace {

std::string fact(const std::string& name, const std::string& value) {
  return value.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
}

std::string labels_text(const Record& record) {
  std::string text;
  for (const Level& l : record.potential.levels)
    text += fmt::format("{}{}: {}{}", text.empty() ? "" : "<br>", escaped(l.name),
                        counted(l.frames, "frame"),
                        l.detail.empty() ? "" : fmt::format(" ({})", escaped(l.detail)));
  return text;
}

std::string glasses_text(const Record& record) {
  std::string text;
  for (const Glass& g : record.glasses) {
    std::string seeds;
    for (const GlassReplica& r : g.replicas)
      if (r.seed != 0) seeds += fmt::format("{}{}", seeds.empty() ? "; seeds " : ", ", r.seed);
    text += fmt::format("{}{}: {}, {}, {}{}", text.empty() ? "" : "<br>", escaped(g.name),
                        formula_html(g.formula), counted(g.atoms, "atom"),
                        counted(g.replicas.size(), "replica"), seeds);
  }
  return text;
}

std::string runs_text(const Record& record) {
  std::size_t runs = 0;
  for (const Glass& g : record.glasses)
    for (const IonDynamics& d : g.temperatures) runs += d.runs.size();
  std::string list;
  for (const double T : temperatures_of(record))
    list += fmt::format("{}{:g}", list.empty() ? "" : ", ", T);
  return runs == 0 ? "" : fmt::format("{} at {} K", counted(runs, "run"), list);
}

}  // namespace

std::string provenance_section(const Record& record, const FigureHtml& figure) {
  const Study& study = record.study;
  std::string html = "<dl class=\"facts\">\n";
  html +=
      fact("Study", fmt::format("{} <code>{}</code>{}", escaped(study.name), escaped(study.file),
                                study.demonstration ? ", a demonstration" : ""));
  html += fact("Seed of all random streams", fmt::format("{}", study.seed));
  if (!study.settings_hash.empty())
    html +=
        fact("Hash of the settings", fmt::format("<code>{}</code>", escaped(study.settings_hash)));
  html += fact("Labels that the potential saw", labels_text(record));
  if (record.potential.members > 0)
    html +=
        fact("Potential",
             fmt::format("{}; {}", escaped(record.potential.network),
                         counted(static_cast<std::size_t>(record.potential.members), "member")));
  html += fact("Glasses", glasses_text(record));
  html += fact("Ion dynamics", runs_text(record));
  html += fact("Started", escaped(study.started));
  html += fact("Finished", escaped(study.finished));
  html += fact("Machine", escaped(study.machine));
  for (const auto& [name, version] : record.versions) html += fact(escaped(name), escaped(version));
  html += "</dl>\n" + list_html(record.notes);
  if (!record.stages.empty()) {
    HtmlTable table({"stage", ">time", "what"});
    for (const Stage& s : record.stages)
      table.row({escaped(s.name), duration_text(s.seconds), escaped(s.detail)});
    html += "<h3>Where the time went</h3>\n" + figure("timing") +
            "<details><summary>Stage by stage</summary>" + table.html() + "</details>\n";
  }
  return html +
         "<p>Methods, with formulas and their sources: <code>docs/analysis.md</code> of Vitrion. "
         "The study file and the inputs of every task lie in the run folder beside this page; "
         "<code>vitrion report</code> makes the page anew from <code>record.json</code>.</p>\n"
         "<p class=\"only-script\"><button type=\"button\" id=\"save-record\">Save the record in "
         "this page as JSON</button></p>\n";
}

}  // namespace vitrion::report
