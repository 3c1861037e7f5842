#include "app/draw.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.hpp"
#include "edges/engines/gnuplot.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/queue/local.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

void save(const fs::path& path, const std::string& text) {
  formats::OutputFile file(path.string());
  file.write(text);
  file.commit();
}

}  // namespace

void draw_figure(const report::Figure& figure, const std::string& svg) {
  const fs::path folder = fs::absolute(svg + fmt::format(".{}.tasks", getpid()));
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) throw InputError(fmt::format("cannot write {}: {}", svg, code.message()));
  const std::string csv = (folder / "figure.csv").string();
  const std::string part = (folder / "figure.svg").string();
  const std::string script = (folder / "figure.gp").string();
  save(csv, engines::figure_csv(figure));
  save(script, engines::gnuplot_script(figure, csv, {{engines::Drawing::svg, part}}, script));
  std::string failure;
  queue::run_local({{engines::gnuplot_program}, {}, (folder / "gnuplot.log").string()}, {script},
                   {1, false}, [&](std::size_t, const queue::Outcome& outcome) {
                     if (!outcome.answered) failure = outcome.note;
                   });
  if (failure.empty()) {
    fs::rename(part, svg, code);
    if (code) failure = code.message();
  }
  if (!failure.empty())
    throw Error(fmt::format("{} could not be drawn ({}); see {}", svg, failure, folder.string()));
  fs::remove_all(folder, code);
}

}  // namespace vitrion::app
