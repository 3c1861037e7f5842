#include "edges/engines/worker_engine.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/engines/geometry_echo.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::engines {

namespace {

using Json = nlohmann::json;
using Kind = learn::Failure::Kind;
using structures::Frame;

std::string hex(std::uint64_t value) {
  return fmt::format("{:016x}", value);
}

std::string cell_text(const Mat3& rows, int decimals) {
  std::string text;
  for (const Vec3& row : rows)
    for (double v : row) text += fmt::format("{}{:.{}f}", text.empty() ? "" : " ", v, decimals);
  return text;
}

Kind kind_of_status(const std::string& status) {
  if (status == "unconverged") return Kind::unconverged;
  if (status == "incomplete") return Kind::incomplete;
  if (status == "mismatch") return Kind::mismatch;
  return Kind::engine_error;
}

Vec3 vec3(const Json& row) {
  if (row.size() != 3) throw Json::other_error::create(501, "a row has not three numbers", nullptr);
  return {row[0].get<double>(), row[1].get<double>(), row[2].get<double>()};
}

GeometryEcho geometry_echo(const Json& echo) {
  GeometryEcho said;
  for (const Json& name : echo.at("species")) said.species.push_back(name.get<std::string>());
  for (const Json& row : echo.at("positions")) said.positions.push_back(vec3(row));
  const Json& cell = echo.at("cell");
  said.cell = Mat3{vec3(cell.at(0)), vec3(cell.at(1)), vec3(cell.at(2))};
  return said;
}

/// The first setting that was asked for and is not the one that was used; empty if none.
std::string settings_difference(const std::string& asked, const Json& used) {
  const Json wanted = Json::parse(asked);  // items() of a temporary would outlive it
  for (const auto& [key, value] : wanted.items())
    if (!used.contains(key) || used.at(key) != value)
      return fmt::format("setting {} was asked to be {} and is {}", key, value.dump(),
                         used.contains(key) ? used.at(key).dump() : "absent");
  return {};
}

std::string kpoints_text(const Json& settings) {
  if (!settings.contains("kpoints_used")) return {};
  const Json& used = settings.at("kpoints_used");
  if (used.at("kind") == "mean-value") return "0.25 0.25 0.25";
  const Json& n = used.at("size");
  return fmt::format("monkhorst-pack {} {} {}", n.at(0).get<int>(), n.at(1).get<int>(),
                     n.at(2).get<int>());
}

std::string versions_text(const Json& versions) {
  std::string text;
  for (const auto& [package, version] : versions.items())
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", package, version.get<std::string>());
  return text;
}

learn::Labelled accept(const WorkerEngine& engine, const Frame& asked, const Json& r) {
  if (std::string text = geometry_difference(asked, geometry_echo(r.at("echo"))); !text.empty())
    return failed(Kind::mismatch, std::move(text));
  if (std::string text = settings_difference(engine.settings, r.at("settings")); !text.empty())
    return failed(Kind::mismatch, std::move(text));

  Frame out = asked;
  out.labels = {};
  const double energy = r.at("energy").get<double>();
  bool all_finite = std::isfinite(energy);
  for (const Json& row : r.at("forces")) {
    out.labels.forces.push_back(vec3(row));
    all_finite = all_finite && finite(out.labels.forces.back());
  }
  if (out.labels.forces.size() != asked.size())
    return failed(Kind::incomplete,
                  fmt::format("{} forces for {} atoms", out.labels.forces.size(), asked.size()));
  Mat3 virial{};
  for (std::size_t a = 0; a < 3; ++a) {
    virial[a] = vec3(r.at("virial").at(a));
    all_finite = all_finite && finite(virial[a]);
  }
  if (!all_finite) return failed(Kind::engine_error, "energy, forces or virial are not finite");
  const double net = r.at("force_sum").get<double>();
  if (!(net < engine.net_force))
    return failed(Kind::engine_error, fmt::format("the forces sum to {:.3g} eV/A, limit {:.3g}",
                                                  net, engine.net_force));
  out.labels.energy = energy;
  out.labels.virial = virial;

  // What an earlier label said of itself must not outlive it.
  for (const char* key : {"kpoints", "energy_d3"}) out.info.erase(key);
  out.info["level"] = engine.level;
  out.info["engine"] = engine.name + " " + engine.description;
  out.info["version"] = versions_text(r.at("versions"));
  out.info["settings_hash"] = engine.settings_hash();
  out.info["scf_steps"] = fmt::format("{}", r.at("scf_steps").get<int>());
  out.info["wall_s"] = fmt::format("{:.2f}", r.at("wall_s").get<double>());
  out.info["force_sum"] = fmt::format("{:.5f}", net);
  if (std::string text = kpoints_text(r.at("settings")); !text.empty())
    out.info["kpoints"] = std::move(text);
  if (r.contains("energy_d3"))
    out.info["energy_d3"] = fmt::format("{:.6f}", r.at("energy_d3").get<double>());
  return out;
}

}  // namespace

std::string WorkerEngine::settings_hash() const {
  return hex(hash64(name + settings));
}

std::string task_identity(const WorkerEngine& engine, const Frame& frame) {
  std::string text = engine.settings_hash();
  if (frame.cell) text += cell_text(frame.cell->rows(), 8);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const Vec3& r = frame.positions[i];
    text += fmt::format("\n{} {:.8f} {:.8f} {:.8f}", frame.species.name(i), r[0], r[1], r[2]);
  }
  return hex(hash64(text));
}

void write_task(const WorkerEngine& engine, const Frame& frame, const std::string& folder) {
  if (!frame.cell)
    throw InputError("a frame without a cell cannot be labelled: its virial needs a volume");
  if (frame.size() == 0) throw InputError("a frame without atoms cannot be labelled");
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) throw Error(fmt::format("cannot make the folder {}: {}", folder, code.message()));
  std::string text =
      fmt::format("{}\nLattice=\"{}\" Properties=species:S:1:pos:R:3 pbc=\"T T T\"\n", frame.size(),
                  cell_text(frame.cell->rows(), 10));
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const Vec3& r = frame.positions[i];
    text += fmt::format("{} {:.10f} {:.10f} {:.10f}\n", frame.species.name(i), r[0], r[1], r[2]);
  }
  formats::write_whole_file(folder + "/input.extxyz", text);
  formats::write_whole_file(folder + "/settings.json", engine.settings + "\n");
}

std::vector<std::string> command(const std::string& python, const std::string& worker_path) {
  return {python, "-W", "ignore", worker_path};
}

learn::Labelled read_result(const WorkerEngine& engine, const Frame& asked,
                            const std::string& folder) {
  const std::string text = formats::read_if_there(folder + "/result.json");
  if (text.empty()) return failed(Kind::incomplete, "the process ended without a result.json");
  const Json r = Json::parse(text, nullptr, false);
  if (!r.is_object()) return failed(Kind::incomplete, "result.json is cut short or is not JSON");
  try {
    const std::string status = r.at("status").get<std::string>();
    if (status != "ok")
      return failed(kind_of_status(status), r.value("cause", "no cause is given"));
    return accept(engine, asked, r);
  } catch (const Json::exception& e) {
    // A key that is absent or of the wrong type: written by something else than our worker.
    return failed(Kind::incomplete,
                  fmt::format("result.json lacks a part of a label: {}", e.what()));
  }
}

}  // namespace vitrion::engines
