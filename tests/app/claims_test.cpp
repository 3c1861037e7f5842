// vitrion claims as a user runs it: a record made by hand in, verdicts and self-checks out.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "places.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

json estimate(double value, const char* unit) {
  return {{"value", value},
          {"interval95", {value * 0.99, value * 1.01}},
          {"unit", unit},
          {"method", "by hand"}};
}

class Claims : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("claims_" + std::to_string(getpid()));
    fs::create_directories(folder_ / "X.run");
  }
  void TearDown() override { fs::remove_all(folder_); }

  int claims(const std::string& arguments) {
    const std::string line = "cd '" + folder_.string() + "' && '" VITRION_PROGRAM "' claims " +
                             arguments + " > out 2> err";
    return WEXITSTATUS(std::system(line.c_str()));
  }
  std::string text(const std::string& name) const {
    std::ifstream in(folder_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const json& record) const {
    std::ofstream(folder_ / "X.run" / "record.json") << record.dump();
  }

  /// A run of 20 ns at 423 K whose MSDs are straight lines.
  json run(const std::string& key, int replica, double D) const {
    const std::string name = key + "_" + std::to_string(replica);
    std::ofstream msd(folder_ / "X.run" / (name + ".csv"));
    msd << "lag_ps,Na,P,Na_first,P_first\n";
    for (int t = 100; t <= 20000; t += 100)
      msd << t << ',' << 6e4 * D * t << ',' << 1e4 * D * t << ',' << 6e4 * D * t << ','
          << 1e4 * D * t << '\n';
    return {{"replica", replica},
            {"msd", name + ".csv"},
            {"trajectory", name + ".nc"},
            {"unwrapping", {{"framework_msd", 0.3}, {"framework_msd_cartesian", 0.3}}}};
  }

  json glass(double x, bool porous, double D) const {
    std::string key = porous ? "porous" : "x";
    key += std::to_string(x);
    json g = {{"key", key},
              {"name", key},
              {"x", x},
              {"porous", porous},
              {"replicas", json::array()},
              {"modulus", {{"quantity", "modulus"}, {"temperature", 300}}}};
    json at = {{"temperature", 423}, {"runs", json::array()}};
    json sigmas = json::array();
    json moduli = json::array();
    for (int r = 1; r <= 3; ++r) {
      const double spread = 1 + 0.001 * (r - 2);
      g["replicas"].push_back({{"replica", r},
                               {"density",
                                {{"density", estimate(2.0 * spread, "g/cm3")},
                                 {"volume_per_atom", estimate((24 - 2 * x) * spread, "A3")},
                                 {"settled", true}}}});
      moduli.push_back((porous ? 8 : 15 + 5 * x) * spread);
      at["runs"].push_back(run(key, r, D * spread));
      sigmas.push_back({{"file", key + "_" + std::to_string(r) + ".nc"},
                        {"D", estimate(D * spread, "cm2/s")},
                        {"sigma_NE", estimate(D * spread * 1e5, "S/cm")},
                        {"guard", "passed"},
                        {"duration_ps", 20000},
                        {"ions", 600}});
    }
    g["modulus"]["strain"] = {{"relaxed", {{"replicas", moduli}}}};
    at["conductivity"] = {{"species", "Na"}, {"replicas", sigmas}};
    at["hops"] = {{"bonded_anions", {{"hops", 200}, {"changed", 190}, {"units_changed", 180}}}};
    g["temperatures"] = {at};
    return g;
  }

  fs::path folder_;
};

TEST_F(Claims, AreTestedAgainstARecord) {
  write({{"schema", 2},
         {"study", {{"name", "by hand"}, {"scale", nullptr}}},
         {"glasses",
          {glass(0, false, 1e-8), glass(0.15, false, 3e-8), glass(0.3, false, 2e-8),
           glass(0.6, false, 0.8e-8), glass(0, true, 0.2e-8)}}});
  ASSERT_EQ(claims("X.toml --json"), 0) << text("err");
  const json out = json::parse(text("out"));
  std::map<std::string, json> all;
  for (const json& claim : out.at("claims")) all[claim.at("id")] = claim;
  for (const char* id : {"density-x0", "volume-falls", "modulus-rises", "modulus-porous-lower",
                         "sigma-rises-then-falls", "sigma-peak-423", "sigma-porous-lower",
                         "p-range-423", "p-msd-follows-sigma", "porosity-explains-step"})
    EXPECT_EQ(all.at(id).at("verdict"), "reproduced") << id << all.at(id);
  EXPECT_NEAR(all.at("volume-falls").at("value").get<double>(), -2, 0.05);
  EXPECT_NEAR(all.at("sigma-peak-423").at("value").get<double>(), 1.5, 0.01);
  EXPECT_NEAR(all.at("porosity-explains-step").at("value").get<double>(), std::log(5) / std::log(6),
              0.01);
  EXPECT_EQ(all.at("na-shuttles").at("verdict"), "reproduced");
  EXPECT_NEAR(all.at("na-shuttles").at("value").get<double>(), 0.9, 1e-12);
  EXPECT_EQ(all.at("sigma-peak-393").at("verdict"), "not testable");
  EXPECT_THAT(all.at("doorways-narrow").at("reason").get<std::string>(),
              HasSubstr("there is no radius of the doorways"));
  std::map<std::string, std::string> checks;
  for (const json& check : out.at("checks")) checks[check.at("name")] = check.at("state");
  EXPECT_EQ(checks.at("runs that diffuse"), "pass");
  EXPECT_EQ(checks.at("neutral"), "not run");
  ASSERT_EQ(claims("X.run"), 0);
  EXPECT_THAT(text("out"), HasSubstr("reproduced    The volume falls"));
  EXPECT_THAT(text("out"), HasSubstr("self-checks"));
}

TEST_F(Claims, AnEmptyStudySaysWhatIsMissing) {
  write({{"schema", 2}, {"study", json::object()}, {"glasses", json::array()}});
  ASSERT_EQ(claims("X.run --json"), 0) << text("err");
  const json out = json::parse(text("out"));
  for (const json& claim : out.at("claims"))
    EXPECT_EQ(claim.at("verdict"), "not testable") << claim;
}

TEST_F(Claims, TheUsersMeasurementsAreRead) {
  write({{"schema", 2}, {"study", json::object()}, {"glasses", json::array()}});
  std::ofstream(folder_ / "mine.csv") << "quantity,x,temperature,value,unit,error,confidence,"
                                         "source\nsigma,0,298,high,S/cm,,read,me\n";
  EXPECT_EQ(claims("X.run --reference mine.csv"), 2);
  EXPECT_THAT(text("err"), HasSubstr("mine.csv:2: value = 'high' must be a number"));
}

TEST_F(Claims, WhatIsNoRecordIsSaid) {
  EXPECT_EQ(claims("X.toml"), 2);
  EXPECT_THAT(text("err"), HasSubstr("has no record.json: vitrion run writes it"));
  write({{"schema", "vitrion.report/1"}, {"glass", nullptr}});
  EXPECT_EQ(claims("X.toml"), 2);
  EXPECT_THAT(text("err"), HasSubstr("claims need a record of schema 2"));
}

}  // namespace
}  // namespace vitrion
