// The reference: each formula with its derivative, all options of the model, through the harness.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "potential/activation.hpp"
#include "potential/environment.hpp"
#include "potential/frame_configuration.hpp"
#include "potential/harness.hpp"
#include "potential/random_model.hpp"
#include "potential/reference/descriptor.hpp"
#include "potential/reference/evaluate.hpp"
#include "potential/reference/fitting.hpp"
#include "potential/reference/network.hpp"
#include "potential/slots.hpp"

namespace vitrion::potential {
namespace {

using structures::Frame;

Potential reference_of(const Model& model) {
  return [model](const Frame& frame) {
    const FrameConfiguration configuration(frame, model);
    return reference::evaluate(model, configuration.configuration());
  };
}

/// Runs a check on each frame that the variant is defined on.
template <class Check>
void on_all_frames(const Variant& variant, Check&& check) {
  const Potential potential = reference_of(random_model(variant.options, 11));
  for (const NamedFrame& named : frames_for(variant)) {
    SCOPED_TRACE(named.name);
    check(potential, named.frame, double_precision());
  }
}

class ReferenceOf : public testing::TestWithParam<Variant> {};

TEST_P(ReferenceOf, ForcesAreTheSlopes) {
  on_all_frames(GetParam(), check_forces);
}
TEST_P(ReferenceOf, VirialIsTheSlopeInStrain) {
  on_all_frames(GetParam(), check_virial);
}
TEST_P(ReferenceOf, SumsHold) {
  on_all_frames(GetParam(), check_sums);
}
TEST_P(ReferenceOf, InvariancesHold) {
  on_all_frames(GetParam(), check_invariance);
}

INSTANTIATE_TEST_SUITE_P(All, ReferenceOf, testing::ValuesIn(model_variants()),
                         [](const auto& test) { return test.param.name; });

class ReferenceAtTheCutoff : public testing::TestWithParam<Variant> {};

TEST_P(ReferenceAtTheCutoff, IsSmooth) {
  const Model model = random_model(GetParam().options, 12);
  for (const std::array<int, 3> types : {std::array{0, 1, 2}, {1, 0, 2}, {2, 0, 1}, {0, 0, 0}}) {
    // A pair of descriptor.exclude_types is a hole in the definition: the slot of an excluded
    // neighbour adds nothing, the empty slot it leaves behind adds the padding value, so the energy
    // steps by that.
    const bool steps =
        model.descriptor.excludes(types[0], types[2]) && !GetParam().options.set_davg_zero;
    // With all slots taken the farthest neighbour is dropped at once, not smoothly.
    if (steps || model.descriptor.sel[1] == 0) continue;
    check_smoothness(reference_of(model), model, types, model.descriptor.rcut, double_precision());
    check_smoothness(reference_of(model), model, types, model.descriptor.rcut_smth,
                     double_precision());
  }
}

INSTANTIATE_TEST_SUITE_P(All, ReferenceAtTheCutoff, testing::ValuesIn(model_variants()),
                         [](const auto& test) { return test.param.name; });

/// Central difference of f at x. Third derivatives here are under 1e3, so 1e-5 truncates at 1e-8.
template <class F>
double slope(F&& f, double x) {
  constexpr double h = 1e-5;
  return (f(x + h) - f(x - h)) / (2 * h);
}

TEST(Activations, DerivativesAreSlopes) {
  for (const char* name : {"tanh", "relu", "relu6", "softplus", "sigmoid", "gelu", "gelu_tf",
                           "silu", "silut", "silut:10.0", "none", "linear"}) {
    const Activation a = parse_activation(name);
    for (const double x : {-30.0, -4.2, -0.7, -0.01, 0.02, 0.9, 2.5, 3.7, 5.9, 6.3, 11.0, 40.0}) {
      const Derivatives2 at = activate(a, x);
      EXPECT_NEAR(at.df_dx, slope([&](double y) { return activate(a, y).f; }, x), 1e-8)
          << name << x;
      EXPECT_NEAR(at.d2f_dx2, slope([&](double y) { return activate(a, y).df_dx; }, x), 1e-8)
          << name << x;
    }
  }
}

TEST(Activations, ValuesOfPyTorch) {
  // torch 2.10.0, float64: the functions of torch.nn.functional at x = -0.7 and 1.3
  const auto value = [](const char* name, double x) {
    return activate(parse_activation(name), x).f;
  };
  EXPECT_NEAR(value("gelu", -0.7), -0.16942986529488321, 1e-15);
  EXPECT_NEAR(value("gelu", 1.3), 1.1739290123173094, 1e-15);
  EXPECT_NEAR(value("silu", -0.7), -0.2322685594822837, 1e-15);
  EXPECT_NEAR(value("softplus", 1.3), 1.5410084538329922, 1e-15);
  EXPECT_NEAR(value("silut:1.0", 1.3), 1.0023906102620253, 1e-15);
}

TEST(Activations, UnknownNameNamesTheNearest) {
  try {
    (void)parse_activation("tahn");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'tanh'?"), std::string::npos)
        << error.what();
  }
  EXPECT_THROW((void)parse_activation("tanh:3"), InputError);
  EXPECT_EQ(activation_name(parse_activation("silut:2.5")), "silut:2.5");
}

TEST(Switch, DerivativeIsTheSlopeAndTheEndsAreFlat) {
  for (const double r : {1.0, 2.0 + 1e-4, 2.7, 4.1, 6.0 - 1e-4, 7.0})
    EXPECT_NEAR(switch_slope(r, 2.0, 6.0),
                slope([](double x) { return switch_value(x, 2.0, 6.0); }, r), 1e-9);
  EXPECT_EQ(switch_value(2.0, 2.0, 6.0), 1);
  EXPECT_EQ(switch_value(6.0, 2.0, 6.0), 0);
  EXPECT_DOUBLE_EQ(switch_value(4.0, 2.0, 6.0), 0.5);  // the quintic is odd around its middle
}

TEST(EnvironmentRow, DerivativeIsTheSlope) {
  Descriptor d;
  d.rcut = 5;
  d.rcut_smth = 1;
  for (const double protection : {0.0, 0.2}) {
    d.env_protection = protection;
    const Vec3 r = {1.1, -0.8, 1.7};
    const auto dR_dd = environment_row_derivative(d, r);
    for (std::size_t c = 0; c < 4; ++c)
      for (std::size_t a = 0; a < 3; ++a) {
        const auto row = [&](double x) {
          Vec3 moved = r;
          moved[a] = x;
          return environment_row(d, moved)[c];
        };
        EXPECT_NEAR(dR_dd[c][a], slope(row, r[a]), 1e-9) << c << a;
      }
  }
}

TEST(ReferenceNetwork, DerivativeIsTheSlope) {
  for (const Variant& variant : model_variants()) {
    const Model model = random_model(variant.options, 3);
    const Network& net = model.descriptor.embeddings[0];
    const std::vector<double> ones(net.layers.back().out, 1.0);
    const auto sum = [&](double x) {
      const reference::Trace trace = reference::network(net, std::vector{x});
      return std::accumulate(trace.back().begin(), trace.back().end(), 0.0);
    };
    const auto trace = reference::network(net, std::vector{0.3});
    EXPECT_NEAR(reference::network_derivative(net, trace, ones)[0], slope(sum, 0.3), 1e-7)
        << variant.name;
  }
}

TEST(ReferenceFitting, DerivativeIsTheSlope) {
  for (const Variant& variant : model_variants()) {
    const Model model = random_model(variant.options, 4);
    std::vector<double> D(model.descriptor.size());
    for (std::size_t k = 0; k < D.size(); ++k) D[k] = std::sin(static_cast<double>(k));
    for (int type = 0; type < 3; ++type) {
      const std::vector<double> dE_dD = reference::atom_energy_derivative(model, type, D);
      for (std::size_t k = 0; k < D.size(); ++k) {
        const auto energy = [&](double x) {
          std::vector<double> moved = D;
          moved[k] = x;
          return reference::atom_energy(model, type, moved);
        };
        EXPECT_NEAR(dE_dD[k], slope(energy, D[k]), 1e-7) << variant.name << k;
      }
    }
  }
}

/// A centre of type 0 at the origin and neighbours on a line, written as a configuration.
struct Line {
  std::vector<int> types = {0};
  std::vector<std::size_t> first = {0, 0};
  std::vector<int> index;
  std::vector<Vec3> displacement;

