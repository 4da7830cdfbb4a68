# Debian 12 packages, each for its own field; nothing is downloaded. script/bootstrap installs them.
include_guard()

find_package(Boost 1.81 REQUIRED COMPONENTS json url system)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
find_package(SQLite3 3.40 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(Threads REQUIRED)
if(NOT MAKEGOOD_SANITIZE)
    find_package(mimalloc 2.0 REQUIRED)
endif()
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
find_path(RDKAFKA_INCLUDE_DIR librdkafka/rdkafka.h REQUIRED)
find_library(RDKAFKA_LIBRARY rdkafka REQUIRED)
if(MAKEGOOD_TESTS)
    find_package(Catch2 REQUIRED)
endif()

# malloc and operator new of a whole program; the linker would drop it, as nobody names it. Sanitizers
# bring their own.
add_library(makegood_allocator INTERFACE)
if(NOT MAKEGOOD_SANITIZE)
    target_link_libraries(makegood_allocator INTERFACE
        -Wl,--push-state,--no-as-needed mimalloc -Wl,--pop-state)
endif()

# Debian's librdkafka comes without a CMake package.
add_library(makegood_rdkafka INTERFACE)
target_include_directories(makegood_rdkafka SYSTEM INTERFACE ${RDKAFKA_INCLUDE_DIR})
target_link_libraries(makegood_rdkafka INTERFACE ${RDKAFKA_LIBRARY})

# Asio and Beast with their implementation compiled once (adapters/http/implementation.cpp).
add_library(makegood_asio INTERFACE)
target_link_libraries(makegood_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(makegood_asio INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_CONCEPTS)
