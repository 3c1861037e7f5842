// Large arrays that are read from end to end at each step, on large pages: a page of 4 kB costs a
// walk through the page tables for each half row of a fitting net.
#pragma once

#include <cstddef>

namespace vitrion {

/// Asks for huge pages under [begin, begin + bytes), whose contents stay as they are. Does nothing
/// where the system has none or the range is short.
void prefer_huge_pages(void* begin, std::size_t bytes);

}  // namespace vitrion
