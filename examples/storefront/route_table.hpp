#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "examples/storefront/call.hpp"

namespace storefront {

// Whether a call needs an Idempotency-Key. `none`: it changes nothing, a key means nothing.
// `optional`: what people and tests do by hand, or what is idempotent by its method.
enum class key_use { none, optional, required };

struct route {
    std::string name;  // "POST /v1/reservations/{id}/confirm", as behaviour rules name it
    key_use keys;
    std::function<answer(const call&)> handle;
};

struct matched_route {
    const route* to;
    std::string subject;  // the decoded {…} segment, if the route has one
};

// Which methods the path has; empty: there is no such path.
using allowed_methods = std::string;

// The calls that a service answers. Filled once while the service is built, then only read.
class route_table {
public:
    // `name` is a method, a space and a path in which one segment may stand in braces.
    void add(std::string_view name, key_use keys, std::function<answer(const call&)> handle);

    // `path` as it was sent, without the query.
    [[nodiscard]] std::variant<matched_route, allowed_methods> find(
        std::string_view method, std::string_view path
    ) const;

private:
    struct entry {
        route calls;
        std::string method;
        std::vector<std::string> segments;
    };
    std::vector<entry> entries_;
};

// Resolves %XX; a broken one stays as it is. `plus_is_space` for query parameters.
std::string decoded(std::string_view text, bool plus_is_space);

// The parameters of a query, in their order.
std::vector<std::pair<std::string, std::string>> parameters_of(std::string_view query);

}  // namespace storefront
