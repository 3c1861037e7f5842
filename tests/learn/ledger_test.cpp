// Identities: equal settings give equal hashes, any change another; manifests come back whole.
#include "learn/ledger.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace vitrion::learn {
namespace {

TEST(Identity, IsAFunctionOfWhatIsComputed) {
  const auto identity = [](double t) {
    return Identity("quench", 1).add("T", t).add("units", "Na2S");
  };
  EXPECT_EQ(identity(300).hash(), identity(300).hash());
  EXPECT_NE(identity(300).hash(), identity(300.0000001).hash());
  EXPECT_NE(Identity("quench", 1).hash(), Identity("quench", 2).hash());
  EXPECT_EQ(identity(300).hash().size(), 16U);
  EXPECT_EQ(identity(0.1).text(), "quench/1\nT = 0.1\nunits = Na2S\n");
}

TEST(Manifest, ComesBackWhole) {
  const Manifest m{"pack-0", "0123456789abcdef", "pack/1\n", "2025-01-31T10:00:00Z", 1.5,
                   "done",   {{"x", 0.625}}};
  const Manifest back = manifest_from_json(to_json(m), "manifest.json");
  EXPECT_EQ(back.identity, m.identity);
  EXPECT_EQ(back.results, m.results);
  EXPECT_EQ(back.seconds, 1.5);
}

TEST(Manifest, AForeignFileIsRefusedByName) {
  try {
    (void)manifest_from_json({{"schema", "vitrion.task/1"}, {"task", "x"}}, "run/x/manifest.json");
    FAIL();
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), testing::StartsWith("run/x/manifest.json: not a manifest"));
  }
}

}  // namespace
}  // namespace vitrion::learn
