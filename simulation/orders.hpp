#pragma once

#include <string>

#include "engine/identifiers.hpp"
#include "simulation/chance.hpp"

namespace makegood::simulation {

// One customer's wish, as the body of POST /v1/checkouts.
struct order {
    customer_id customer;
    std::string body;
};

// A checkout at random: a cart or items, one tender or two, cards that are declined or need the
// customer, a total that is expected rightly or wrongly.
[[nodiscard]] order some_order(chance& luck);

}  // namespace makegood::simulation
