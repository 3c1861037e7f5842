// The output of CP2K (Quickstep). Its words changed with 8.1 and with 2025.1; units stand in the
// brackets of the headlines.
#include <fmt/format.h>

#include "base/units.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/calculations/calculation.hpp"
#include "edges/formats/calculations/text.hpp"

namespace vitrion::formats {

namespace {

constexpr double hartree_eV = 27.211386245988;      // CODATA 2018
constexpr double bohr_A = 0.529177210903;           // CODATA 2018
constexpr double force_unit = hartree_eV / bohr_A;  // of a hartree/bohr in eV/A

/// An appended file holds several runs; what counts is the last.
std::string_view last_run(std::string_view text) {
  const std::size_t at = text.rfind("PROGRAM STARTED AT");
  return at == text.npos ? text : text.substr(at);
}

class Cp2kReader {
 public:
  explicit Cp2kReader(std::string_view text) : lines_(last_run(text)) {
    common_.engine = "cp2k";
    common_.cell_digit = 6e-4;  // three decimals
  }

  std::vector<Calculation> read() {
    while ((line_ = lines_.next())) see(*line_);
    finish_step();
    if (found_.empty()) {
      common_.converged = converged_ && !failed_;
      common_.convergence = convergence_;
      common_.scf_steps = steps_;
      if (!complaint_.empty() || !convergence_.empty()) found_.push_back(common_);
    }
    for (Calculation& c : found_) {
      c.ended = ended_;
      // An abort for want of convergence (from 2025.1 on) is no error of the engine.
      if (!failed_) c.complaint = complaint_;
      if (failed_ && !complaint_.empty()) c.ended = true;
    }
    return std::move(found_);
  }

 private:
  void see(std::string_view line) {
    if (has(line, "CP2K| version string:"))
      common_.version =
          Words(trimmed(line.substr(line.find("version ", line.find(':')) + 8))).next();
    else if (has(line, " CELL| Vector "))
      read_cell_vector(line);
    else if (has(line, " CELL| Volume "))
      volume_ = number_after(line, ":");
    else if (has(line, "MODULE QUICKSTEP") && has(line, "ATOMIC COORDINATES"))
      read_atoms();
    else if (has(line, "*** SCF run converged in") || has(line, "outer SCF loop converged in"))
      converged_ = true, failed_ = false, tell(line);
    else if (has(line, "SCF run NOT converged") || has(line, "outer SCF loop FAILED"))
      failed_ = true, tell(line);
    else if (has(line, "ENERGY| Total FORCE_EVAL"))
      read_energy(line);
    else if (has(line, "ATOMIC FORCES in [a.u.]") || has(line, "FORCES| Atomic forces [hartree"))
      read_forces();
    else if (has(line, "STRESS TENSOR [") || (has(line, "stress tensor [") && !has(line, "igenv")))
      read_stress(line);
    else if (has(line, "[ABORT]"))
      read_abort();
    else if (has(line, "PROGRAM ENDED AT"))
      ended_ = true;
  }

  void tell(std::string_view line) {
    std::string_view words = line.substr(0, line.find_last_not_of(" *") + 1);
    const std::size_t place = words.find(":: ");  // of a warning in CP2K's source
    words = words.substr(place == words.npos ? words.find_first_not_of(" *") : place + 3);
    convergence_ = words;
    if (const auto n = number_after(line, " in ")) steps_ = static_cast<int>(*n);
  }

  void read_cell_vector(std::string_view line) {
    const std::size_t at = line.find("Vector ") + 7;
    const std::size_t k = static_cast<std::size_t>(line[at] - 'a');
    const std::vector<double> n = numbers_of(line.substr(line.find(':') + 1));
    if (k > 2 || n.size() != 3) return;
    if (!common_.cell) common_.cell = Mat3{};
    (*common_.cell)[k] = {n[0], n[1], n[2]};
  }

