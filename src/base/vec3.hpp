// Vectors and matrices of space: Vec3, Mat3 and the few operations a cell and a virial need.
#pragma once

#include <array>
#include <cmath>

namespace vitrion {

using Vec3 = std::array<double, 3>;
/// Row-major: m[a][b]; a cell's rows are its vectors, a virial's row is the force component.
using Mat3 = std::array<Vec3, 3>;

constexpr Vec3 operator+(const Vec3& a, const Vec3& b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
constexpr Vec3 operator-(const Vec3& a, const Vec3& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
constexpr Vec3 operator-(const Vec3& a) {
  return {-a[0], -a[1], -a[2]};
}
constexpr Vec3 operator*(double s, const Vec3& a) {
  return {s * a[0], s * a[1], s * a[2]};
}
constexpr Vec3& operator+=(Vec3& a, const Vec3& b) {
  return a = a + b;
}
constexpr Vec3& operator-=(Vec3& a, const Vec3& b) {
  return a = a - b;
}
constexpr double dot(const Vec3& a, const Vec3& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
constexpr Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
constexpr double norm2(const Vec3& a) {
  return dot(a, a);
}
inline double norm(const Vec3& a) {
  return std::sqrt(norm2(a));
}

/// Row vector times matrix: (v M)_b = sum_a v_a M_ab, so `fractional * cell` is Cartesian.
constexpr Vec3 operator*(const Vec3& v, const Mat3& m) {
  return v[0] * m[0] + v[1] * m[1] + v[2] * m[2];
}
constexpr Mat3 operator*(double s, const Mat3& m) {
  return {s * m[0], s * m[1], s * m[2]};
}
constexpr Mat3 operator+(const Mat3& a, const Mat3& b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
constexpr Mat3 operator-(const Mat3& a, const Mat3& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
constexpr Mat3 operator*(const Mat3& a, const Mat3& b) {
  return {a[0] * b, a[1] * b, a[2] * b};
}
constexpr Mat3& operator+=(Mat3& a, const Mat3& b) {
  return a = a + b;
}
constexpr double determinant(const Mat3& m) {
  return dot(m[0], cross(m[1], m[2]));
}
constexpr double trace(const Mat3& m) {
  return m[0][0] + m[1][1] + m[2][2];
}
constexpr Mat3 transpose(const Mat3& m) {
  return {{{m[0][0], m[1][0], m[2][0]}, {m[0][1], m[1][1], m[2][1]}, {m[0][2], m[1][2], m[2][2]}}};
}
constexpr Mat3 outer(const Vec3& a, const Vec3& b) {
  return {a[0] * b, a[1] * b, a[2] * b};
}
constexpr Mat3 identity3() {
  return {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
}

/// Inverse of a matrix whose determinant is not zero (the caller's promise).
[[nodiscard]] Mat3 inverse(const Mat3& m);

}  // namespace vitrion
