#pragma once

#include <string>

#include "examples/storefront/checkout_event.hpp"
#include "examples/storefront/database.hpp"

namespace storefront {

// Which events a service has dealt with: written in the transaction of what they changed, so an
// event that is sent again, or received again after a crash, changes nothing. An id is kept for as
// long as the file (some 100 bytes each); a shop may drop those that are older than its topic keeps
// events. On the service's thread.
class seen_events {
public:
    explicit seen_events(database& store);

    // False when it was seen before. Inside a transaction.
    [[nodiscard]] bool note(const checkout_event& news);

    [[nodiscard]] std::int64_t count();
    // Made by chance with the file, and the same for as long as it exists.
    [[nodiscard]] std::string file_id();

private:
    database& store_;
};

}  // namespace storefront
