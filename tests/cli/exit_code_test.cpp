#include "cli/exit_code.hpp"

#include "cli/store_failure.hpp"

using namespace makegood;
using namespace makegood::cli;

TEST_CASE("every error has the exit code that scripts rely on") {
    CHECK(exit_code_of(errc::none) == exit_code::done);
    CHECK(exit_code_of(errc::failed) == exit_code::failed);
    CHECK(exit_code_of(errc::refused) == exit_code::failed);
    CHECK(exit_code_of(errc::server_failed) == exit_code::failed);
    CHECK(exit_code_of(errc::listen_failed) == exit_code::failed);
    CHECK(exit_code_of(errc::store_corrupt) == exit_code::failed);
    CHECK(exit_code_of(errc::store_too_new) == exit_code::failed);
    CHECK(exit_code_of(errc::usage_wrong) == exit_code::usage);
    CHECK(exit_code_of(errc::configuration_invalid) == exit_code::usage);
    CHECK(exit_code_of(errc::confirmation_missing) == exit_code::usage);
    CHECK(exit_code_of(errc::not_found) == exit_code::not_found);
    CHECK(exit_code_of(errc::gone) == exit_code::not_found);
    CHECK(exit_code_of(errc::conflict) == exit_code::conflict);
    CHECK(exit_code_of(errc::server_unreachable) == exit_code::unreachable);
    CHECK(exit_code_of(errc::store_unreachable) == exit_code::unreachable);
    CHECK(exit_code_of(errc::difference_found) == exit_code::difference);
}

TEST_CASE("what a store says has an exit code too") {
    CHECK(errc_of(store_errc::full) == errc::store_unreachable);
    CHECK(errc_of(store_errc::io) == errc::store_unreachable);
    CHECK(errc_of(store_errc::stale_owner) == errc::store_unreachable);
    CHECK(errc_of(store_errc::corrupt) == errc::store_corrupt);
    CHECK(errc_of(store_errc::not_found) == errc::store_unreachable);
    CHECK(errc_of(store_errc::too_new) == errc::store_too_new);
}
