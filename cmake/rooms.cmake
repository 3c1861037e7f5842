# Eight files in one go: the headers are read once, which is most of what compiling from scratch costs.
function(compile_together TARGET)
  set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ${VITRION_TOGETHER} UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# add_room(NAME [APART] SOURCES a.cpp ... USES room ... [LINKS library ...])
#
# A room is a static library vitrion_<NAME> whose include path shows its own headers and those of the rooms
# in USES, nothing else: every room gets a folder of its own with one link to src/<NAME>, and USES is
# linked privately, so a room's users do not inherit what it uses.  `edges/formats` is named edges_formats.
# The words of USES are also what tests/lints/check_rooms.py reads.
#
# With VITRION_TOGETHER the files of a room are compiled eight at a time; APART keeps a room out of that, where
# files are compiled by flags of their own or hide a name from each other.
function(add_room NAME)
  cmake_parse_arguments(ROOM "APART" "" "SOURCES;USES;LINKS" ${ARGN})
  string(REPLACE "_" "/" path ${NAME})
  set(view ${CMAKE_BINARY_DIR}/rooms/${NAME})
  get_filename_component(parent ${view}/${path} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${path} ${view}/${path} SYMBOLIC)

  set(target vitrion_${NAME})
  add_library(${target} STATIC ${ROOM_SOURCES})
  target_include_directories(${target} PUBLIC ${view})
  target_link_libraries(${target} PRIVATE vitrion_options ${ROOM_LINKS})
  if(NOT ROOM_APART)
    compile_together(${target})
  endif()
  foreach(room IN LISTS ROOM_USES)
    target_link_libraries(${target} PRIVATE vitrion_${room})
  endforeach()
endfunction()

# add_room_test(ROOM SOURCES a.cpp ... [USES room ...] [LINKS library ...] [LABELS label ...])
# One test program per room; each GoogleTest case becomes a CTest of its own.
function(add_room_test NAME)
  cmake_parse_arguments(TEST "" "" "SOURCES;USES;LINKS;LABELS" ${ARGN})
  set(target test_${NAME})
  add_executable(${target} ${TEST_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests
                             ${CMAKE_BINARY_DIR}/tests/places)
  foreach(room IN LISTS TEST_USES)
    target_link_libraries(${target} PRIVATE vitrion_${room})
  endforeach()
  target_link_libraries(${target} PRIVATE vitrion_options GTest::gmock_main ${TEST_LINKS})
  # What is timed or heavy lies in the rooms; half of all compile time lay in optimising the tests.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  set(labels fast)
  if(TEST_LABELS)
    set(labels ${TEST_LABELS})
  endif()
  gtest_discover_tests(${target} TEST_PREFIX "${NAME}." PROPERTIES LABELS "${labels}"
                       DISCOVERY_TIMEOUT 60 DISCOVERY_MODE PRE_TEST)
endfunction()
