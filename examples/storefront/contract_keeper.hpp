#pragma once

#include <optional>
#include <string_view>

#include "examples/storefront/behaviour.hpp"
#include "examples/storefront/call.hpp"
#include "examples/storefront/database.hpp"
#include "examples/storefront/idempotent_store.hpp"
#include "examples/storefront/route_table.hpp"

namespace storefront {

// Carries a call out as the backend contract wants it: once per key, all or nothing, with the first
// answer replayed. One call cannot spoil the others of its transaction. Used on its service's
// thread.
class contract_keeper {
public:
    contract_keeper(database& store, idempotent_store& answers)
        : store_(store), answers_(answers) {}

    // Inside a transaction. `treat`: the misbehaviour that this call meets, if any.
    // Throws database_error when the transaction cannot be saved.
    answer carry_out(const route& to, const call& arrived, const std::optional<treatment>& treat);

private:
    answer once(const route& to, const call& arrived, const std::optional<treatment>& treat);
    answer all_or_nothing(const route& to, const call& arrived);

    database& store_;
    idempotent_store& answers_;
};

}  // namespace storefront
