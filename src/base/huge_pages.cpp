#include "base/huge_pages.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace vitrion {

void prefer_huge_pages(void* begin, std::size_t bytes) {
  constexpr std::uintptr_t page = std::uintptr_t{2} << 20;
  const auto from = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) / page * page;
  const auto to = (reinterpret_cast<std::uintptr_t>(begin) + bytes) / page * page;
  if (to <= from) return;
  void* const start = reinterpret_cast<void*>(from);
  // Advice: a kernel that refuses it leaves small pages.
  (void)::madvise(start, to - from, MADV_HUGEPAGE);
#ifdef MADV_COLLAPSE
  (void)::madvise(start, to - from, MADV_COLLAPSE);  // those that were touched before
#endif
}

}  // namespace vitrion
