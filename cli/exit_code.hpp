#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace makegood::cli {

// What a shell script sees (CONTRACTS.md, "Command line"); never renumbered.
enum class exit_code : std::uint8_t {
    done = 0,
    failed = 1,
    usage = 2,
    not_found = 3,
    conflict = 4,
    unreachable = 5,
    difference = 6,
};

// Why a command did not do what it was asked.
enum class errc : std::uint8_t {
    none = 0,
    usage_wrong,            // the command line cannot be understood or lacks something
    configuration_invalid,  // makegood.toml or a flag that stands for one of its keys
    confirmation_missing,   // it would change or destroy things, and --yes was not given
    not_found,              // no such checkout, definition or page
    gone,                   // what was asked for is kept no more
    conflict,               // the checkout is not in a state that allows it
    refused,                // the server understood and said no
    server_failed,          // the server answered with its own failure
    server_unreachable,     // no connection, no answer, or an answer that asks to come back later
    store_unreachable,      // no data folder there, locked, or unreadable
    store_too_new,          // written by a later version of this program
    store_corrupt,          // what was read is not what was written
    listen_failed,          // the address cannot be listened on
    difference_found,       // a stored saga is not the fold of its journal
    failed,                 // anything else that went wrong
};

// The one mapping from errors to exit codes.
[[nodiscard]] exit_code exit_code_of(errc code);

// Ends a command: run() prints `what` and the hint to stderr and leaves with exit_code_of(code).
// `what` is a sentence without a full stop; `hint` tells what to type or do, and may be empty.
class command_failure : public std::runtime_error {
public:
    command_failure(errc code, const std::string& what, std::string hint = {})
        : std::runtime_error(what), code_(code), hint_(std::move(hint)) {}

    [[nodiscard]] errc code() const { return code_; }
    [[nodiscard]] const std::string& hint() const { return hint_; }

private:
    errc code_;
    std::string hint_;
};

}  // namespace makegood::cli
