# cmake --build --preset release --target tidy: clang-tidy 14 over src by .clang-tidy, a process per core.
# One room: run-clang-tidy-14 -quiet -p build/release src/potential
find_program(RUN_CLANG_TIDY NAMES run-clang-tidy-14)
if(RUN_CLANG_TIDY)
  add_custom_target(tidy
    COMMAND ${RUN_CLANG_TIDY} -quiet -p ${CMAKE_BINARY_DIR} ${PROJECT_SOURCE_DIR}/src/
    USES_TERMINAL)
endif()
