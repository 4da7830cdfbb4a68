#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "examples/storefront/call.hpp"
#include "examples/storefront/database.hpp"

namespace storefront {

// The first answer to every Idempotency-Key, kept in the same transaction as what the call did, so
// that either both are durable or neither is. Used on its service's thread, inside a transaction.
class idempotent_store {
public:
    // Creates its table and drops the answers that are older than answers_kept_for.
    idempotent_store(database& store, instant now);

    // The first answer to the call's key, if the key was seen. Refuses with 422
    // `idempotency_key_reused` when it was seen with another method, path or body.
    [[nodiscard]] std::optional<answer> first_answer(
        const call& repeated, std::string_view fingerprint
    );
    void keep(const call& answered, std::string_view fingerprint, const answer& first);

private:
    database& store_;
};

// What makes two calls the same one: method, path and the body's value, whatever its order of
// members and its white space. A SHA-256 in hexadecimal digits.
std::string fingerprint_of(const call& arrived);

}  // namespace storefront
