#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>

#include "edges/formats/bytes/line_reader.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/row_table.hpp"
#include "edges/formats/crystals/poscar.hpp"
#include "structures/elements.hpp"

namespace vitrion::formats {

namespace {

constexpr double A_per_fs_in_A_per_ps = 1000;

/// The first letter of a line in lower case; 0 for a blank line.
char initial(std::string_view line) {
  const std::string_view word = Words(line).next();
  return word.empty() ? '\0' : static_cast<char>(std::tolower(static_cast<unsigned char>(word[0])));
}

bool is_element(const std::string& word) {
  return structures::atomic_number(word).has_value();
}

bool is_cartesian(char letter) {
  return letter == 'c' || letter == 'k';
}

class PoscarReader final : public FrameReader {
 public:
  PoscarReader(const std::string& path, std::vector<std::string> elements)
      : lines_(path), elements_(std::move(elements)) {}

  std::optional<Frame> next() override {
    if (done_) return std::nullopt;
    done_ = true;
    comment_ = lines_.need("the comment line");
    Frame frame;
    const Vec3 scale = read_cell(frame);
    const std::vector<std::size_t> counts = read_species(frame);
    const std::size_t n = std::accumulate(counts.begin(), counts.end(), std::size_t{0});

    std::string_view mode = lines_.need("Direct or Cartesian");
    if (initial(mode) == 's') {
      note("the flags of selective dynamics were left out");
      mode = lines_.need("Direct or Cartesian");
    }
    if (initial(mode) == '\0')
      lines_.fail("a blank line stands where Direct or Cartesian is needed");
    const bool cartesian = is_cartesian(initial(mode));
    const RowTable rows = vectors(n);
    for (std::size_t k = 0; k < counts.size(); ++k)
      frame.species.of_atom.insert(frame.species.of_atom.end(), counts[k], types_[k]);
    for (std::size_t i = 0; i < n; ++i) {
      const Vec3 r = rows.vector(i, 0);
      frame.positions.push_back(cartesian ? Vec3{scale[0] * r[0], scale[1] * r[1], scale[2] * r[2]}
                                          : frame.cell->cartesian({r}));
    }
    read_velocities(frame);
    return frame;
  }

  std::vector<std::string> notes() const override { return notes_; }

 private:
  void note(std::string text) { notes_.push_back(std::move(text)); }

  /// The numbers at the start of a line, up to the first word that is none.
  std::vector<double> numbers(std::string_view line) const {
    std::vector<double> values;
    double x = 0;
    for (const std::string_view word : split(line)) {
      if (!parse(word, x)) break;
      values.push_back(x);
    }
    return values;
  }

  RowTable vectors(std::size_t n) {
    RowTable rows(
        {{"x", Column::Use::number}, {"y", Column::Use::number}, {"z", Column::Use::number}},
        false);
    NameTable unused;
    rows.read(lines_, n, unused);
    return rows;
  }

  /// Lines 2 to 5; returns the factor of Cartesian coordinates, one per axis.
  Vec3 read_cell(Frame& frame) {
    const std::vector<double> factors = numbers(lines_.need("the scale"));
    if (factors.empty() || factors[0] == 0)
      lines_.fail("the second line is the scale: a factor, or minus the volume in A^3");
    Vec3 scale = {factors[0], factors[0], factors[0]};
    if (factors.size() >= 3) {
      scale = {factors[0], factors[1], factors[2]};
      if (!(scale[0] > 0 && scale[1] > 0 && scale[2] > 0))
        lines_.fail("three scales, one per axis, must be positive");
    }
    Mat3 rows{};
    for (Vec3& row : rows) {
      const std::vector<double> v = numbers(lines_.need("a cell vector"));
      if (v.size() < 3) lines_.fail("a cell vector needs three numbers");
      row = {v[0], v[1], v[2]};
    }
    if (scale[0] < 0) {
      const double factor = std::cbrt(-scale[0] / std::abs(determinant(rows)));
      scale = {factor, factor, factor};
    }
    for (Vec3& row : rows) row = {scale[0] * row[0], scale[1] * row[1], scale[2] * row[2]};
    lines_.at_this_line([&] { frame.cell.emplace(rows); });
    return scale;
  }

