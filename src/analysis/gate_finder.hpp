// Gates in a trajectory: which three anions an ion passes between, and how wide they stand.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "analysis/doorways.hpp"
#include "analysis/path_sums.hpp"

namespace vitrion::analysis {

class GateFinder {
 public:
  /// The trajectory must outlive the finder. @throws InputError as doorways_of_run.
  GateFinder(const Trajectory& run, const DoorwayOptions& options);

  /// The stretch of frames that belong to a hop: from the ion's hop before to the one after, no
  /// more than a window away.
  struct Stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  /// The triangle of anions that the path pierces; of several the one with the smallest radius,
  /// which is the narrowest place of the way. The anions' places are means over up to 5 ps about
  /// the hop, so that no gate is chosen for its radius at one instant. Where nothing is pierced, it
  /// is the three anions whose surfaces are nearest to the ion half way. Nothing if fewer than
  /// three anions are near.
  [[nodiscard]] std::optional<HopGate> gate_of(const Hop& hop, const PathSums& path,
                                               Stretch stretch) const;
  /// The gate that an ion came to: pierced by the line from its cage through the farthest point, as
  /// long as a usual hop.
  [[nodiscard]] std::optional<Gate> gate_of(const Excursion& excursion, double usual_length) const;

  /// Shape in one frame, in the cell of that frame.
  [[nodiscard]] std::optional<GateShape> shape(const Gate& gate, std::size_t frame) const;
  /// Mean place of the three anions in the reference cell, A.
  [[nodiscard]] Vec3 middle(const Gate& gate, std::size_t frame) const;
  /// The formers that a gate's anions belong to in a frame, each once.
  [[nodiscard]] std::vector<std::size_t> formers_of(const Gate& gate, std::size_t frame) const;

  /// All windows of a frame as gates with their shapes.
  struct StaticWindow {
    Gate gate;
    GateShape shape;
  };
  [[nodiscard]] std::vector<StaticWindow> windows(std::size_t frame) const;

  /// Shortest image of b - a in the reference cell, A; a and b are atoms.
  [[nodiscard]] Vec3 separation(std::size_t a, std::size_t b, std::size_t frame) const;
  [[nodiscard]] Vec3 position(std::size_t atom, std::size_t frame) const;
  [[nodiscard]] std::size_t smoothing() const { return smoothing_; }

 private:
  struct Near {
    std::size_t anion = 0;
    Vec3 at{};     // A, from the point asked for
    Vec3 shift{};  // A, lattice vector from the path to there
  };
  struct Pierced {
    Gate gate;
    double radius = 0;
    std::size_t piece = 0;  // of the line
    double along = 0;       // share of the piece
  };
  [[nodiscard]] Vec3 nearest_image(const Vec3& d) const;
  [[nodiscard]] double radius_of(std::size_t anion) const;
  [[nodiscard]] std::vector<Near> anions_near(const Vec3& point, std::size_t frame) const;
  [[nodiscard]] std::optional<Pierced> narrowest(const std::vector<Near>& anions,
                                                 const std::vector<Vec3>& line) const;
  [[nodiscard]] Gate make_gate(std::array<Near, 3> corners) const;
  /// Least distance of the way between two frames, taken straight from frame to frame, to the
  /// surface of an anion, A.
  [[nodiscard]] double clearance(const std::vector<Near>& anions, std::size_t begin,
                                 std::size_t end,
                                 const std::function<Vec3(std::size_t)>& place) const;
  void describe(Gate& gate, const std::array<std::optional<std::size_t>, 3>& formers) const;
  void describe(Gate& gate, std::size_t frame) const;
  [[nodiscard]] std::optional<std::size_t> former_of(std::size_t anion, std::size_t frame) const;

  const Trajectory& run_;
  Mat3 to_fractional_;
  double longest_;
  std::size_t smoothing_;  // frames on either side
  std::size_t averaging_;  // frames on either side
  std::vector<std::size_t> anions_;
  std::vector<double> radius_;  // (atoms) A; 0 for no anion
  std::vector<std::size_t> formers_;
  std::vector<double> scale_;  // (F) edge of the cell over that of the reference
};

}  // namespace vitrion::analysis
