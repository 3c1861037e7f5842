#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "edges/formats/bytes/line_reader.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/lammps/box.hpp"
#include "edges/formats/lammps/lammps.hpp"
#include "structures/elements.hpp"

namespace vitrion::formats {

namespace {

/// Where an atom style has its columns, from 0; `width` without image flags.
struct AtomStyle {
  std::string_view name;
  std::size_t type;
  std::size_t x;
  std::size_t width;
};

// https://docs.lammps.org/read_data.html, section Atoms.
constexpr std::array<AtomStyle, 13> atom_styles = {{
    {"atomic", 1, 2, 5},
    {"charge", 1, 3, 6},
    {"bond", 2, 3, 6},
    {"angle", 2, 3, 6},
    {"molecular", 2, 3, 6},
    {"full", 2, 4, 7},
    {"dipole", 1, 3, 9},
    {"sphere", 1, 4, 7},
    {"ellipsoid", 1, 4, 7},
    {"peri", 1, 4, 7},
    {"dpd", 1, 3, 6},
    {"electron", 1, 5, 8},
    {"spin", 1, 2, 9},
}};

const AtomStyle* style_named(std::string_view name) {
  const auto* const it = std::find_if(atom_styles.begin(), atom_styles.end(),
                                      [&](const AtomStyle& style) { return style.name == name; });
  return it == atom_styles.end() ? nullptr : it;
}

constexpr std::array<std::string_view, 28> sections = {"Atoms",
                                                       "Velocities",
                                                       "Masses",
                                                       "Ellipsoids",
                                                       "Lines",
                                                       "Triangles",
                                                       "Bodies",
                                                       "Bonds",
                                                       "Angles",
                                                       "Dihedrals",
                                                       "Impropers",
                                                       "Atom Type Labels",
                                                       "Bond Type Labels",
                                                       "Angle Type Labels",
                                                       "Dihedral Type Labels",
                                                       "Improper Type Labels",
                                                       "Pair Coeffs",
                                                       "PairIJ Coeffs",
                                                       "Bond Coeffs",
                                                       "Angle Coeffs",
                                                       "Dihedral Coeffs",
                                                       "Improper Coeffs",
                                                       "BondBond Coeffs",
                                                       "BondAngle Coeffs",
                                                       "MiddleBondTorsion Coeffs",
                                                       "EndBondTorsion Coeffs",
                                                       "AngleTorsion Coeffs",
                                                       "AngleAngleTorsion Coeffs"};

/// A line's part before '#', and the words of the comment after it.
struct Content {
  std::string_view text;
  std::string_view comment;
};

Content content_of(std::string_view line) {
  const std::size_t hash = line.find('#');
  if (hash == line.npos) return {line, {}};
  return {line.substr(0, hash), Words(line.substr(hash + 1)).rest()};
}

/// The element of a mass: the nearest, within what rounding to whole numbers or old tables change.
std::optional<std::string> element_of_mass(double mass) {
  std::optional<std::string> best;
  double nearest = 0.25;  // amu; between neighbours such as Ar, K and Ca it decides by the nearer
  for (int z = 1; z <= 118; ++z) {
    const auto symbol = structures::symbol_of(z);
    const auto standard = structures::standard_mass(symbol);
    if (!standard || std::abs(*standard - mass) >= nearest) continue;
    nearest = std::abs(*standard - mass);
    best = std::string(symbol);
  }
  return best;
}

class DataReader final : public FrameReader {
 public:
  DataReader(const std::string& path, std::vector<std::string> elements)
      : lines_(path), elements_(std::move(elements)) {}

  std::optional<Frame> next() override {
    if (done_) return std::nullopt;
    done_ = true;
    (void)lines_.need("the title line");
    std::string section = read_header();
    while (!section.empty()) section = read_section(section);
    if (rows_.empty()) fail_file("has no section Atoms");
    Frame frame;
    fill(frame);
    return frame;
  }

  std::vector<std::string> notes() const override { return notes_; }

 private:
  struct Row {
    long id;
    long type;
    Vec3 position;
    Vec3 velocity;
  };

  [[noreturn]] void fail_file(std::string_view what) const {
    throw InputError(fmt::format("{}: {}", lines_.path(), what));
  }

  double number(std::string_view word) const {
    double x = 0;
    if (!parse(word, x)) lines_.fail(fmt::format("'{}' stands where a number is needed", word));
    return x;
  }
  long integer(std::string_view word, std::string_view what) const {
    long n = 0;
    if (!parse(word, n)) lines_.fail(fmt::format("'{}' is no {}", word, what));
    return n;
  }

  /// The section that a line opens, or empty; `comment` is what follows its '#'.
  std::string section_of(const Content& content) {
    const std::vector<std::string_view> words = split(content.text);
    if (words.empty() || words[0][0] < 'A' || words[0][0] > 'Z') return {};
    const std::string name = fmt::format("{}", fmt::join(words, " "));
    if (std::find(sections.begin(), sections.end(), name) == sections.end()) return {};
    section_comment_ = content.comment;
    return name;
  }

