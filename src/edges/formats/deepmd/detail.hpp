// The detail files of `dp test -d PREFIX`: label and prediction side by side, a block per system.
// Format: DeePMD-kit 3.1.3, deepmd/entrypoints/test.py (numpy.savetxt).
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/vec3.hpp"
#include "edges/formats/bytes/output_file.hpp"

namespace vitrion::formats {

/// PREFIX.e.out, .e_peratom.out, .f.out, .v.out and .v_peratom.out; nothing stays without commit().
class DetailFiles {
 public:
  explicit DetailFiles(const std::string& prefix);

  /// Begins the block of a system in each file.
  void begin(const std::string& system);
  /// A frame of `atoms` atoms: eV.
  void add_energy(double label, double prediction, std::size_t atoms);
  /// A row per atom: eV/A.
  void add_forces(std::span<const Vec3> label, std::span<const Vec3> prediction);
  void add_virial(const Mat3& label, const Mat3& prediction, std::size_t atoms);
  void commit();

 private:
  OutputFile energy_, energy_per_atom_, force_, virial_, virial_per_atom_;
};

}  // namespace vitrion::formats
