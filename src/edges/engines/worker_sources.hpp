// The Python workers as text, embedded when the program is built: it needs no file of the
// repository.
#pragma once

#include <string_view>

namespace vitrion::engines {

[[nodiscard]] std::string_view gpaw_worker_source();
[[nodiscard]] std::string_view ase_worker_source();

}  // namespace vitrion::engines
