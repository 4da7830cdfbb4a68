#include "cli/store_failure.hpp"

#include <fmt/format.h>

namespace makegood::cli {

namespace {

std::string hint_for(store_errc code) {
    switch (code) {
        case store_errc::full: return "make room on the disk; `makegood explain store-full`";
        case store_errc::io: return "see `makegood explain store-io`";
        case store_errc::stale_owner:
            return "stop the other process first; `makegood explain store-in-use`";
        case store_errc::corrupt:
            return "`makegood verify --data DIR` lists what differs; `makegood explain "
                   "store-corrupt`";
        case store_errc::not_found: return "see `makegood explain store-not-found`";
        case store_errc::too_new: return "use the newer program; `makegood explain store-too-new`";
    }
    return {};
}

}  // namespace

errc errc_of(store_errc code) {
    switch (code) {
        case store_errc::full: return errc::store_unreachable;
        case store_errc::io: return errc::store_unreachable;
        case store_errc::stale_owner: return errc::store_unreachable;
        case store_errc::corrupt: return errc::store_corrupt;
        case store_errc::not_found: return errc::store_unreachable;
        case store_errc::too_new: return errc::store_too_new;
    }
    return errc::failed;
}

void throw_store_failure(const store_error& error, const std::filesystem::path& where) {
    const bool names_it = error.detail.find(where.string()) != std::string::npos;
    throw command_failure(
        errc_of(error.code),
        names_it ? error.detail : fmt::format("{}: {}", where.string(), error.detail),
        hint_for(error.code)
    );
}

void require_new_folder(const std::filesystem::path& target) {
    std::error_code problem;
    const bool fresh = !std::filesystem::exists(target, problem)
                       || (std::filesystem::is_directory(target, problem)
                           && std::filesystem::is_empty(target, problem));
    if (fresh) return;
    throw command_failure(
        errc::usage_wrong,
        fmt::format("{} is there already and is not an empty folder", target.string()),
        "nothing is ever overwritten: name a new folder"
    );
}

}  // namespace makegood::cli
