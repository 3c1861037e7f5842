// OUTCAR of VASP 5 and 6. Its positions have five decimals; its text is the only place where VASP
// tells of both of its convergence tests.
#include <fmt/format.h>

#include <cmath>

#include "base/units.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/calculations/calculation.hpp"
#include "edges/formats/calculations/text.hpp"

namespace vitrion::formats {

namespace {

class OutcarReader {
 public:
  explicit OutcarReader(std::string_view text) : lines_(text) {}

  std::vector<Calculation> read() {
    while ((line_ = lines_.next())) see(*line_);
    for (Calculation& c : found_) {
      c.ended = ended_;
      c.complaint = complaint_;
    }
    if (found_.empty() && !complaint_.empty()) {
      now_.complaint = complaint_;
      found_.push_back(now_);
    }
    return std::move(found_);
  }

 private:
  void see(std::string_view line) {
    see_head(line);
    if (has(line, "Iteration ") && has(line, "-----")) {
      const std::size_t open = line.find('(');
      steps_ = static_cast<int>(
          number_after(open == line.npos ? "" : line.substr(open), "(").value_or(0));
      reached_ = true;
      if (steps_ <= 1) change_ = eigenvalues_ = std::nullopt;
    } else if (has(line, "total energy-change (2. order)")) {
      change_ = number_after(line, ":");
      const std::size_t second = line.find('(', line.find(':'));
      eigenvalues_ = second == line.npos ? std::nullopt : number_after(line.substr(second), "(");
    } else if (has(line, "EDIFF was not reached")) {
      reached_ = false;
    } else if (has(line, "  in kB ")) {
      read_stress(line);
    } else if (has(line, "direct lattice vectors") && has(line, "reciprocal")) {
      read_cell();
    } else if (has(line, "POSITION ") && has(line, "TOTAL-FORCE") && !has(line, "(ML)")) {
      read_forces();
    } else if (has(line, "total drift:")) {
      const std::vector<double> n = numbers_of(line.substr(line.find(':') + 1));
      if (n.size() == 3) now_.net_force = Vec3{n[0], n[1], n[2]};
    } else if (has(line, "free  energy   TOTEN  =")) {
      now_.energy = number_after(line, "=");
      finish_step();
    } else if (has(line, "Elapsed time (sec):")) {
      ended_ = true;
    } else if (has(line, "VERY BAD NEWS") || has(line, "internal error in subroutine") ||
               has(line, "Error EDDDAV")) {
      complaint_ = trimmed(line);
    }
  }

  void see_head(std::string_view line) {
    if (now_.version.empty() && trimmed(line).starts_with("vasp."))
      now_.version = Words(trimmed(line)).next().substr(5);
    // Every potential is named twice: in a list at the head, and before its own lines.
    if (trimmed(line).starts_with("POTCAR:")) {
      Words words(trimmed(line));
      (void)words.next();
      (void)words.next();
      const std::string_view name = words.next();
      elements_.emplace_back(name.substr(0, name.find_first_of("_.")));
    }
    if (has(line, "ions per type =")) {
      now_.species.clear();
      const std::vector<double> counts = numbers_of(line.substr(line.find('=') + 1));
      // Beyond ten kinds VASP prints ten counts only.
      if (elements_.size() != 2 * counts.size()) {
        complaint_ = fmt::format("OUTCAR names {} potentials and {} counts of ions",
                                 elements_.size() / 2, counts.size());
        return;
      }
      for (std::size_t k = 0; k < counts.size(); ++k)
        now_.species.insert(now_.species.end(), static_cast<std::size_t>(counts[k]), elements_[k]);
    }
    if (trimmed(line).starts_with("EDIFF ") && has(line, "stopping-criterion"))
      ediff_ = number_after(line, "=");
  }

  void read_stress(std::string_view line) {
    const std::vector<double> n = numbers_of(line.substr(line.find("in kB") + 5));
    if (n.size() != 6) return;  // XX YY ZZ XY YZ ZX
    stress_ = Mat3{{Vec3{n[0], n[3], n[5]}, Vec3{n[3], n[1], n[4]}, Vec3{n[5], n[4], n[2]}}};
  }

  void read_cell() {
    Mat3 rows{};
    for (Vec3& row : rows) {
      line_ = lines_.next();
      const std::vector<double> n = numbers_of(line_.value_or(""));
      if (n.size() < 3) return;
      row = {n[0], n[1], n[2]};
    }
    now_.cell = rows;
  }

  void read_forces() {
    now_.positions.clear();
    now_.forces.clear();
    now_.net_force.reset();
    (void)lines_.next();  // a rule of dashes
    while ((line_ = lines_.next())) {
      const std::vector<double> n = numbers_of(*line_);
      // Builds with van der Waals print the forces without it in three more columns.
      if (n.size() < 6) break;
      now_.positions.push_back({n[0], n[1], n[2]});
      now_.forces.push_back({n[3], n[4], n[5]});
    }
  }

  void finish_step() {
    if (now_.forces.empty()) return;  // with NWRITE = 0 most steps have none
    judge_convergence();
    if (stress_ && now_.cell)
      now_.virial = (std::abs(determinant(*now_.cell)) / kB_per_eV_A3) * *stress_;
    found_.push_back(now_);
    now_.forces.clear();
    now_.positions.clear();
    stress_.reset();
    now_.virial.reset();
    now_.net_force.reset();
  }

  /// VASP 5 writes "EDIFF is reached" whenever it stops: only the changes of the last step tell.
  void judge_convergence() {
    now_.scf_steps = steps_;
    now_.converged = reached_ && ediff_ && change_ && eigenvalues_ &&
                     std::abs(*change_) < *ediff_ && std::abs(*eigenvalues_) < *ediff_;
    now_.convergence =
        ediff_ && change_ && eigenvalues_
            ? fmt::format(
                  "the last of {} electronic steps changed the energy by {:.2g} and the "
                  "eigenvalues by {:.2g} eV, EDIFF is {:g} eV",
                  steps_, std::abs(*change_), std::abs(*eigenvalues_), *ediff_)
            : "the changes of the last electronic step are not written";
  }

  TextLines lines_;
  std::optional<std::string_view> line_;
  Calculation now_ = [] {
    Calculation c;
    c.engine = "vasp";
    c.cell_digit = 1e-7;
    return c;
  }();
  std::vector<Calculation> found_;
  std::vector<std::string> elements_;
  bool reached_ = true, ended_ = false;
  int steps_ = 0;
  std::optional<double> ediff_, change_, eigenvalues_;
  std::optional<Mat3> stress_;
  std::string complaint_;
};

}  // namespace

std::vector<Calculation> read_outcar(std::string_view text) {
  return OutcarReader(text).read();
}

}  // namespace vitrion::formats
