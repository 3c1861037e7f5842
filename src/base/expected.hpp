// std::expected by the name it will have; g++ 12 has none in C++20.
#pragma once

#include <tl/expected.hpp>

namespace vitrion {

template <class T, class E>
using expected = tl::expected<T, E>;
template <class E>
using unexpected = tl::unexpected<E>;

}  // namespace vitrion
