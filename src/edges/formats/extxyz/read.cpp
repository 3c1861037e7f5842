#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/units.hpp"
#include "edges/formats/bytes/line_reader.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/row_table.hpp"
#include "edges/formats/extxyz/comment.hpp"
#include "edges/formats/extxyz/extxyz.hpp"
#include "structures/elements.hpp"

namespace vitrion::formats {

namespace {

/// Where the columns of interest begin; nothing for those that the file lacks.
struct Layout {
  std::vector<Column> columns;
  std::optional<std::size_t> species, atomic_number, positions, velocities, momenta, masses, forces,
      energies, weights;
  bool exact = true;

  void add(std::string_view name, Column::Use use, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) columns.push_back({std::string(name), use});
  }
};

/// The property of this name, type and width, if a frame has a place for it.
std::optional<std::size_t>* place_of(Layout& layout, std::string_view name, std::string_view type,
                                     std::size_t count) {
  struct Known {
    std::string_view name;
    std::string_view type;
    std::size_t count;
    std::optional<std::size_t> Layout::*place;
  };
  static constexpr Known known[] = {
      {"species", "S", 1, &Layout::species},       {"element", "S", 1, &Layout::species},
      {"Z", "I", 1, &Layout::atomic_number},       {"numbers", "I", 1, &Layout::atomic_number},
      {"pos", "R", 3, &Layout::positions},         {"positions", "R", 3, &Layout::positions},
      {"velocities", "R", 3, &Layout::velocities}, {"momenta", "R", 3, &Layout::momenta},
      {"masses", "R", 1, &Layout::masses},         {"mass", "R", 1, &Layout::masses},
      {"forces", "R", 3, &Layout::forces},         {"force", "R", 3, &Layout::forces},
      {"energies", "R", 1, &Layout::energies},     {"atom_energies", "R", 1, &Layout::energies},
      {"atom_pref", "R", 1, &Layout::weights},
  };
  for (const Known& k : known) {
    if (k.name != name) continue;
    if (k.type != type || k.count != count)
      throw InputError(fmt::format("property '{}' is {}:{}, but {}:{} is needed", name, type, count,
                                   k.type, k.count));
    if (layout.*k.place) throw InputError(fmt::format("property '{}' is given twice", name));
    return &(layout.*k.place);
  }
  return nullptr;
}

std::vector<std::string_view> split_at_colons(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == text.npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

/// "species:S:1:pos:R:3:..."; names of properties without a place in a frame go to `unused`.
Layout parse_properties(std::string_view text, std::set<std::string>& unused) {
  const std::vector<std::string_view> parts = split_at_colons(text);
  if (parts.size() % 3 != 0)
    throw InputError(
        fmt::format("Properties={} does not consist of name:type:columns triples", text));
  Layout layout;
  for (std::size_t k = 0; k < parts.size(); k += 3) {
    const std::string_view name = parts[k];
    const std::string_view type = parts[k + 1];
    std::size_t count = 0;
    if (!parse(parts[k + 2], count) || count == 0 || count > 1000)
      throw InputError(fmt::format("property '{}' has '{}' columns", name, parts[k + 2]));
    if (type != "S" && type != "R" && type != "I" && type != "L")
      throw InputError(fmt::format("property '{}' has type '{}', not one of S R I L", name, type));
    const std::size_t first = layout.columns.size();
    auto* const place = place_of(layout, name, type, count);
    if (place == nullptr) {
      unused.emplace(name);
      layout.add(name, Column::Use::skip, count);
    } else {
      *place = first;
      layout.add(name, type == "S" ? Column::Use::species : Column::Use::number, count);
    }
  }
  if (!layout.positions) throw InputError("Properties lacks pos:R:3");
  if (!layout.species && !layout.atomic_number) throw InputError("Properties lacks species:S:1");
  if (layout.species && layout.atomic_number) {
    layout.columns[*layout.atomic_number].use = Column::Use::skip;
    layout.atomic_number.reset();
  }
  return layout;
}

Layout plain_layout() {
  Layout layout;
  layout.species = 0;
  layout.positions = 1;
  layout.add("species", Column::Use::species, 1);
  layout.add("pos", Column::Use::number, 3);
  layout.exact = false;  // charges and the like may follow
  return layout;
}

/// Nine numbers row by row, or six in Voigt order xx yy zz yz xz xy.
Mat3 tensor(std::string_view key, std::string_view value) {
  const auto n = parse_numbers(value);
  if (n && n->size() == 9)
    return {
        {{(*n)[0], (*n)[1], (*n)[2]}, {(*n)[3], (*n)[4], (*n)[5]}, {(*n)[6], (*n)[7], (*n)[8]}}};
  if (n && n->size() == 6)
    return {
        {{(*n)[0], (*n)[5], (*n)[4]}, {(*n)[5], (*n)[1], (*n)[3]}, {(*n)[4], (*n)[3], (*n)[2]}}};
  throw InputError(
      fmt::format("{}=\"{}\" is not 9 numbers, nor 6 (xx yy zz yz xz xy)", key, value));
}

double number(std::string_view key, std::string_view value) {
  double x = 0;
  if (!parse(value, x)) throw InputError(fmt::format("{}={} is no finite number", key, value));
  return x;
}

/// pbc="T T T", "F F F" or one word for all.
bool periodic(std::string_view value) {
  std::string text(value);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '[' || c == ']' || c == ','; }, ' ');
  std::vector<bool> axes;
  for (const std::string_view word : split(text)) {
    const bool yes = word == "T" || word == "True" || word == "true" || word == "1";
    const bool no = word == "F" || word == "False" || word == "false" || word == "0";
    if (!yes && !no) throw InputError(fmt::format("pbc=\"{}\" is not T or F three times", value));
    axes.push_back(yes);
  }
  if (axes.size() != 1 && axes.size() != 3)
    throw InputError(fmt::format("pbc=\"{}\" is not T or F three times", value));
  if (std::any_of(axes.begin(), axes.end(), [&](bool axis) { return axis != axes[0]; }))
    throw InputError(fmt::format(
        "pbc=\"{}\" is periodic along some axes only; \"T T T\" and \"F F F\" can be read", value));
  return axes[0];
}

