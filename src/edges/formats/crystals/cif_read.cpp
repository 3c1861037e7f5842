#include <fmt/format.h>

#include <gemmi/cif.hpp>
#include <gemmi/numb.hpp>
#include <gemmi/symmetry.hpp>

#include <algorithm>
#include <cctype>

#include "base/error.hpp"
#include "edges/formats/bytes/line_reader.hpp"
#include "edges/formats/bytes/row_table.hpp"
#include "edges/formats/crystals/cif.hpp"
#include "structures/elements.hpp"

namespace vitrion::formats {

namespace {

namespace cif = gemmi::cif;
using structures::Cell;

/// Copies of an atom on a special position differ by the digits of its coordinates: 0.3333 for 1/3
/// is 3e-4 A in a cell of 10 A. Two atoms are never nearer than 0.7 A (H2).
constexpr double same_place_A = 0.05;

/// The first value of the tags, or nothing for none, "?" and ".".
std::optional<std::string> value_of(cif::Block& block, std::initializer_list<const char*> tags) {
  for (const char* tag : tags)
    if (const std::string* value = block.find_value(tag); value != nullptr && !cif::is_null(*value))
      return cif::as_string(*value);
  return std::nullopt;
}

double number_of(cif::Block& block, const char* tag) {
  const auto text = value_of(block, {tag});
  if (!text) throw InputError(fmt::format("{} is missing", tag));
  const double x = cif::as_number(*text);
  if (!std::isfinite(x))
    throw InputError(fmt::format("{} is '{}', but must be a number", tag, *text));
  return x;
}

std::vector<gemmi::Op> operations_of(cif::Block& block) {
  for (const char* tag : {"_space_group_symop_operation_xyz", "_space_group_symop.operation_xyz",
                          "_symmetry_equiv_pos_as_xyz"}) {
    const cif::Column column = block.find_values(tag);
    if (column.length() == 0) continue;
    std::vector<gemmi::Op> operations;
    for (const std::string& text : column)
      operations.push_back(gemmi::parse_triplet(cif::as_string(text)));
    return operations;
  }
  const gemmi::SpaceGroup* group = nullptr;
  if (const auto name =
          value_of(block, {"_space_group_name_H-M_alt", "_symmetry_space_group_name_H-M",
                           "_space_group_name_H-M_ref"})) {
    group = gemmi::find_spacegroup_by_name(*name, number_of(block, "_cell_angle_alpha"),
                                           number_of(block, "_cell_angle_gamma"));
    if (group == nullptr) throw InputError(fmt::format("'{}' is no known space group", *name));
  } else if (const auto number =
                 value_of(block, {"_space_group_IT_number", "_symmetry_Int_Tables_number"})) {
    const double n = cif::as_number(*number);
    if (n >= 1 && n <= 230) group = gemmi::find_spacegroup_by_number(static_cast<int>(n));
    if (group == nullptr) throw InputError(fmt::format("'{}' is no space group's number", *number));
  } else {
    throw InputError(
        "neither symmetry operations nor a space group are given; for none write 'x, y, z'");
  }
  std::vector<gemmi::Op> operations;
  for (const gemmi::Op& operation : group->operations()) operations.push_back(operation);
  return operations;
}

/// "Na", "Na1", "Na1+", "D", "OW": the element at the start of a type symbol or label.
std::string element_of(const std::string& symbol) {
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  const auto end = std::find_if_not(symbol.begin(), symbol.end(), is_letter);
  std::string letters(symbol.begin(), end);
  // More letters are a word ("Vac", "Wat"), whose beginning would name a wrong element.
  if (letters.size() > 2) letters.clear();
  for (std::size_t k = 0; k < letters.size(); ++k)
    letters[k] = static_cast<char>(k == 0 ? std::toupper(letters[k]) : std::tolower(letters[k]));
  for (; !letters.empty(); letters.pop_back()) {
    if (letters == "D" || letters == "T") return "H";
    if (structures::atomic_number(letters)) return letters;
  }
  throw InputError(fmt::format("'{}' names no element", symbol));
}

struct Site {
  std::string label;
  std::string element;
  Vec3 s;  // fractional
};

std::vector<Site> sites_of(cif::Block& block) {
  enum { x, y, z, label, symbol, occupancy };
  cif::Table table = block.find(
      "_atom_site_", {"fract_x", "fract_y", "fract_z", "?label", "?type_symbol", "?occupancy"});
  std::vector<Site> sites;
  for (cif::Table::Row row : table) {
    Site site;
    site.label = row.has2(label) ? row.str(label) : fmt::format("{}", sites.size() + 1);
    for (const int a : {x, y, z}) {
      site.s[static_cast<std::size_t>(a)] = cif::as_number(row[a]);
      if (!std::isfinite(site.s[static_cast<std::size_t>(a)]))
        throw InputError(
            fmt::format("atom {}: the coordinate '{}' is no number", site.label, row[a]));
    }
    if (row.has2(occupancy)) {
      const double share = cif::as_number(row[occupancy]);
      // Written with a few digits, but never a hundredth off where a site is meant to be full.
      if (!(std::abs(share - 1) < 0.005))
        throw InputError(fmt::format(
            "atom {} has occupancy {}, but only full sites can be read; make an ordered "
            "structure first",
            site.label, row[occupancy]));
    }
    if (!row.has2(symbol) && !row.has2(label))
      throw InputError("the atoms have no symbol or label");
    site.element = element_of(row.has2(symbol) ? row.str(symbol) : site.label);
    sites.push_back(std::move(site));
  }
  return sites;
}

Frame frame_of(cif::Block& block) {
  Frame frame;
  Vec3 lengths{};
  Vec3 angles{};
  const char* const axes[] = {"a", "b", "c"};
  const char* const opposite[] = {"alpha", "beta", "gamma"};
  for (std::size_t k = 0; k < 3; ++k) {
    lengths[k] = number_of(block, fmt::format("_cell_length_{}", axes[k]).c_str());
    angles[k] = number_of(block, fmt::format("_cell_angle_{}", opposite[k]).c_str());
  }
  const Cell cell = Cell::from_lengths_angles(lengths, angles);
  frame.cell = cell;
  const std::vector<gemmi::Op> operations = operations_of(block);
  NameTable names;
  std::vector<std::string> labels;
  const bool symmetric = operations.size() > 1;
  for (const Site& site : sites_of(block)) {
    const std::size_t first = frame.size();
    const int type = names.index(site.element);
    for (const gemmi::Op& operation : operations) {
      Vec3 r = cell.cartesian({operation.apply_to_xyz(site.s)});
      if (symmetric) r = cell.wrapped(r);
      bool is_new = true;
      // Every pair is compared, which only a large cell without symmetry would notice.
      for (std::size_t i = symmetric ? 0 : first; i < frame.size() && is_new; ++i) {
        is_new = norm(cell.minimum_image(frame.positions[i] - r)) >= same_place_A;
        if (!is_new && i < first)
          throw InputError(
              fmt::format("atoms {} and {} stand at one place", labels[i], site.label));
      }
      if (!is_new) continue;
      frame.positions.push_back(r);
      frame.species.of_atom.push_back(type);
      labels.push_back(site.label);
    }
  }
  frame.species.names = std::move(names.names);
  if (frame.positions.empty()) throw InputError("the block holds no atom sites");
  return frame;
}

class CifReader final : public FrameReader {
 public:
  explicit CifReader(const std::string& path) : path_(path) {
    std::string text;
    for (LineReader lines(path); const auto line = lines.next();) (text += *line) += '\n';
    try {
      document_ = cif::read_memory(text.data(), text.size(), path.c_str());
    } catch (const std::exception& e) {
      // gemmi's messages begin with "path:line:column".
      throw InputError(e.what());
    }
  }

  std::optional<Frame> next() override {
    for (; at_ < document_.blocks.size(); ++at_) {
      cif::Block& block = document_.blocks[at_];
      if (block.find_values("_atom_site_fract_x").length() == 0) continue;
      ++at_;
      try {
        return frame_of(block);
      } catch (const std::exception& e) {
        throw InputError(fmt::format("{}: data_{}: {}", path_, block.name, e.what()));
      }
    }
    return std::nullopt;
  }

 private:
  std::string path_;
  cif::Document document_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<FrameReader> open_cif(const std::string& path, const ReadOptions&) {
  return std::make_unique<CifReader>(path);
}

}  // namespace vitrion::formats