  /// The names, and how many atoms follow of each; the atoms themselves once their lines were read.
  std::vector<std::size_t> read_species(Frame& frame) {
    std::string_view line = lines_.need("the names of the species");
    std::vector<std::string> names;
    int first = 0;
    if (!parse(Words(line).next(), first)) {
      for (std::string_view word : split(line)) {
        // "Na_pv/1a2b3c": VASP 6.3 appends the potential's flavour and hash.
        word = word.substr(0, word.find_first_of("/_"));
        if (word.starts_with('!') || word.starts_with('#')) break;
        names.emplace_back(word);
      }
      line = lines_.need("the number of atoms of each species");
    } else {
      names = elements_.empty() ? elements_of_comment(split(line).size()) : elements_;
    }
    std::vector<std::size_t> counts;
    for (const std::string_view word : split(line)) {
      std::size_t count = 0;
      if (!parse(word, count)) break;
      counts.push_back(count);
    }
    if (counts.empty()) lines_.fail("the number of atoms of each species is needed");
    if (counts.size() != names.size())
      lines_.fail(fmt::format("{} species are counted, but {} are named: {}", counts.size(),
                              names.size(), fmt::join(names, " ")));
    if (std::all_of(counts.begin(), counts.end(), [](std::size_t n) { return n == 0; }))
      lines_.fail("there are no atoms");
    NameTable table;
    for (const std::string& name : names) types_.push_back(table.index(name));
    frame.species.names = std::move(table.names);
    return counts;
  }

  /// VASP 4 files have no names, but their comment often is the list of them.
  std::vector<std::string> elements_of_comment(std::size_t count) {
    std::vector<std::string> words;
    for (const std::string_view word : split(comment_)) words.emplace_back(word);
    const bool names = words.size() == count && std::all_of(words.begin(), words.end(), is_element);
    if (!names)
      lines_.fail(
          "the file has no names of species (VASP 4): give the elements in the file's order");
    note("the species are named by the comment line: " + comment_);
    return words;
  }

  void read_velocities(Frame& frame) {
    auto line = lines_.next();
    if (line &&
        initial(*line) == 'l') {  // "Lattice velocities and vectors": a flag and six vectors
      for (int k = 0; k < 7; ++k) (void)lines_.need("the velocities of the lattice");
      note("the velocities of the lattice were left out");
      line = lines_.next();
    }
    if (!line) return;
    const char mode = initial(*line);
    const auto first = lines_.next();
    if (!first || initial(*first) == '\0') return;
    lines_.unread();
    const RowTable rows = vectors(frame.size());
    if (mode != '\0' && !is_cartesian(mode)) {
      note(
          "velocities in cell vectors per time step were left out: the time step is not in the "
          "file");
      return;
    }
    bool moves = false;
    for (std::size_t i = 0; i < frame.size(); ++i) {
      frame.velocities.push_back(A_per_fs_in_A_per_ps * rows.vector(i, 0));
      moves = moves || norm2(frame.velocities.back()) > 0;
    }
    // A relaxation writes zeros for want of velocities.
    if (!moves) frame.velocities.clear();
    while (const auto rest = lines_.next())
      if (initial(*rest) != '\0') {
        note("what follows the velocities (predictor-corrector) was left out");
        return;
      }
  }

  LineReader lines_;
  std::vector<std::string> elements_;
  std::string comment_;
  std::vector<int> types_;  // of each counted species; a name may come twice
  std::vector<std::string> notes_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<FrameReader> open_poscar(const std::string& path, const ReadOptions& options) {
  return std::make_unique<PoscarReader>(path, options.elements);
}

}  // namespace vitrion::formats