  void add(int type, double r) {
    types.push_back(type);
    index.push_back(static_cast<int>(types.size()) - 1);
    displacement.push_back({r, 0, 0});
    first[1] = index.size();
  }
  [[nodiscard]] Configuration configuration() const { return {types, first, index, displacement}; }
};

TEST(Slots, TheNearestOfAllStayAndOfTheseTheNearestOfEachType) {
  RandomModelOptions options;
  options.sel = {2, 1};
  const Model model = random_model(options, 1);
  Line line;  // at 3.0 the fourth of all: gone before the types are looked at
  line.add(1, 2.0);
  line.add(1, 1.5);
  line.add(0, 3.0);
  line.add(0, 1.0);
  line.add(0, 9.0);
  line.add(-1, 0.5);
  Slots slots;
  assign_slots(model, line.configuration(), 0, slots);
  EXPECT_EQ(slots.entry, (std::vector<std::size_t>{3, 1}));
  EXPECT_EQ(slots.first, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(slots.empty, (std::vector<int>{1, 0}));
  EXPECT_EQ(slots.found, (std::vector<int>{2, 2}));
  EXPECT_EQ(sel_shortage(model, slots.found), "sel is too small: B has 1, needs 2");
  EXPECT_EQ(sel_shortage(model, {2, 1}), "");
}

TEST(Slots, ExcludedPairsLeaveTheirSlotsEmpty) {
  RandomModelOptions options;
  options.sel = {2, 1};
  options.pair_exclude_types = {{1, 0}};
  const Model model = random_model(options, 1);
  Line line;
  line.add(1, 2.0);
  line.add(0, 3.0);
  Slots slots;
  assign_slots(model, line.configuration(), 0, slots);
  EXPECT_EQ(slots.entry, (std::vector<std::size_t>{1}));
  EXPECT_EQ(slots.empty, (std::vector<int>{1, 1}));
}

TEST(Reference, VirtualAtomsAreNothing) {
  const Model model = random_model({}, 21);
  Frame frame = test_frames()[0].frame;
  const Result plain = reference_of(model)(frame);
  for (int k = 0; k < 3; ++k) {  // padding stands at one place, here among the real atoms
    frame.positions.insert(frame.positions.begin() + 2, Vec3{});
    frame.species.of_atom.insert(frame.species.of_atom.begin() + 2, -1);
  }
  const Result padded = reference_of(model)(frame);
  EXPECT_EQ(padded.energy, plain.energy);
  EXPECT_EQ(padded.atom_energy[2], 0);
  EXPECT_EQ(padded.force[3], Vec3{});
  EXPECT_EQ(padded.force[5], plain.force[2]);
}

TEST(Reference, GhostsReceiveForces) {
  // A periodic frame written with its images as ghosts, as LAMMPS does: folded back it is the same.
  const Model model = random_model({}, 22);
  const Frame frame = test_frames()[1].frame;
  const FrameConfiguration periodic(frame, model);
  const Configuration c = periodic.configuration();
  std::vector<int> types(c.types.begin(), c.types.end());
  std::vector<int> index;
  for (const int j : c.index) {
    types.push_back(types[static_cast<std::size_t>(j)]);
    index.push_back(static_cast<int>(types.size()) - 1);
  }
  const Result folded = reference::evaluate(model, c);
  Result ghosts = reference::evaluate(model, {types, c.first, index, c.displacement});
  for (std::size_t k = 0; k < c.index.size(); ++k)
    ghosts.force[static_cast<std::size_t>(c.index[k])] += ghosts.force[frame.size() + k];
  ghosts.force.resize(frame.size());
  EXPECT_LT(differences(folded, ghosts).force, 1e-12);  // order of sums only
  EXPECT_EQ(folded.energy, ghosts.energy);
}

TEST(FrameConfiguration, NamesAnElementThatTheModelDoesNotKnow) {
  const Model model = random_model({}, 1);
  Frame frame = test_frames()[0].frame;
  frame.species.names[1] = "Xe";
  EXPECT_THROW(FrameConfiguration(frame, model), InputError);
}

}  // namespace
}  // namespace vitrion::potential
