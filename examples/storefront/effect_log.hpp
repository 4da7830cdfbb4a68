#pragma once

#include <string>
#include <string_view>

#include "examples/storefront/call.hpp"
#include "examples/storefront/database.hpp"
#include "examples/storefront/route_table.hpp"

namespace storefront {

// One line per effect that a service really had: written by the code that changes the state, not by
// the code that recognises repeated keys, so that it shows when something was done twice.
class effect_log {
public:
    explicit effect_log(database& store);

    struct effect {
        std::string_view name;         // "reserved", "voided", …
        std::string_view subject;      // the id of what changed
        std::string_view checkout_id;  // whose it is
    };
    void record(const call& cause, const effect& had);

    void add_routes(route_table& routes);

    // For ledgers: how many effects one subject had more than once; 0 in a healthy service.
    std::int64_t repeated();

private:
    answer of_checkout(const call& asked);
    answer summary();

    database& store_;
};

}  // namespace storefront
