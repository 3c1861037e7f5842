#include "app/source_tree.hpp"

namespace vitrion::app {

std::filesystem::path source_tree() {
  return VITRION_SOURCE_DIR;
}

}  // namespace vitrion::app
