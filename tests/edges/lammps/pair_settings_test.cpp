// The words of pair_style and pair_coeff: defaults, keys, refusals, and the map from types to
// elements.
#include "edges/lammps/pair_settings.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace vitrion::lammps {
namespace {

using potential::Precision;
using testing::ElementsAre;
using testing::HasSubstr;

PairSettings parse(const std::vector<std::string>& words) {
  return parse_pair_style(words, std::nullopt);
}

std::string refusal(const std::vector<std::string>& words) {
  try {
    (void)parse(words);
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

std::string map_refusal(const std::vector<std::string>& elements, std::size_t types) {
  try {
    (void)map_types(elements, types, {"Na", "P", "S"});
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(PairSettings, DefaultsAreDeePMDs) {
  const PairSettings s = parse({"a.dp", "b.dp"});
  EXPECT_THAT(s.models, ElementsAre("a.dp", "b.dp"));
  EXPECT_EQ(s.out_freq, 100);
  EXPECT_EQ(s.out_file, "model_devi.out");
  EXPECT_FALSE(s.atomic || s.relative || s.relative_v || s.precision);
  EXPECT_TRUE(s.writes_deviation());
  EXPECT_FALSE(parse({"a.dp"}).writes_deviation());
  EXPECT_FALSE(parse({"a.dp", "b.dp", "out_freq", "0"}).writes_deviation());
}

TEST(PairSettings, KeysAreRead) {
  const PairSettings s = parse({"m.yaml", "out_freq", "10", "out_file", "f", "atomic", "relative",
                                "0.5", "relative_v", "2", "precision", "single"});
  EXPECT_EQ(s.out_freq, 10);
  EXPECT_EQ(s.out_file, "f");
  EXPECT_TRUE(s.atomic);
  EXPECT_EQ(s.relative, 0.5);
  EXPECT_EQ(s.relative_v, 2);
  EXPECT_EQ(s.precision, Precision::float32);
  EXPECT_EQ(parse_pair_style({"m.dp", "precision", "double"}, Precision::float32).precision,
            Precision::float64);
}

TEST(PairSettings, KeysOfOtherModelsAreRefusedByName) {
  for (const char* key : {"fparam", "fparam_from_compute", "fparam_from_fix", "aparam",
                          "aparam_from_compute", "ttm", "charge_spin", "virtual_len", "spin_norm"})
    EXPECT_THAT(refusal({"m.dp", key, "1"}),
                HasSubstr(std::string("keyword ") + key + " is not supported"));
}

TEST(PairSettings, WrongWordsAreNamed) {
  EXPECT_THAT(refusal({}), HasSubstr("no model is named"));
  EXPECT_THAT(refusal({"out_freq", "1"}), HasSubstr("no model is named"));
  EXPECT_THAT(refusal({"m.dp", "out_frq", "1"}),
              HasSubstr("out_frq is neither a keyword nor a model file "
                        "(.dp, .yaml), did you mean 'out_freq'?"));
  EXPECT_THAT(refusal({"m.dp", "atomic", "2"}), HasSubstr("unknown keyword 2"));
  EXPECT_THAT(refusal({"m.dp", "out_freq"}), HasSubstr("keyword out_freq needs a value"));
  EXPECT_THAT(refusal({"m.dp", "out_file", "atomic"}), HasSubstr("keyword out_file needs a value"));
  EXPECT_THAT(refusal({"m.dp", "out_freq", "-1"}),
              HasSubstr("out_freq = -1 must be a whole number"));
  EXPECT_THAT(refusal({"m.dp", "out_freq", "1.5"}),
              HasSubstr("out_freq = 1.5 must be a whole number"));
  EXPECT_THAT(refusal({"m.dp", "relative", "nan"}), HasSubstr("relative = nan must be a level"));
  EXPECT_THAT(refusal({"m.dp", "precision", "doble"}),
              HasSubstr("must be single or double, did you mean"));
}

TEST(TypeMap, NamesMapTypesAndNullHidesThem) {
  const TypeMap map = map_types({"S", "NULL", "S", "Na"}, 4, {"Na", "P", "S"});
  EXPECT_THAT(map.model_type, ElementsAre(2, -1, 2, 0));
  EXPECT_EQ(map.warning, "");
}

TEST(TypeMap, WithoutNamesTheOrderCounts) {
  EXPECT_THAT(map_types({}, 3, {"Na", "P", "S"}).model_type, ElementsAre(0, 1, 2));
  const TypeMap fewer = map_types({}, 2, {"Na", "P", "S"});
  EXPECT_THAT(fewer.model_type, ElementsAre(0, 1));
  EXPECT_THAT(fewer.warning, HasSubstr("types 1-2 are Na P"));
  EXPECT_THAT(map_refusal({}, 4),
              HasSubstr("the system has 4 atom types, but the model knows 3 (Na P S)"));
}

TEST(TypeMap, TypesWithoutANameAreHiddenWithAWarning) {
  const TypeMap map = map_types({"P"}, 2, {"Na", "P", "S"});
  EXPECT_THAT(map.model_type, ElementsAre(1, -1));
  EXPECT_THAT(map.warning, HasSubstr("names 1 of 2 atom types"));
}

TEST(TypeMap, UnknownElementsAreRefused) {
  EXPECT_EQ(map_refusal({"Na", "Cl"}, 2), "element Cl is not in the model, which knows Na P S");
}

}  // namespace
}  // namespace vitrion::lammps
