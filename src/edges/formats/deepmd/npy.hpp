// NumPy's .npy arrays: numbers of any shape, read into double or 64-bit integers, written
// atomically. Format: NEP 1, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vitrion::formats {

using Shape = std::vector<std::size_t>;

template <class T>
struct NpyArray {
  Shape shape;
  std::vector<T> values;  ///< row-major, whatever order the file has
};

/// Any numeric array as double: float16/32/64, integers and bool, either byte order, either storage
/// order.
/// @throws InputError for a file that is no .npy, is cut or too long, or holds objects or records.
[[nodiscard]] NpyArray<double> read_npy(const std::string& path);
/// Integers and bool, and floats that hold whole numbers.
[[nodiscard]] NpyArray<std::int64_t> read_npy_integers(const std::string& path);

/// Row-major, little-endian, version 1.0. @throws Error if the disk is full or the folder cannot be
/// written.
void write_npy(const std::string& path, const Shape& shape, std::span<const double> values);
void write_npy(const std::string& path, const Shape& shape, std::span<const float> values);
void write_npy(const std::string& path, const Shape& shape, std::span<const std::int64_t> values);
void write_npy(const std::string& path, const Shape& shape, std::span<const std::int32_t> values);

/// "(4, 96)" as NumPy prints it.
[[nodiscard]] std::string shape_text(const Shape& shape);

}  // namespace vitrion::formats
