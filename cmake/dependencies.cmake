# Libraries from the distribution, found once; docs/install.md and tools/install/packages.txt name the packages.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Eigen3 REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
