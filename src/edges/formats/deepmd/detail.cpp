#include "edges/formats/deepmd/detail.hpp"

#include <fmt/format.h>

#include <vector>

namespace vitrion::formats {

namespace {

std::string row(const std::vector<double>& values) {
  std::string text;
  for (const double x : values) text += fmt::format("{}{:.18e}", text.empty() ? "" : " ", x);
  return text + '\n';
}

void append(std::vector<double>& values, const Vec3& v) {
  values.insert(values.end(), v.begin(), v.end());
}

std::string virial_row(const Mat3& label, const Mat3& prediction) {
  std::vector<double> values;
  for (const Vec3& v : label) append(values, v);
  for (const Vec3& v : prediction) append(values, v);
  return row(values);
}

constexpr const char* virial_titles =
    "data_vxx data_vxy data_vxz data_vyx data_vyy data_vyz data_vzx data_vzy data_vzz "
    "pred_vxx pred_vxy pred_vxz pred_vyx pred_vyy pred_vyz pred_vzx pred_vzy pred_vzz";

}  // namespace

DetailFiles::DetailFiles(const std::string& prefix)
    : energy_(prefix + ".e.out"),
      energy_per_atom_(prefix + ".e_peratom.out"),
      force_(prefix + ".f.out"),
      virial_(prefix + ".v.out"),
      virial_per_atom_(prefix + ".v_peratom.out") {}

void DetailFiles::begin(const std::string& system) {
  for (OutputFile* file : {&energy_, &energy_per_atom_})
    file->write(fmt::format("# {}: data_e pred_e\n", system));
  force_.write(fmt::format("# {}: data_fx data_fy data_fz pred_fx pred_fy pred_fz\n", system));
  for (OutputFile* file : {&virial_, &virial_per_atom_})
    file->write(fmt::format("# {}: {}\n", system, virial_titles));
}

void DetailFiles::add_energy(double label, double prediction, std::size_t atoms) {
  const auto n = static_cast<double>(atoms);
  energy_.write(row({label, prediction}));
  energy_per_atom_.write(row({label / n, prediction / n}));
}

void DetailFiles::add_forces(std::span<const Vec3> label, std::span<const Vec3> prediction) {
  for (std::size_t i = 0; i < label.size(); ++i) {
    std::vector<double> values;
    append(values, label[i]);
    append(values, prediction[i]);
    force_.write(row(values));
  }
}

void DetailFiles::add_virial(const Mat3& label, const Mat3& prediction, std::size_t atoms) {
  const double share = 1.0 / static_cast<double>(atoms);
  virial_.write(virial_row(label, prediction));
  virial_per_atom_.write(virial_row(share * label, share * prediction));
}

void DetailFiles::commit() {
  for (OutputFile* file : {&energy_, &energy_per_atom_, &force_, &virial_, &virial_per_atom_})
    file->commit();
}

}  // namespace vitrion::formats
