#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <span>

#include "edges/formats/bytes/line_reader.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/row_table.hpp"
#include "edges/formats/lammps/box.hpp"
#include "edges/formats/lammps/lammps.hpp"

namespace vitrion::formats {

namespace {

using structures::Cell;

constexpr std::string_view item = "ITEM: ";

/// Which columns hold what; nothing for those that the dump lacks.
struct DumpColumns {
  using Place = std::optional<std::size_t>;
  using Triple = std::array<Place, 3>;
  Place id, type, element;
  Triple unwrapped, scaled_unwrapped, wrapped, scaled, image, velocity, force;
  std::vector<Column> columns;
  std::vector<std::string> unused;

  explicit DumpColumns(const std::vector<std::string_view>& names) {
    for (std::size_t k = 0; k < names.size(); ++k) {
      const std::string_view name = names[k];
      auto use = Column::Use::number;
      if (name == "element") {
        element = k;
        use = Column::Use::species;
      } else if (name == "id") {
        id = k;
      } else if (name == "type") {
        type = k;
      } else if (Place* const place = place_of(name)) {
        *place = k;
      } else {
        use = Column::Use::skip;
        unused.emplace_back(name);
      }
      columns.push_back({std::string(name), use});
    }
    if (element && type) columns[*type].use = Column::Use::skip;
  }

 private:
  Place* place_of(std::string_view name) {
    static constexpr std::string_view axes = "xyz";
    for (std::size_t a = 0; a < 3; ++a) {
      const std::string x(1, axes[a]);
      if (name == x) return &wrapped[a];
      if (name == x + "s") return &scaled[a];
      if (name == x + "u") return &unwrapped[a];
      if (name == x + "su") return &scaled_unwrapped[a];
      if (name == "i" + x) return &image[a];
      if (name == "v" + x) return &velocity[a];
      if (name == "f" + x) return &force[a];
    }
    return nullptr;
  }
};

bool complete(const DumpColumns::Triple& t) {
  return t[0] && t[1] && t[2];
}

/// What the items before the atoms say.
struct Head {
  std::size_t atoms = 0;
  Mat3 rows{};
  Vec3 origin{};
  bool has_box = false;
  bool open = false;
};

class DumpReader final : public FrameReader {
 public:
  DumpReader(const std::string& path, std::vector<std::string> elements)
      : lines_(path), elements_(std::move(elements)) {}

  std::optional<Frame> next() override {
    auto line = lines_.next();
    while (line && Words(*line).next().empty()) line = lines_.next();
    if (!line) return std::nullopt;
    Frame frame;
    Head head;
    while (!line->starts_with("ITEM: ATOMS")) {
      read_item(*line, head, frame);
      line = lines_.need("ITEM: ATOMS");
    }
    if (head.atoms == 0) lines_.fail("a frame of no atoms cannot be read");
    if (!head.has_box) lines_.fail("ITEM: BOX BOUNDS is missing before the atoms");
    open_table(line->substr(std::string_view("ITEM: ATOMS").size()));
    table_->read(lines_, head.atoms, names_);
    // LAMMPS ends every line; without an end the last number may have lost digits.
    if (lines_.line_lacks_end()) lines_.fail("the line has no end: the file is cut inside a frame");
    lines_.at_this_line([&] { fill(frame, head); });
    return frame;
  }

  std::vector<std::string> notes() const override {
    std::vector<std::string> result;
    for (const std::string& name : unused_)
      result.push_back(fmt::format("column '{}' has no place in a frame and was left out", name));
    return result;
  }

 private:
  void read_item(std::string_view line, Head& head, Frame& frame) {
    if (!line.starts_with(item))
      lines_.fail(
          fmt::format("a line of a dump starts with 'ITEM: ', not '{}'", line.substr(0, 40)));
    const std::string name(line.substr(item.size()));
    if (name.starts_with("TIMESTEP") || name == "TIME") {
      const std::string_view word = Words(lines_.need(name)).next();
      double value = 0;
      if (!parse(word, value))
        lines_.fail(fmt::format("{} is '{}', but a number is needed", name, word));
      frame.info[name == "TIME" ? "time" : "timestep"] = std::string(word);
    } else if (name.starts_with("UNITS")) {
      const std::string_view units = Words(lines_.need(name)).next();
      if (units != "metal")
        lines_.fail(
            fmt::format("the units are '{}', but only metal (A, ps, eV) can be read", units));
    } else if (name.starts_with("NUMBER OF ATOMS")) {
      const std::string_view word = Words(lines_.need(name)).next();
      if (!parse(word, head.atoms)) lines_.fail(fmt::format("the number of atoms is '{}'", word));
    } else if (name.starts_with("BOX BOUNDS")) {
      read_box(name, head);
    } else {
      lines_.fail(fmt::format("'ITEM: {}' does not belong to a dump of atoms", name));
    }
  }

