# Flags live on one interface target, so that no global variable changes how a room is compiled.
add_library(vitrion_options INTERFACE)
target_compile_options(vitrion_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -Wno-sign-conversion)
if(VITRION_WERROR)
  target_compile_options(vitrion_options INTERFACE -Werror)
endif()
if(VITRION_SANITIZE)
  target_compile_options(vitrion_options INTERFACE -fsanitize=${VITRION_SANITIZE}
                         -fno-omit-frame-pointer)
  target_link_options(vitrion_options INTERFACE -fsanitize=${VITRION_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
