// XDATCAR of VASP: names and cell once (or before each frame, where the cell moves), then
// fractional positions.
#include "edges/formats/trajectory/xdatcar.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "edges/formats/bytes/line_reader.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/row_table.hpp"

namespace vitrion::formats {

namespace {

class XdatcarReader final : public FrameReader {
 public:
  XdatcarReader(const std::string& path, std::vector<std::string> elements)
      : lines_(path), elements_(std::move(elements)) {}

  std::optional<Frame> next() override {
    auto line = lines_.next();
    while (line && Words(*line).next().empty()) line = lines_.next();
    if (!line) return std::nullopt;
    if (!line->starts_with("Direct configuration")) {
      read_head();
      line = lines_.need("Direct configuration=");
      if (!line->starts_with("Direct configuration"))
        lines_.fail(
            fmt::format("'{}' stands where Direct configuration= is needed", line->substr(0, 40)));
    }
    if (!cell_) lines_.fail("the names, the cell and the counts are needed before the first frame");
    RowTable rows(
        {{"x", Column::Use::number}, {"y", Column::Use::number}, {"z", Column::Use::number}},
        false);
    NameTable unused;
    rows.read(lines_, species_.size(), unused);
    if (lines_.line_lacks_end()) lines_.fail("the line has no end: the file is cut inside a frame");
    Frame frame;
    frame.cell = cell_;
    frame.species = species_;
    for (std::size_t i = 0; i < species_.size(); ++i)
      frame.positions.push_back(cell_->cartesian({rows.vector(i, 0)}));
    return frame;
  }

 private:
  /// The comment was read; scale, vectors, names and counts follow.
  void read_head() {
    double scale = 0;
    if (!parse(Words(lines_.need("the scale")).next(), scale) || !(scale > 0))
      lines_.fail("the second line is the scale: a positive factor");
    Mat3 rows{};
    for (Vec3& row : rows) {
      Words words(lines_.need("a cell vector"));
      for (double& x : row)
        if (!parse(words.next(), x)) lines_.fail("a cell vector needs three numbers");
      row = scale * row;
    }
    lines_.at_this_line([&] { cell_.emplace(rows); });
    std::vector<std::string> names;
    for (const std::string_view word : split(lines_.need("the names of the species")))
      names.emplace_back(word.substr(0, word.find_first_of("/_")));
    if (int number = 0; names.empty() || parse(names[0], number))
      lines_.fail("the names of the species are needed before their numbers");
    NameTable table;
    structures::Species species;
    std::size_t k = 0;
    for (const std::string_view word : split(lines_.need("the number of atoms of each species"))) {
      std::size_t count = 0;
      if (!parse(word, count) || k == names.size())
        lines_.fail(fmt::format("the numbers of atoms of {} are needed", fmt::join(names, " ")));
      species.of_atom.insert(species.of_atom.end(), count, table.index(names[k++]));
    }
    if (k != names.size() || species.of_atom.empty())
      lines_.fail(fmt::format("{} species are counted, but {} are named: {}", k, names.size(),
                              fmt::join(names, " ")));
    species.names = std::move(table.names);
    lines_.at_this_line(
        [&] { species_ = elements_.empty() ? species : species.mapped_to(elements_); });
  }

  LineReader lines_;
  std::vector<std::string> elements_;
  std::optional<structures::Cell> cell_;
  structures::Species species_;
};

}  // namespace

Format xdatcar_format() {
  Format format;
  FormatInfo& info = format.info;
  info.name = "xdatcar";
  info.suffixes = {"XDATCAR", ".xdatcar"};
  info.description = "trajectory of VASP, fixed or moving cell";
  info.reference = "https://www.vasp.at/wiki/index.php/XDATCAR";
  info.reads = info.many_frames = true;
  format.open = [](const std::string& path, const ReadOptions& options) {
    return std::make_unique<XdatcarReader>(path, options.elements);
  };
  return format;
}

}  // namespace vitrion::formats