  /// Lines of the form "numbers words" up to the first section.
  std::string read_header() {
    while (const auto line = lines_.next()) {
      const Content content = content_of(*line);
      const std::vector<std::string_view> words = split(content.text);
      if (words.empty()) continue;
      if (std::string section = section_of(content); !section.empty()) return section;
      double first = 0;
      if (!parse(words[0], first)) {
        std::vector<std::string> known(sections.begin(), sections.end());
        const std::string text(content.text);
        lines_.fail(fmt::format("'{}' is neither a header line nor a section{}", text,
                                did_you_mean(text, known)));
      }
      read_header_line(words);
    }
    return {};
  }

  void read_header_line(const std::vector<std::string_view>& words) {
    const auto ends = [&](std::initializer_list<std::string_view> names, std::size_t numbers) {
      if (words.size() < numbers + names.size()) return false;
      return std::equal(names.begin(), names.end(),
                        words.begin() + static_cast<std::ptrdiff_t>(numbers));
    };
    const char* const edges[3][2] = {{"xlo", "xhi"}, {"ylo", "yhi"}, {"zlo", "zhi"}};
    for (std::size_t a = 0; a < 3; ++a)
      if (ends({edges[a][0], edges[a][1]}, 2)) {
        box_.lo[a] = number(words[0]);
        box_.length[a] = number(words[1]) - box_.lo[a];
        has_edge_[a] = true;
      }
    const std::string_view vectors[3] = {"avec", "bvec", "cvec"};
    for (std::size_t a = 0; a < 3; ++a)
      if (ends({vectors[a]}, 3)) {
        if (!general_) general_ = Mat3{};
        (*general_)[a] = {number(words[0]), number(words[1]), number(words[2])};
      }
    if (ends({"xy", "xz", "yz"}, 3)) {
      box_.xy = number(words[0]);
      box_.xz = number(words[1]);
      box_.yz = number(words[2]);
    } else if (words.size() == 2 && words[1] == "atoms") {
      atoms_ = integer(words[0], "number of atoms");
    } else if (ends({"atom", "types"}, 1)) {
      types_ = integer(words[0], "number of types");
    }
  }

  /// Reads or skips the lines of a section and returns the name of the next one.
  std::string read_section(const std::string& name) {
    const std::string comment = section_comment_;
    if (name != "Atoms" && name != "Velocities" && name != "Masses" && name != "Atom Type Labels")
      notes_.push_back(fmt::format("section '{}' has no place in a frame and was left out", name));
    if (name == "Atoms") pick_style(comment);
    while (const auto line = lines_.next()) {
      const Content content = content_of(*line);
      const std::vector<std::string_view> words = split(content.text);
      if (words.empty()) continue;
      if (std::string next = section_of(content); !next.empty()) return next;
      if (name == "Atoms") {
        read_atom(words);
      } else if (name == "Velocities") {
        read_velocity(words);
      } else if (name == "Masses") {
        read_mass(words, content.comment);
      } else if (name == "Atom Type Labels") {
        if (words.size() != 2) lines_.fail("a line of type labels is a type and its label");
        labels_[integer(words[0], "type")] = std::string(words[1]);
      }
    }
    return {};
  }

  long type_of(std::string_view word) const {
    for (const auto& [type, label] : labels_)
      if (label == word) return type;
    const long type = integer(word, "type");
    if (type < 1 || type > types_)
      lines_.fail(fmt::format("type {} is not in 1 .. {} (atom types)", type, types_));
    return type;
  }

  void read_mass(const std::vector<std::string_view>& words, std::string_view comment) {
    if (words.size() < 2) lines_.fail("a line of Masses is a type and its mass");
    const long type = type_of(words[0]);
    masses_[type] = number(words[1]);
    const std::string_view name = Words(comment).next();
    if (structures::atomic_number(name)) comments_[type] = std::string(name);
  }

  void pick_style(std::string_view comment) {
    const std::string name(Words(comment).next());
    if (name.empty()) return;
    style_ = style_named(name);
    if (style_ != nullptr) return;
    std::vector<std::string_view> names;
    for (const AtomStyle& style : atom_styles) names.push_back(style.name);
    lines_.fail(fmt::format("atom style '{}' is not one of: {}", name, fmt::join(names, " ")));
  }

  /// For a section without a style in its comment: what the number of columns leaves open is asked
  /// for.
  void guess_style(const std::vector<std::string_view>& words) {
    std::string_view name;
    if (words.size() == 5 || words.size() == 8) name = "atomic";
    if (words.size() == 7 || words.size() == 10) name = "full";
    // Six or nine: "id type q x y z" has a charge with a point where "id mol type x y z" has a
    // type.
    if ((words.size() == 6 || words.size() == 9) && words[2].find_first_of(".eE") != words[2].npos)
      name = "charge";
    if (name.empty())
      lines_.fail(
          fmt::format("the atom style cannot be told from {} columns; write it behind the "
                      "section's name, e.g. 'Atoms # charge'",
                      words.size()));
    style_ = style_named(name);
  }

