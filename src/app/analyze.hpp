// What the quantities of vitrion analyze share: words of the command line, text, records, pictures.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/bond_angles.hpp"
#include "analysis/estimate.hpp"
#include "analysis/rdf.hpp"
#include "analysis/structure_factor.hpp"
#include "app/trajectory_input.hpp"
#include "base/threads.hpp"
#include "report/figure.hpp"

namespace vitrion::app {

/// The words that all quantities share; several files are replicas.
struct AnalyzeArguments {
  std::vector<std::string> files;
  TrajectoryInput input;
  std::vector<std::string> species;
  double charge = 1;
  double viscosity = 0;
  std::vector<double> temperature;
  std::vector<std::string> pairs;
  std::string triplet = "S-P-S";
  std::vector<std::string> bonds;
  std::vector<double> lags;
  double q = 0;
  double motion_bin = 0.1;  ///< A, of the van Hove function
  std::string band;
  double glass_transition = 0;
  std::string strain;  ///< record of vitrion modulus
  analysis::RdfOptions rdf;
  analysis::StructureFactorOptions sq;
  analysis::BondAngleOptions angles;
  std::size_t threads = default_threads();
  bool json = false;
  bool csv = false;
  std::string plot;
};
using Shared = std::shared_ptr<AnalyzeArguments>;

[[nodiscard]] std::string text_of(const analysis::Estimate& e);
void print_line(const std::string& name, const analysis::Estimate& e);
/// The record as one line, with what it was made from.
void print_record(nlohmann::json record, const AnalyzeArguments& a);
/// Columns of equal length under a header line.
void print_csv(const std::string& header, const std::vector<const std::vector<double>*>& columns);
/// Draws the panels into an SVG file, if --plot was given.
void plot(const AnalyzeArguments& a, std::vector<report::Panel> panels);
[[nodiscard]] report::Panel panel(const std::string& x, const std::string& y);
/// A line with its band of errors, the k-th hue.
void add_curve(report::Panel& panel, const std::string& label, const std::vector<double>& x,
               const std::vector<double>& y, const std::vector<double>& error, std::size_t k);
void add_estimate(report::Panel& panel, double x, const analysis::Estimate& e);

/// A quantity's sub-command with the words that all share.
CLI::App* quantity(CLI::App* analyze, const Shared& a, const char* name, const char* what);
void add_transport_words(CLI::App* c, const Shared& a);
void add_species_word(CLI::App* c, const Shared& a, const char* what);

void add_structure(CLI::App* analyze, const Shared& a);
void add_transport(CLI::App* analyze, const Shared& a);
void add_motion(CLI::App* analyze, const Shared& a);
void add_framework(CLI::App* analyze, const Shared& a);
void add_pathways(CLI::App* analyze, const Shared& a);
void add_space(CLI::App* analyze, const Shared& a);
void add_network(CLI::App* analyze, const Shared& a);
void add_mechanism(CLI::App* analyze, const Shared& a);
void add_modulus_by_fluctuation(CLI::App* analyze, const Shared& a);

}  // namespace vitrion::app
