#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "examples/storefront/clock.hpp"

namespace storefront {

// A request that has been read and found well-formed, as a service's handlers see it.
struct call {
    std::string method;
    std::string path;
    std::string subject;  // what stood for {id} or {sku} in the path, decoded
    std::vector<std::pair<std::string, std::string>> parameters;  // of the query, decoded
    std::string text;                                             // the body as it came
    boost::json::object body;                                     // empty when there was none
    std::string key;          // Idempotency-Key; empty when there was none
    std::string checkout_id;  // of the body, else the part of the key before its first colon
    instant now{};            // when its batch began; the same for every call of that batch
    std::string at;           // the same as text

    // The first query parameter of that name; empty when there is none.
    [[nodiscard]] std::string_view parameter(std::string_view name) const;
};

// What a handler answers. An empty body is sent without one.
struct answer {
    unsigned status = 200;
    boost::json::object body;
    bool replayed = false;
};

// Thrown by a handler to refuse: nothing that the call did so far is kept, but the refusal itself
// is kept under the call's key and replayed like any other first answer.
class refusal : public std::exception {
public:
    refusal(unsigned status, std::string code, std::string detail, boost::json::object more = {});

    [[nodiscard]] const char* what() const noexcept override { return detail_.c_str(); }
    [[nodiscard]] answer as_answer() const;

private:
    unsigned status_;
    std::string code_;
    std::string detail_;
    boost::json::object more_;  // members beside code and detail, such as the SKU that is short
};

}  // namespace storefront
