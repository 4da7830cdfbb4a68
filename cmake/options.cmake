# Three interface targets that every target of ours links: options, warnings, sanitizers.
include_guard()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

# Dev: fast to compile, quick enough for the process tests, assertions of the standard library on.
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

find_program(MAKEGOOD_CCACHE ccache)
if(MAKEGOOD_CCACHE)
    # Clones of this tree share what they compiled, wherever they lie.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${MAKEGOOD_CCACHE})
endif()

add_library(makegood_options INTERFACE)
target_include_directories(makegood_options INTERFACE ${PROJECT_SOURCE_DIR})
# ccache reads through a precompiled header of GCC only with this.
target_compile_options(makegood_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)

add_library(makegood_warnings INTERFACE)
target_compile_options(makegood_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Werror
    # GCC 12 takes the inactive alternatives of a std::variant for uninitialised reads.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)

add_library(makegood_sanitizers INTERFACE)
if(MAKEGOOD_SANITIZE)
    target_compile_options(makegood_sanitizers INTERFACE
        -fsanitize=${MAKEGOOD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(makegood_sanitizers INTERFACE -fsanitize=${MAKEGOOD_SANITIZE})
endif()
if(MAKEGOOD_SANITIZE STREQUAL "thread")
    # GCC's thread sanitizer does not understand Asio's fences and says so once a source.
    target_compile_options(makegood_sanitizers INTERFACE -Wno-tsan)
endif()

# makegood_library(NAME SOURCES ... LINKS ... [PRECOMPILE header ...]): a folder's one target.
function(makegood_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS;PRECOMPILE" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name}
        PUBLIC makegood_options makegood_sanitizers ${ARG_LINKS}
        PRIVATE makegood_warnings ${ARG_PRIVATE_LINKS})
    if(ARG_PRECOMPILE)
        target_precompile_headers(${name} PRIVATE ${ARG_PRECOMPILE})
    endif()
endfunction()

# makegood_executable(NAME SOURCES ... LINKS ...).
function(makegood_executable name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRECOMPILE" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE
        makegood_allocator makegood_options makegood_sanitizers makegood_warnings ${ARG_LINKS})
    if(ARG_PRECOMPILE)
        target_precompile_headers(${name} PRIVATE ${ARG_PRECOMPILE})
    endif()
endfunction()
