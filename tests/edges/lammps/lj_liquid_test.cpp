// The Lennard-Jones liquid near its triple point, run by our LAMMPS and measured by our analysis:
// D* is about 0.033 in a cell of 864 atoms (Levesque and Verlet, 10.1103/PhysRevA.2.2514), and
// smaller cells have less of it.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "edges/lammps/support.hpp"
#include "places.hpp"

namespace vitrion::lammps {
namespace {

constexpr double density = 0.8442;
constexpr double temperature = 0.722;

struct Measured {
  double D = 0;      // sigma sqrt(epsilon / m)
  double error = 0;  // standard error
};

class LjLiquid : public Lammps {
 protected:
  /// Lengths of sigma are written as A and times as ps, so that 1e-4 cm2/s is one reduced unit.
  Measured diffusion(int cells, int steps) {
    const std::string script = fmt::format(
        "units lj\natom_style atomic\nlattice fcc {}\nregion box block 0 {} 0 {} 0 {}\n"
        "create_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\nvelocity all create 1.44 4711\n"
        "pair_style lj/cut 3.5\npair_modify tail yes\npair_coeff 1 1 1.0 1.0\n"
        "neighbor 0.4 bin\nneigh_modify every 1 delay 0 check yes\n"
        "timestep 0.005\nfix drive all nvt temp {} {} 1.0\nthermo 1000\nrun 6000\n"
        "reset_timestep 0\ndump path all custom 20 liquid.dump id type xu yu zu\n"
        "dump_modify path sort id format float %.6f\nrun {}\n",
        density, cells, cells, cells, temperature, temperature, steps);
    EXPECT_EQ(run(script), 0) << said();
    const std::string out = path("D.json");
    const std::string command = fmt::format(
        "'{}' analyze conductivity '{}' --elements Ar --species Ar --charge 1 --temperature 90 "
        "--drift com --unwrapped --frame-time 0.1 --json > '{}'",
        VITRION_PROGRAM, path("liquid.dump"), out);
    EXPECT_EQ(std::system(command.c_str()), 0);
    const nlohmann::json D = nlohmann::json::parse(text("D.json"))["D"];
    constexpr double reduced = 1e4;
    return {D["value"].get<double>() * reduced,
            (D["interval95"][1].get<double>() - D["interval95"][0].get<double>()) / 3.92 * reduced};
  }
};

TEST_F(LjLiquid, DiffusesAsPublishedAndLessInASmallCell) {
  const Measured large = diffusion(5, 20000);  // 500 atoms, 100 reduced times
  const Measured small = diffusion(3, 60000);  // 108 atoms, 300
  RecordProperty("D_500", fmt::format("{:.4f} +- {:.4f}", large.D, large.error));
  RecordProperty("D_108", fmt::format("{:.4f} +- {:.4f}", small.D, small.error));
  // A periodic cell takes 2.837 kT / (6 pi eta L) from D (10.1021/jp0477147).
  const double eta = 3.25;  // published values of eta* lie between 3.2 and 3.3
  const auto taken = [&](double atoms) {
    return 2.837297 * temperature / (6 * M_PI * eta * std::cbrt(atoms / density));
  };
  // The published value is of 864 atoms and has two digits: half of the last one, and three of our
  // errors.
  EXPECT_NEAR(large.D + taken(500) - taken(864), 0.033, 0.0005 + 3 * large.error);
  // Of 108 atoms the next orders in 1 / L count too: less than in 500, beyond their intervals.
  EXPECT_GT(large.D - 1.96 * large.error, small.D + 1.96 * small.error);
}

}  // namespace
}  // namespace vitrion::lammps