  void read_atom(const std::vector<std::string_view>& words) {
    if (style_ == nullptr) guess_style(words);
    const bool images = words.size() == style_->width + 3;
    if (!images && words.size() != style_->width)
      lines_.fail(fmt::format(
          "an atom of style {} has {} columns (or {} with image flags), but here are {}",
          style_->name, style_->width, style_->width + 3, words.size()));
    Row row{integer(words[0], "id"), type_of(words[style_->type]), {}, {}};
    for (std::size_t a = 0; a < 3; ++a) row.position[a] = number(words[style_->x + a]);
    if (images) {
      Vec3 n{};
      for (std::size_t a = 0; a < 3; ++a)
        n[a] = static_cast<double>(integer(words[style_->width + a], "image flag"));
      if (norm2(n) > 0) row.position += n * rows_of_cell();
    }
    rows_.push_back(row);
  }

  void read_velocity(const std::vector<std::string_view>& words) {
    if (words.size() < 4) lines_.fail("a line of Velocities is an id and three numbers");
    velocities_.emplace_back(integer(words[0], "id"),
                             Vec3{number(words[1]), number(words[2]), number(words[3])});
  }

  Mat3 rows_of_cell() const {
    if (general_) return *general_;
    for (std::size_t a = 0; a < 3; ++a)
      if (!has_edge_[a]) fail_file(fmt::format("the header has no {0}lo {0}hi", "xyz"[a]));
    return box_.rows();
  }

  std::vector<std::string> element_names() const {
    std::vector<std::string> names;
    for (long type = 1; type <= types_; ++type) {
      const auto k = static_cast<std::size_t>(type - 1);
      if (!elements_.empty()) {
        if (k >= elements_.size())
          fail_file(fmt::format("has {} types, but {} elements are given: {}", types_,
                                elements_.size(), fmt::join(elements_, " ")));
        names.push_back(elements_[k]);
      } else if (const auto comment = comments_.find(type); comment != comments_.end()) {
        names.push_back(comment->second);
      } else if (const auto label = labels_.find(type);
                 label != labels_.end() && structures::atomic_number(label->second)) {
        names.push_back(label->second);
      } else {
        const auto mass = masses_.find(type);
        const auto element = mass == masses_.end() ? std::nullopt : element_of_mass(mass->second);
        if (!element)
          fail_file(fmt::format(
              "the element of type {} is unknown ({}): give the elements in type order", type,
              mass == masses_.end() ? "no mass" : fmt::format("mass {}", mass->second)));
        names.push_back(*element);
      }
    }
    return names;
  }

  void fill(Frame& frame) {
    if (static_cast<std::size_t>(atoms_) != rows_.size())
      fail_file(fmt::format("the header announces {} atoms, but section Atoms has {}", atoms_,
                            rows_.size()));
    std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.id < b.id; });
    for (std::size_t i = 1; i < rows_.size(); ++i)
      if (rows_[i].id == rows_[i - 1].id)
        fail_file(fmt::format("two atoms have the id {}", rows_[i].id));
    if (!velocities_.empty()) match_velocities();
    frame.species.names = element_names();
    try {
      frame.cell.emplace(rows_of_cell());
    } catch (const InputError& e) {
      fail_file(e.what());
    }
    for (const Row& row : rows_) {
      frame.species.of_atom.push_back(static_cast<int>(row.type) - 1);
      frame.positions.push_back(row.position);
      if (!velocities_.empty()) frame.velocities.push_back(row.velocity);
    }
  }

  /// Velocities may stand in another order than the atoms.
  void match_velocities() {
    std::sort(velocities_.begin(), velocities_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    if (velocities_.size() != rows_.size())
      fail_file(fmt::format("{} atoms have {} velocities", rows_.size(), velocities_.size()));
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (velocities_[i].first != rows_[i].id)
        fail_file(fmt::format("atom {} has no velocity", rows_[i].id));
      rows_[i].velocity = velocities_[i].second;
    }
  }

  LineReader lines_;
  std::vector<std::string> elements_;
  std::string section_comment_;
  long atoms_ = 0;
  long types_ = 0;
  LammpsBox box_;
  std::array<bool, 3> has_edge_{};
  std::optional<Mat3> general_;
  std::map<long, std::string> labels_;
  std::map<long, std::string> comments_;
  std::map<long, double> masses_;
  const AtomStyle* style_ = nullptr;
  std::vector<Row> rows_;
  std::vector<std::pair<long, Vec3>> velocities_;
  std::vector<std::string> notes_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<FrameReader> open_lammps_data(const std::string& path, const ReadOptions& options) {
  return std::make_unique<DataReader>(path, options.elements);
}

}  // namespace vitrion::formats
