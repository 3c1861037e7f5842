// vitrion analyze rings: the medium-range order of the network of P and its anions.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/records.hpp"
#include "app/analyze.hpp"
#include "base/error.hpp"

namespace vitrion::app {

namespace {

struct RingWords {
  std::string criterion = "king";
  std::size_t longest = 12;
};

void run_rings(const AnalyzeArguments& a, const RingWords& words) {
  const analysis::RingOptions options{
      a.angles.cutoffs,
      words.criterion == "king" ? analysis::RingCriterion::king : analysis::RingCriterion::guttman,
      words.longest};
  std::vector<analysis::RingSeries> runs;
  for (const std::string& file : a.files) {
    runs.emplace_back(options);
    for_each_frame(file, a.input, false,
                   [&](const structures::Frame& f, double) { runs.back().add(f); });
  }
  const analysis::Rings r = analysis::rings(runs);
  std::vector<double> members;
  std::vector<double> count;
  std::vector<double> error;
  for (const analysis::Rings::Size& s : r.sizes) {
    members.push_back(static_cast<double>(s.members));
    count.push_back(*s.count.value);
    error.push_back(s.count.half_width());
  }
  report::Panel p = panel("P in the ring", "rings a frame");
  add_curve(p, "", members, count, error, 0);
  plot(a, {p});
  if (a.json) {
    print_record(to_json(r), a);
  } else if (a.csv) {
    fmt::print("members,count,count_low,count_high,per_P\n");
    for (const analysis::Rings::Size& s : r.sizes)
      fmt::print("{},{},{},{},{}\n", s.members, *s.count.value, s.count.low, s.count.high,
                 *s.per_P.value);
  } else {
    for (const analysis::Rings::Size& s : r.sizes)
      print_line(fmt::format("rings of {} P", s.members), s.count);
    if (r.sizes.empty()) fmt::print("no ring of up to {} P\n", r.options.longest);
    print_line("share of P in rings", r.in_rings);
  }
}

}  // namespace

void add_network(CLI::App* analyze, const Shared& a) {
  CLI::App* c = quantity(analyze, a, "rings", "Rings of the network of P and its anions");
  auto words = std::make_shared<RingWords>();
  c->add_option("--criterion", words->criterion,
                "king: shortest paths between neighbours of a P; guttman: between the ends of a "
                "bond")
      ->check(CLI::IsMember({"king", "guttman"}))
      ->capture_default_str();
  c->add_option("--longest", words->longest, "P in the largest ring that is looked for")
      ->capture_default_str()
      ->check(CLI::Range(2, 30));
  c->add_option("--ps", a->angles.cutoffs.P_S, "longest P-S bond, A")->capture_default_str();
  c->add_option("--po", a->angles.cutoffs.P_O, "longest P-O bond, A")->capture_default_str();
  c->footer(
      "A ring of n has n P and n bridging anions; edge-sharing tetrahedra make a ring of two. All "
      "shortest ones by King's\n(10.1038/2131112a0) or Guttman's (10.1016/0022-3093(90)90686-G) "
      "criterion are counted, each once.\n\nExample:\n"
      "  vitrion analyze rings glass.extxyz --criterion guttman");
  c->callback([a, words] { run_rings(*a, *words); });
}

}  // namespace vitrion::app
