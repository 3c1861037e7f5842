// .npy arrays: what NumPy wrote is read, what we write is byte for byte what NumPy writes, damage
// is named.
#include "edges/formats/deepmd/npy.hpp"

#include <gmock/gmock.h>

#include "edges/formats/bytes/whole_file.hpp"
#include "support.hpp"

namespace vitrion::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

/// A .npy of version 1 with this dictionary and data.
std::string npy(const std::string& dictionary, const std::string& data) {
  std::string head = dictionary;
  while ((10 + head.size() + 1) % 64 != 0) head += ' ';
  head += '\n';
  return "\x93NUMPY\x01"s + '\0' + static_cast<char>(head.size()) + '\0' + head + data;
}

TEST(Npy, DoublesComeBackWithTheirBitsAndShape) {
  const TemporaryFolder folder;
  const std::vector<double> values = {1.0 / 3, -0.0, 1e-310, 2.5e300, 5, 6};
  write_npy(folder / "a.npy", {2, 3}, values);
  const auto back = read_npy(folder / "a.npy");
  EXPECT_EQ(back.shape, (Shape{2, 3}));
  EXPECT_EQ(back.values, values);
}

TEST(Npy, HeaderIsTheOneNumPyWrites) {
  // np.save of np.zeros((1,)), NumPy 1.24.2: 80 + 48 bytes of header, then 8 of data.
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", {1}, std::vector<double>{0});
  const std::string expected =
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", std::string(8, '\0'));
  EXPECT_EQ(read_whole_file(folder / "a.npy"), expected);
  EXPECT_EQ(expected.size(), 136U);
}

TEST(Npy, ReadsOtherTypesOrdersAndVersions) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& bytes) { return read_npy(folder.file("a.npy", bytes)); };
  EXPECT_THAT(read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
                       "\0\0\xc0\x3f\0\0\0\xc0"s))
                  .values,
              ElementsAre(1.5, -2));
  EXPECT_THAT(
      read(npy("{'descr': '>i2', 'fortran_order': False, 'shape': (2,)}", "\x01\x02\xff\xff"s))
          .values,
      ElementsAre(258, -1));
  // IEEE 754 half precision: 0x3e00 is 1.5, 0x0001 the smallest, 2^-24.
  EXPECT_THAT(
      read(npy("{'descr': '<f2', 'fortran_order': False, 'shape': (2,)}", "\x00\x3e\x01\x00"s))
          .values,
      ElementsAre(1.5, 0x1p-24));
  // Column-major (2, 3): the file holds a00 a10 a01 a11 a02 a12.
  const auto fortran =
      read(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", "\1\4\2\5\3\6"s));
  EXPECT_EQ(fortran.shape, (Shape{2, 3}));
  EXPECT_THAT(fortran.values, ElementsAre(1, 2, 3, 4, 5, 6));
  std::string version2 = npy("{'descr': '|b1', 'fortran_order': False, 'shape': ()}", "\1"s);
  version2[6] = 2;
  version2.insert(10, 2, '\0');
  EXPECT_THAT(read(version2).values, ElementsAre(1));
}

TEST(Npy, IntegersMayBeStoredAsWholeFloats) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", {2}, std::vector<double>{3, -1});
  EXPECT_THAT(read_npy_integers(folder / "a.npy").values, ElementsAre(3, -1));
  write_npy(folder / "a.npy", {2}, std::vector<double>{3, 0.5});
  EXPECT_THAT(error_of([&] { (void)read_npy_integers(folder / "a.npy"); }),
              HasSubstr("entry 1 is 0.5"));
  const std::vector<std::int32_t> narrow = {7, -8};
  write_npy(folder / "b.npy", {2}, std::span(narrow));
  EXPECT_THAT(read_npy_integers(folder / "b.npy").values, ElementsAre(7, -8));
}

TEST(Npy, DamageIsNamedWithTheFile) {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& bytes) {
    const std::string path = folder.file("bad.npy", bytes);
    const std::string what = error_of([&] { (void)read_npy(path); });
    EXPECT_THAT(what, HasSubstr("bad.npy: "));
    return what;
  };
  const std::string good =
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }", std::string(16, '\0'));
  EXPECT_THAT(error(""), HasSubstr("empty"));
  EXPECT_THAT(error("PK\x03\x04 a zip"), HasSubstr("no .npy array"));
  EXPECT_THAT(error(good.substr(0, 50)), HasSubstr("header is cut"));
  EXPECT_THAT(error(good.substr(0, good.size() - 1)), HasSubstr("is cut"));
  EXPECT_THAT(error(good + '\0'), HasSubstr("too long"));
  EXPECT_THAT(error(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "")),
              HasSubstr("|O"));
  EXPECT_THAT(error(npy("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,), }", "")),
              HasSubstr("numbers are needed"));
  EXPECT_THAT(
      error(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 8), }",
                std::string(8, '\0'))),
      HasSubstr("is cut"));
  EXPECT_THAT(error_of([&] { (void)read_npy(folder / "absent.npy"); }), HasSubstr("No such file"));
}

TEST(Npy, NothingIsLeftBehindWhenWritingFails) {
  const TemporaryFolder folder;
  EXPECT_THROW(write_npy(folder / "none/a.npy", {1}, std::vector<double>{1}), InputError);
  EXPECT_THROW(write_npy(folder / "a.npy", {2}, std::vector<double>{1}), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder / ""));
}

}  // namespace
}  // namespace vitrion::formats
