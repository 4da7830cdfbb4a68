#include "adapters/http/wire_text.hpp"
#include "adapters/participants/retry_after.hpp"
#include "engine/assert.hpp"
#include "http_streams.hpp"
#include "targets.hpp"

// Input: what a backend sends back on one connection. It is read as the client reads it, as answers
// to GET and to HEAD.
namespace makegood::fuzz {
namespace {

using http::response;
using read_response = message_read<response>;

void check_response(const read_response& read, stream_rules rules) {
    const response& message = read.message;
    ASSERT(message.status <= 999 && !message.stream);
    ASSERT(message.body.size() <= stream_limits.body_bytes_max);
    ASSERT(!rules.to_head || message.body.empty());
    ASSERT(splits_nothing(message.content_type));
    for (const http::field& each : message.fields) {
        ASSERT(splits_nothing(each.name) && splits_nothing(each.value));
    }
    const auto wait = parse_retry_after(message.fields.find("Retry-After"), instant{});
    ASSERT(!wait || (*wait >= duration{0} && *wait <= std::chrono::hours{24}));
}

// An answer that the server writes arrives as it was meant, in one piece or in chunks, and nothing
// after it.
void check_writing(const response& message, bool in_chunks) {
    std::string wire;
    append_response(wire, message, {.in_chunks = in_chunks});
    if (in_chunks) {
        if (!message.body.empty()) http::append_chunk(wire, message.body);
        http::append_chunk(wire, {});
    }
    const auto again = read_stream<response>(wire, piece_sizes::all(), {.limits = written_limits});
    ASSERT(again.messages.size() == 1 && again.left_over == 0);
    const response& arrived = again.messages[0].message;
    ASSERT(arrived.status == message.status && again.messages[0].keep_alive);
    const bool has_body = message.status != 204 && message.status != 304;
    ASSERT(arrived.body == (has_body ? message.body : ""));
}

void check_stream(std::string_view bytes, stream_rules rules) {
    const auto whole = read_stream<response>(bytes, piece_sizes::all(), rules);
    const auto pieces = read_stream<response>(bytes, piece_sizes::of(bytes), rules);
    // How the network cuts a stream decides nothing but when a mistake is seen.
    ASSERT(whole.messages.size() == pieces.messages.size());
    for (std::size_t i = 0; i < whole.messages.size(); ++i) {
        const read_response& one = whole.messages[i];
        const read_response& other = pieces.messages[i];
        ASSERT(one.message.status == other.message.status);
        ASSERT(one.message.body == other.message.body);
        ASSERT(one.message.content_type == other.message.content_type);
        ASSERT(same_fields(one.message.fields, other.message.fields));
        ASSERT(one.keep_alive == other.keep_alive);
        check_response(one, rules);
        if (one.message.status < 200 || one.message.status > 599) continue;
        check_writing(one.message, false);
        const bool may_have_body = one.message.status != 204 && one.message.status != 304;
        if (may_have_body) check_writing(one.message, true);
    }
}

}  // namespace

void http_response(std::string_view bytes) {
    check_stream(bytes, {.to_head = false});
    check_stream(bytes, {.to_head = true});
}

}  // namespace makegood::fuzz