Mat3 lattice(std::string_view value) {
  const auto n = parse_numbers(value);
  if (n && n->size() == 9)
    return {
        {{(*n)[0], (*n)[1], (*n)[2]}, {(*n)[3], (*n)[4], (*n)[5]}, {(*n)[6], (*n)[7], (*n)[8]}}};
  if (n && n->size() == 3) return {{{(*n)[0], 0, 0}, {0, (*n)[1], 0}, {0, 0, (*n)[2]}}};
  throw InputError(fmt::format("Lattice=\"{}\" is not 9 numbers (or 3 for a box)", value));
}

/// Whether the pairs were meant as such; otherwise the line is the free comment of plain XYZ.
bool is_extended(const std::vector<KeyValue>& pairs) {
  const auto names = [&](std::string_view key) {
    return std::any_of(pairs.begin(), pairs.end(), [&](const KeyValue& p) { return p.key == key; });
  };
  return names("Properties") || names("Lattice") ||
         (!pairs.empty() && std::all_of(pairs.begin(), pairs.end(), [](const KeyValue& p) {
           return p.has_value && !p.value.ends_with(',');
         }));
}

class ExtxyzReader final : public FrameReader {
 public:
  explicit ExtxyzReader(const std::string& path) : lines_(path) {}

  std::optional<Frame> next() override {
    auto line = lines_.next();
    while (line && Words(*line).next().empty()) line = lines_.next();
    if (!line) return std::nullopt;
    Words words(*line);
    const std::string_view word = words.next();
    std::size_t n = 0;
    if (!parse(word, n) || !words.next().empty() || n == 0)
      lines_.fail(
          fmt::format("the first line of a frame is the number of its atoms, not '{}'", *line));

    Frame frame;
    const std::string_view comment = lines_.need("the comment line of a frame");
    const Layout layout = lines_.at_this_line([&] { return read_comment(comment, frame); });
    RowTable rows(layout.columns, layout.exact);
    NameTable names;
    rows.read(lines_, n, names);
    lines_.at_this_line([&] { fill(frame, layout, rows, std::move(names)); });
    return frame;
  }

  std::vector<std::string> notes() const override {
    std::vector<std::string> result;
    for (const std::string& name : unused_)
      result.push_back(fmt::format("column '{}' has no place in a frame and was left out", name));
    if (lines_.line_lacks_end())
      result.emplace_back("the last line has no end: if the file was cut, its last number is too");
    if (dropped_lattice_)
      result.emplace_back("the Lattice of frames with pbc=\"F F F\" was left out");
    return result;
  }

