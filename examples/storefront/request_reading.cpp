#include "examples/storefront/request_reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "examples/storefront/broken_rules.hpp"
#include "examples/storefront/fields.hpp"

namespace storefront {
namespace {
namespace json = boost::json;
using makegood::http::request;
using makegood::http::response;

constexpr std::size_t key_bytes_max = 255;

[[noreturn]] void give_up(unsigned status, std::string code, std::string detail) {
    throw unreadable(as_response(refusal(status, std::move(code), std::move(detail)).as_answer()));
}

[[noreturn]] void give_up_on_path(const request& message, const allowed_methods& allowed) {
    if (allowed.empty()) {
        give_up(404, "unknown_path", fmt::format("there is nothing at {}", message.path()));
    }
    const auto detail = fmt::format("{} answers {} only", message.path(), allowed);
    auto reply = as_response(refusal(405, "method_not_allowed", detail).as_answer());
    reply.fields.add("Allow", allowed);
    throw unreadable(std::move(reply));
}

json::object read_body(const std::string& text) {
    if (text.empty()) return {};
    boost::system::error_code unreadable_because;
    auto value = json::parse(text, unreadable_because);
    const unsigned status = is_broken(rule::broken_json) ? 500 : 400;
    if (unreadable_because) {
        give_up(status, "invalid_json", "the body is not JSON: " + unreadable_because.message());
    }
    if (!value.is_object()) give_up(status, "invalid_json", "the body must be a JSON object");
    return std::move(value.get_object());
}

bool is_visible_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char sign) {
        return sign > ' ' && sign <= '~';
    });
}

std::string read_subject(std::string subject) {
    if (!is_visible_ascii(subject) || subject.size() > text_bytes_max) {
        give_up(
            400, "invalid_id",
            fmt::format("an id in a path has 1 to {} visible ASCII characters", text_bytes_max)
        );
    }
    return subject;
}

// A bare token or a quoted string (RFC 8941), without its quotes.
std::string read_key(const request& message, key_use use) {
    auto key = message.fields.find("Idempotency-Key");
    if (key.size() >= 2 && key.front() == '"' && key.back() == '"') {
        key = key.substr(1, key.size() - 2);
    }
    if (key.empty() && use == key_use::required) {
        give_up(
            400, "idempotency_key_missing",
            "this call changes something: send an Idempotency-Key that its retries repeat"
        );
    }
    const bool visible =
        std::all_of(key.begin(), key.end(), [](char sign) { return sign > ' ' && sign <= '~'; });
    if (!visible || key.size() > key_bytes_max) {
        give_up(400, "idempotency_key_invalid", "a key has 1 to 255 visible ASCII characters");
    }
    return std::string{key};
}

void refuse_by_broken_rules(const request& message, const json::object& body) {
    if (is_broken(rule::engine_headers) && message.fields.contains("traceparent")) {
        give_up(400, "unknown_header", "there is a traceparent");
    }
    if (!is_broken(rule::unknown_members)) return;
    for (const auto& member : body) {
        if (!is_known_member(member.key()))
            give_up(422, "unknown_member", std::string{member.key()});
    }
}

std::string checkout_of(const call& arrived) {
    const auto* named = arrived.body.if_contains("checkout_id");
    if (named != nullptr && named->is_string()) return std::string{named->get_string()};
    return arrived.key.substr(0, arrived.key.find(':'));
}

}  // namespace

asked_call read_call(const request& message, const route_table& routes) {
    auto found = routes.find(message.method, message.path());
    if (const auto* allowed = std::get_if<allowed_methods>(&found)) {
        give_up_on_path(message, *allowed);
    }
    auto& match = std::get<matched_route>(found);
    call arrived;
    arrived.method = message.method;
    arrived.path = std::string{message.path()};
    arrived.subject = read_subject(std::move(match.subject));
    arrived.parameters = parameters_of(message.query());
    arrived.text = message.body;
    arrived.body = read_body(message.body);
    refuse_by_broken_rules(message, arrived.body);
    arrived.key = read_key(message, match.to->keys);
    arrived.checkout_id = checkout_of(arrived);
    return {std::move(arrived), match.to};
}

response as_response(const answer& reply) {
    response whole;
    whole.status = reply.status;
    if (reply.status != 204 && !reply.body.empty()) whole.body = json::serialize(reply.body);
    if (reply.replayed) whole.fields.add("Idempotent-Replayed", "true");
    if (reply.status == 503) whole.fields.add("Retry-After", "0");
    return whole;
}

response not_saved() {
    return as_response(
        refusal(503, "not_saved", "the store could not save it; nothing was done, try again")
            .as_answer()
    );
}

}  // namespace storefront