  /// Rows "atom kind element Z x y z Z(eff) mass", by words: the columns moved between versions.
  void read_atoms() {
    common_.species.clear();
    common_.positions.clear();
    while ((line_ = lines_.next())) {
      const std::vector<std::string_view> words = split(*line_);
      std::size_t number = 0;
      Vec3 r{};
      const bool row = words.size() == 9 && parse(words[0], number) && parse(words[4], r[0]) &&
                       parse(words[5], r[1]) && parse(words[6], r[2]);
      if (!row) {
        if (words.empty() || words[0] == "Atom") {
          if (common_.species.empty()) continue;
          return;
        }
        return;
      }
      common_.species.emplace_back(words[2]);
      common_.positions.push_back(r);
    }
  }

  void read_energy(std::string_view line) {
    finish_step();
    now_ = common_;
    open_ = true;
    const std::vector<std::string_view> words = split(line);
    double value = 0;
    if (parse(words.back(), value)) now_.energy = value * hartree_eV;
    now_.converged = converged_ && !failed_;
    now_.convergence =
        convergence_.empty() ? "the output has no word of convergence" : convergence_;
    now_.scf_steps = steps_;
    converged_ = false;  // the next energy needs a proof of its own
    // A failure stays until another loop has converged.
  }

  /// Rows "atom kind element x y z" until 2024, "FORCES| atom x y z norm" since 2025.
  void read_forces() {
    now_.forces.clear();
    while ((line_ = lines_.next())) {
      std::vector<std::string_view> words = split(*line_);
      if (words.empty() || words[0] == "#") continue;
      const bool tagged = words[0] == "FORCES|";
      if (tagged) words.erase(words.begin());
      const std::size_t first = tagged ? 1 : 3;
      std::size_t number = 0;
      Vec3 f{};
      if (words.size() < first + 3 || !parse(words[0], number)) {
        if (tagged && !words.empty() && words[0] == "Atom") continue;
        return;
      }
      for (std::size_t a = 0; a < 3; ++a)
        if (!parse(words[first + a], f[a])) return;
      now_.forces.push_back(force_unit * f);
    }
  }

  void read_stress(std::string_view headline) {
    const std::size_t open = headline.find('[');
    const std::string_view unit = headline.substr(open + 1, headline.find(']') - open - 1);
    const double per_GPa = unit == "GPa" ? 1 : unit == "bar" ? 1e4 : unit == "kbar" ? 10 : 0;
    Mat3 rows{};
    std::size_t got = 0;
    while (got < 3 && (line_ = lines_.next())) {
      std::vector<std::string_view> words = split(*line_);
      if (!words.empty() && words[0] == "STRESS|") words.erase(words.begin());
      if (words.size() != 4) {
        if (words.empty() || words.size() == 3) continue;  // a blank line, "x y z"
        return;
      }
      for (std::size_t b = 0; b < 3; ++b)
        if (!parse(words[b + 1], rows[got][b])) return;
      ++got;
    }
    // The volume is printed with more digits than the vectors.
    if (got < 3 || per_GPa == 0 || !volume_) return;
    now_.virial = (*volume_ / (units::eV_per_A3_in_GPa * per_GPa)) * rows;
  }

  /// A box of stars with a drawing at its left: the words right of it.
  void read_abort() {
    std::string words;
    while ((line_ = lines_.next()) && !has(*line_, "****")) {
      std::string_view line = *line_;
      const std::size_t begin = line.find('*') + 1, end = line.rfind('*');
      if (end == line.npos || end < begin + 9) continue;
      const std::string_view text = trimmed(line.substr(begin + 9, end - begin - 9));
      if (!text.empty() && !words.empty()) words += ' ';
      words += text;
    }
    if (has(words, "SCF run NOT converged")) {
      failed_ = true;
      convergence_ = "SCF run NOT converged";
    }
    complaint_ = words.empty() ? "CP2K aborted" : words;
  }

  void finish_step() {
    if (open_) found_.push_back(now_);
    open_ = false;
  }

  TextLines lines_;
  std::optional<std::string_view> line_;
  Calculation common_, now_;
  std::vector<Calculation> found_;
  bool open_ = false, converged_ = false, failed_ = false, ended_ = false;
  int steps_ = 0;
  std::optional<double> volume_;  // A^3
  std::string convergence_, complaint_;
};

}  // namespace

std::vector<Calculation> read_cp2k(std::string_view text) {
  return Cp2kReader(text).read();
}

}  // namespace vitrion::formats