 private:
  Layout read_comment(std::string_view line, Frame& frame) {
    std::vector<KeyValue> pairs;
    try {
      pairs = parse_comment(line);
    } catch (const InputError&) {
      // A free comment may hold any quote; one that names properties or a lattice was meant as
      // pairs.
      if (line.find("Properties=") != line.npos || line.find("Lattice=") != line.npos) throw;
    }
    if (!is_extended(pairs)) {
      if (!line.empty()) frame.info["comment"] = std::string(line);
      return plain_layout();
    }
    std::set<std::string_view> keys;
    for (const KeyValue& pair : pairs)
      if (!keys.insert(pair.key).second)
        throw InputError(fmt::format("key '{}' is given twice", pair.key));
    std::optional<Layout> layout;
    std::optional<Mat3> rows, virial, stress;
    std::optional<bool> pbc;
    std::optional<double> energy, free_energy;
    for (KeyValue& pair : pairs) {
      const auto& [key, value, has_value] = pair;
      if (key == "Properties") {
        layout = parse_properties(value, unused_);
      } else if (key == "Lattice") {
        rows = lattice(value);
      } else if (key == "pbc") {
        pbc = periodic(value);
      } else if (key == "energy") {
        energy = number(key, value);
        frame.info[key] = value;
      } else if (key == "free_energy") {
        free_energy = number(key, value);
      } else if (key == "virial") {
        virial = tensor(key, value);
      } else if (key == "stress") {
        stress = tensor(key, value);
      } else {
        frame.info[pair.key] = std::move(pair.value);
      }
    }
    if (!free_energy || free_energy == energy) frame.info.erase("energy");
    frame.labels.energy = free_energy ? free_energy : energy;
    if (pbc.value_or(rows.has_value())) {
      if (!rows) throw InputError("pbc=\"T T T\" needs a Lattice");
      frame.cell.emplace(*rows);
    } else if (rows) {
      dropped_lattice_ = true;
    }
    set_virial(frame, virial, stress);
    return layout ? std::move(*layout) : plain_layout();
  }

  static void set_virial(Frame& frame, const std::optional<Mat3>& virial,
                         const std::optional<Mat3>& stress) {
    if (stress && !frame.cell) throw InputError("stress needs a Lattice with pbc=\"T T T\"");
    frame.labels.virial = virial;
    if (!stress) return;
    const Mat3 from_stress = -frame.cell->volume() * *stress;
    if (!virial) {
      frame.labels.virial = from_stress;
      return;
    }
    double largest = 0;
    for (const Vec3& row : *virial)
      for (const double w : row) largest = std::max(largest, std::abs(w));
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b)
        // Both are often written with six or eight digits.
        if (std::abs((*virial)[a][b] - from_stress[a][b]) > 1e-3 + 1e-4 * largest)
          throw InputError(fmt::format(
              "virial and stress disagree: component {}{} is {} eV, but -stress x volume is {} eV",
              "xyz"[a], "xyz"[b], (*virial)[a][b], from_stress[a][b]));
  }

  static void fill(Frame& frame, const Layout& layout, const RowTable& rows, NameTable names) {
    const std::size_t n = rows.rows();
    const auto vectors = [&](std::size_t column) {
      std::vector<Vec3> v(n);
      for (std::size_t i = 0; i < n; ++i) v[i] = rows.vector(i, rows.slot(column));
      return v;
    };
    const auto numbers = [&](std::size_t column) {
      std::vector<double> v(n);
      for (std::size_t i = 0; i < n; ++i) v[i] = rows.number(i, rows.slot(column));
      return v;
    };
    if (layout.species) {
      frame.species.of_atom = rows.species();
    } else {
      for (const double z : numbers(*layout.atomic_number)) {
        if (!(z >= 1 && z <= 118) || z != std::floor(z))
          throw InputError(fmt::format("{} is no atomic number", z));
        frame.species.of_atom.push_back(names.index(structures::symbol_of(static_cast<int>(z))));
      }
    }
    frame.species.names = std::move(names.names);
    frame.positions = vectors(*layout.positions);
    if (layout.forces) frame.labels.forces = vectors(*layout.forces);
    if (layout.energies) frame.labels.atom_energies = numbers(*layout.energies);
    if (layout.weights) frame.labels.atom_weights = numbers(*layout.weights);
    if (layout.velocities) {
      frame.velocities = vectors(*layout.velocities);
    } else if (layout.momenta) {
      frame.velocities = vectors(*layout.momenta);
      // ASE's momenta are in sqrt(eV amu), so p/m is in sqrt(eV/amu).
      const double to_A_per_ps = 1 / std::sqrt(units::amu_A2_per_ps2_in_eV);
      for (std::size_t i = 0; i < n; ++i) {
        const auto mass = layout.masses ? rows.number(i, rows.slot(*layout.masses))
                                        : structures::standard_mass(frame.species.name(i));
        if (!mass || !(*mass > 0))
          throw InputError(
              fmt::format("momenta need a mass, and '{}' has none", frame.species.name(i)));
        frame.velocities[i] = to_A_per_ps / *mass * frame.velocities[i];
      }
    }
  }

  LineReader lines_;
  std::set<std::string> unused_;
  bool dropped_lattice_ = false;
};

}  // namespace

std::unique_ptr<FrameReader> open_extxyz(const std::string& path, const ReadOptions&) {
  return std::make_unique<ExtxyzReader>(path);
}

}  // namespace vitrion::formats
