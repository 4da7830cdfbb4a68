#include "cli/exit_code.hpp"

namespace makegood::cli {

exit_code exit_code_of(errc code) {
    switch (code) {
        case errc::none: return exit_code::done;
        case errc::usage_wrong: return exit_code::usage;
        case errc::configuration_invalid: return exit_code::usage;
        case errc::confirmation_missing: return exit_code::usage;
        case errc::not_found: return exit_code::not_found;
        case errc::gone: return exit_code::not_found;
        case errc::conflict: return exit_code::conflict;
        case errc::refused: return exit_code::failed;
        case errc::server_failed: return exit_code::failed;
        case errc::server_unreachable: return exit_code::unreachable;
        case errc::store_unreachable: return exit_code::unreachable;
        case errc::store_too_new: return exit_code::failed;
        case errc::store_corrupt: return exit_code::failed;
        case errc::listen_failed: return exit_code::failed;
        case errc::difference_found: return exit_code::difference;
        case errc::failed: return exit_code::failed;
    }
    return exit_code::failed;
}

}  // namespace makegood::cli
