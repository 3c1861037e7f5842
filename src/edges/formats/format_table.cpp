#include "edges/formats/format_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "edges/formats/frames.hpp"

namespace vitrion::formats {

namespace {

/// "energy, forces, ..."; "geometry only" for none.
std::string holdings(const FormatInfo& info) {
  std::vector<std::string_view> parts;
  const auto add = [&](bool held, std::string_view name) {
    if (held) parts.push_back(name);
  };
  add(info.holds_energy, "energy");
  add(info.holds_forces, "forces");
  add(info.holds_virial, "virial");
  add(info.holds_velocities, "velocities");
  add(info.holds_atom_energies, "atom energies");
  add(info.holds_atom_weights, "atom weights");
  add(info.holds_open, "open boundaries");
  add(info.holds_info, "info");
  for (const std::string& key : info.info_keys) parts.push_back(key);
  return parts.empty() ? "geometry only" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string access(const FormatInfo& info) {
  if (info.reads && info.writes) return "read, write";
  return info.reads ? "read" : "write";
}

std::string suffixes(const FormatInfo& info) {
  return info.suffixes.empty() ? "a folder" : fmt::format("{}", fmt::join(info.suffixes, " "));
}

}  // namespace

std::string plain_format_table() {
  std::string text =
      fmt::format("{:<17} {:<34} {:<12} {:<7} {}\n", "format", "names", "", "frames", "holds");
  for (const FormatInfo& info : formats())
    text += fmt::format("{:<17} {:<34} {:<12} {:<7} {}\n", info.name, suffixes(info), access(info),
                        info.many_frames ? "many" : "one", holdings(info));
  text +=
      "Text formats are also read and written as .gz and .zst. Every format holds cell, species "
      "and\n"
      "positions.\n";
  return text;
}

std::string markdown_format_table() {
  std::string text =
      "| format | names | | frames | holds | what it is |\n|---|---|---|---|---|---|\n";
  for (const FormatInfo& info : formats()) {
    std::string page = info.name;
    std::replace(page.begin(), page.end(), '/', '-');
    text += fmt::format("| [{}]({}.md) | {} | {} | {} | {} | [{}]({}) |\n", info.name, page,
                        suffixes(info), access(info), info.many_frames ? "many" : "one",
                        holdings(info), info.description, info.reference);
  }
  return text;
}

}  // namespace vitrion::formats
