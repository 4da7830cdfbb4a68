#pragma once

#include <filesystem>

#include "cli/exit_code.hpp"
#include "engine/ports/journal.hpp"

namespace makegood::cli {

// What a store's word means to a command.
[[nodiscard]] errc errc_of(store_errc code);

// Throws command_failure with what to do about it. `where` is the data folder.
[[noreturn]] void throw_store_failure(const store_error& error, const std::filesystem::path& where);

// Throws command_failure(usage_wrong) unless `target` does not exist or is an empty folder: nothing
// is ever overwritten.
void require_new_folder(const std::filesystem::path& target);

// The value, or throw_store_failure().
template <class Value>
Value value_or_throw(store_result<Value> result, const std::filesystem::path& where) {
    if (!result) throw_store_failure(result.error(), where);
    return std::move(*result);
}

}  // namespace makegood::cli
