#pragma once

#include <exception>
#include <string>

#include "adapters/http/message.hpp"
#include "examples/storefront/call.hpp"
#include "examples/storefront/route_table.hpp"

namespace storefront {

struct asked_call {
    call arrived;
    const route* to;
};

// A request that never becomes a call: no such path, no key, not JSON. Nothing is kept of it.
class unreadable : public std::exception {
public:
    explicit unreadable(makegood::http::response reply) : reply_(std::move(reply)) {}
    [[nodiscard]] const char* what() const noexcept override { return "not a call"; }
    [[nodiscard]] const makegood::http::response& as_response() const { return reply_; }

private:
    makegood::http::response reply_;
};

// Throws unreadable.
asked_call read_call(const makegood::http::request& message, const route_table& routes);

makegood::http::response as_response(const answer& reply);

// The answer to a call whose transaction was rolled back.
makegood::http::response not_saved();

}  // namespace storefront