  void read_box(const std::string& name, Head& head) {
    const std::vector<std::string_view> all = split(name);
    auto words = std::span(all).subspan(2);  // behind BOX BOUNDS
    std::size_t numbers = 2;
    bool general = false;
    if (words.size() >= 3 && words[0] == "xy") {
      numbers = 3;
      words = words.subspan(3);
    } else if (words.size() >= 2 && words[0] == "abc") {
      general = true;
      numbers = 4;
      words = words.subspan(2);
    }
    // Old dumps tell no boundary; they were of periodic boxes nearly always.
    const auto periodic = std::count_if(words.begin(), words.end(),
                                        [](std::string_view w) { return w.starts_with('p'); });
    if (periodic != 0 && periodic != static_cast<std::ptrdiff_t>(words.size()))
      lines_.fail(fmt::format("the box is periodic along some axes only ({}), which cannot be read",
                              fmt::join(words, " ")));
    head.open = !words.empty() && periodic == 0;
    std::array<std::array<double, 4>, 3> rows{};
    for (auto& row : rows) {
      Words line(lines_.need("the bounds of the box"));
      for (std::size_t k = 0; k < numbers; ++k)
        if (const std::string_view word = line.next(); !parse(word, row[k]))
          lines_.fail(
              fmt::format("'{}' stands where {} numbers of the box are needed", word, numbers));
    }
    head.has_box = true;
    if (general) {
      for (std::size_t k = 0; k < 3; ++k) {
        head.rows[k] = {rows[k][0], rows[k][1], rows[k][2]};
        head.origin[k] = rows[k][3];
      }
      return;
    }
    const LammpsBox box =
        box_of({{rows[0][0], rows[1][0], rows[2][0]}, {rows[0][1], rows[1][1], rows[2][1]}},
               rows[0][2], rows[1][2], rows[2][2]);
    head.rows = box.rows();
    head.origin = box.lo;
  }

  /// The table is kept while the columns stay the same.
  void open_table(std::string_view header) {
    if (table_ && header == header_) return;
    header_ = header;
    columns_.emplace(split(header_));
    if (!columns_->element && !columns_->type)
      lines_.fail("the atoms have neither an element nor a type column");
    if (!columns_->element && elements_.empty())
      lines_.fail(
          "the atoms have types but no element column: give the elements in the order of the "
          "types");
    const bool placed = complete(columns_->unwrapped) || complete(columns_->scaled_unwrapped) ||
                        complete(columns_->wrapped) || complete(columns_->scaled);
    if (!placed)
      lines_.fail("the atoms have no coordinates: x y z, xs ys zs, xu yu zu or xsu ysu zsu");
    unused_.insert(columns_->unused.begin(), columns_->unused.end());
    table_.emplace(columns_->columns, false);
  }

  std::vector<Vec3> vectors(const DumpColumns::Triple& t) const {
    const std::size_t n = table_->rows();
    const std::size_t x = table_->slot(*t[0]);
    const std::size_t y = table_->slot(*t[1]);
    const std::size_t z = table_->slot(*t[2]);
    std::vector<Vec3> v(n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t row = order_[i];
      v[i] = {table_->number(row, x), table_->number(row, y), table_->number(row, z)};
    }
    return v;
  }

  /// order_[i]: row of the atom that is i-th by id.
  void sort_by_id() {
    const std::size_t n = table_->rows();
    order_.resize(n);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    if (!columns_->id) return;
    const std::size_t slot = table_->slot(*columns_->id);
    const auto id = [&](std::size_t row) { return table_->number(row, slot); };
    const auto before = [&](std::size_t a, std::size_t b) { return id(a) < id(b); };
    if (!std::is_sorted(order_.begin(), order_.end(), before))
      std::sort(order_.begin(), order_.end(), before);
    for (std::size_t i = 1; i < n; ++i)
      if (id(order_[i]) == id(order_[i - 1]))
        throw InputError(fmt::format("two atoms have the id {}", id(order_[i])));
  }

  void set_species(Frame& frame) const {
    const std::size_t n = table_->rows();
    frame.species.of_atom.resize(n);
    if (columns_->element) {
      for (std::size_t i = 0; i < n; ++i) frame.species.of_atom[i] = table_->species()[order_[i]];
      frame.species.names = names_.names;
      if (!elements_.empty()) frame.species = frame.species.mapped_to(elements_);
      return;
    }
    const std::size_t slot = table_->slot(*columns_->type);
    const auto most = static_cast<double>(elements_.size());
    for (std::size_t i = 0; i < n; ++i) {
      const double type = table_->number(order_[i], slot);
      if (!(type >= 1 && type <= most) || type != std::floor(type))
        throw InputError(fmt::format("type {} is not one of the {} elements {}", type,
                                     elements_.size(), fmt::join(elements_, " ")));
      frame.species.of_atom[i] = static_cast<int>(type) - 1;
    }
    frame.species.names = elements_;
  }

  void fill(Frame& frame, const Head& head) {
    sort_by_id();
    set_species(frame);
    const DumpColumns& c = *columns_;
    const auto from_scaled = [&](std::vector<Vec3>& v) {
      for (Vec3& s : v) s = head.origin + s * head.rows;
    };
    bool apply_images = false;
    if (complete(c.unwrapped)) {
      frame.positions = vectors(c.unwrapped);
    } else if (complete(c.scaled_unwrapped)) {
      from_scaled(frame.positions = vectors(c.scaled_unwrapped));
    } else {
      apply_images = complete(c.image) && !head.open;
      if (complete(c.wrapped)) {
        frame.positions = vectors(c.wrapped);
      } else {
        from_scaled(frame.positions = vectors(c.scaled));
      }
    }
    if (apply_images) {
      const std::vector<Vec3> images = vectors(c.image);
      for (std::size_t i = 0; i < images.size(); ++i)
        if (norm2(images[i]) > 0) frame.positions[i] += images[i] * head.rows;
    }
    if (complete(c.velocity)) frame.velocities = vectors(c.velocity);
    if (complete(c.force)) frame.labels.forces = vectors(c.force);
    if (!head.open) frame.cell.emplace(head.rows);
  }

  LineReader lines_;
  std::vector<std::string> elements_;
  NameTable names_;
  std::string header_;
  std::optional<DumpColumns> columns_;
  std::optional<RowTable> table_;
  std::vector<std::size_t> order_;
  std::set<std::string> unused_;
};

}  // namespace

std::unique_ptr<FrameReader> open_lammps_dump(const std::string& path, const ReadOptions& options) {
  return std::make_unique<DumpReader>(path, options.elements);
}

}  // namespace vitrion::formats
