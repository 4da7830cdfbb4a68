#include "adapters/api/idempotency_key_field.hpp"
#include "adapters/api/list_query.hpp"
#include "adapters/api/prefer_field.hpp"
#include "adapters/api/route_table.hpp"
#include "adapters/http/client.hpp"
#include "adapters/http/wire_text.hpp"
#include "engine/assert.hpp"
#include "http_streams.hpp"
#include "known_sagas.hpp"
#include "targets.hpp"

// Input: what a client sends down one connection. It is read as the server's session reads it, and
// each request goes to its route as far as that needs no lane.
namespace makegood::fuzz {
namespace {

using http::request;
using read_request = message_read<request>;

bool is_within(std::string_view part, std::string_view whole) {
    return part.empty() || whole.find(part) != std::string_view::npos;
}

void check_request(const read_request& read) {
    const request& message = read.message;
    ASSERT(!message.method.empty() && splits_nothing(message.method));
    ASSERT(splits_nothing(message.target));
    if (message.method != "CONNECT") {
        ASSERT(message.target.starts_with('/') || message.target == "*");
    }
    ASSERT(message.body.size() <= stream_limits.body_bytes_max);
    const std::size_t hosts = message.fields.count("Host");
    ASSERT(hosts == 1 || (hosts == 0 && read.version_1_0));
    ASSERT(!message.fields.contains("Transfer-Encoding"));
    ASSERT(!message.fields.contains("Content-Length"));
    for (const http::field& each : message.fields) {
        ASSERT(splits_nothing(each.name) && splits_nothing(each.value));
    }
}

void check_route(const request& message) {
    const route_match to = match_route(message.method, message.path());
    if (to.index == route_match::none) {
        ASSERT(to.segments[0].empty());
    } else {
        for (const std::string_view each : to.segments)
            ASSERT(is_within(each, message.path()) && each.find('/') == std::string_view::npos);
    }
    const auto query = read_list_query(message.query(), all_known_sagas().registry);
    ASSERT(query || query.error().status == 400);
    const auto key = read_idempotency_key(message.fields);
    ASSERT(key || key.error().status == 400);
    static_cast<void>(read_preferences(message.fields));
}

request rewritten(const request& message) {
    std::string wire;
    append_request(wire, message, {"shop.example", "80", ""});
    const auto again = read_stream<request>(wire, piece_sizes::all(), {.limits = written_limits});
    // Neither less than a message nor a second one.
    ASSERT(again.messages.size() == 1 && again.left_over == 0);
    ASSERT(again.messages[0].message.body == message.body);
    ASSERT(again.messages[0].message.method == message.method);
    return again.messages[0].message;
}

// What is passed on says the same as what came, however often.
void check_passing_on(const request& message) {
    const request once = rewritten(message);
    const request twice = rewritten(once);
    ASSERT(once.target == twice.target && same_fields(once.fields, twice.fields));
}

}  // namespace

void http_request(std::string_view bytes) {
    const auto whole = read_stream<request>(bytes, piece_sizes::all());
    const auto pieces = read_stream<request>(bytes, piece_sizes::of(bytes));
    // How the network cuts a stream decides nothing but when a mistake is seen.
    ASSERT(whole.messages.size() == pieces.messages.size());
    for (std::size_t i = 0; i < whole.messages.size(); ++i) {
        const read_request& one = whole.messages[i];
        const read_request& other = pieces.messages[i];
        ASSERT(one.message.method == other.message.method);
        ASSERT(one.message.target == other.message.target);
        ASSERT(one.message.body == other.message.body);
        ASSERT(same_fields(one.message.fields, other.message.fields));
        ASSERT(one.keep_alive == other.keep_alive && one.version_1_0 == other.version_1_0);
        check_request(one);
        if (one.message.method == "CONNECT") continue;  // the session refuses it
        check_route(one.message);
        check_passing_on(one.message);
    }
}

}  // namespace makegood::fuzz
