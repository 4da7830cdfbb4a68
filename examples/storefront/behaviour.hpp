#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "examples/storefront/call.hpp"
#include "examples/storefront/route_table.hpp"

namespace storefront {

// How a service misbehaves on purpose. What matters to a caller is whether the call was applied.
enum class misbehaviour {
    lost_answer,   // applied; the connection is closed without an answer
    malformed,     // applied; a 200 whose body is not JSON
    hang,          // applied; no answer until the delay is over, then the connection is closed
    slow,          // applied at once, answered after the delay
    late,          // arrives only after the delay: what came meanwhile is served first
    lost_request,  // not applied; the connection is closed without an answer
    error,         // not applied; 503 with Retry-After: 0, or another status
    unauthorized,  // not applied; 401
    refuse,        // not applied; 409 or another status, kept as the call's first answer
};

// What is done to one call.
struct treatment {
    misbehaviour mode;
    std::chrono::milliseconds delay{0};
    unsigned status = 0;  // 0: the mode's own
    std::string code;
};

// The rules of `PUT /v1/behaviour`: a test instrument, held in memory only. Owned by a service,
// used on its thread.
class behaviour_rules {
public:
    void add_routes(route_table& routes);

    // What the first rule that matches says, using it up by one.
    std::optional<treatment> take(const route& to, const call& arrived);

private:
    struct rule {
        std::string call;   // "POST /v1/reservations", a route's name, or "*"
        std::string match;  // a part of the body or the path; empty matches every call
        std::int64_t times_left;
        std::int64_t times_used;
        treatment treat;
    };

    answer replace(const call& asked);
    [[nodiscard]] answer show() const;
    static rule read(const boost::json::object& from);

    std::vector<rule> rules_;
};

}  // namespace storefront
