#include <boost/json/parse.hpp>

#include "adapters/api/cursor.hpp"
#include "adapters/api/event_query.hpp"
#include "adapters/api/idempotency_key_field.hpp"
#include "adapters/api/list_query.hpp"
#include "adapters/api/prefer_field.hpp"
#include "adapters/participants/retry_after.hpp"
#include "adapters/telemetry/trace_context.hpp"
#include "engine/assert.hpp"
#include "engine/limits.hpp"
#include "known_sagas.hpp"
#include "targets.hpp"
#include "tests/sagas/shop.hpp"

// Input: the value of a header field or a query, given to each reader of one; two lines are a field
// that is sent twice.
namespace makegood::fuzz {
namespace {

http::field_list fields_of(std::string_view name, std::string_view text) {
    http::field_list fields;
    while (true) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        fields.add(std::string(name), std::string(text.substr(0, end)));
        if (end == text.size()) return fields;
        text.remove_prefix(end + 1);
    }
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\') out += '\\';
        out += character;
    }
    return out + '"';
}

bool is_visible(char character) {
    return character > 0x20 && character < 0x7f;
}

// What a client is told is JSON, whatever it has sent.
void check_problem(const problem& refused) {
    ASSERT(refused.status == 400 && !refused.detail.empty());
    boost::system::error_code error;
    const auto told = boost::json::parse(problem_response(refused).body, error);
    ASSERT(!error && told.is_object());
}

void check_key(std::string_view text) {
    const http::field_list fields = fields_of("idempotency-key", text);
    const auto key = read_idempotency_key(fields);
    if (!key) return check_problem(key.error());
    const std::string& value = key->value;
    ASSERT(fields.count("Idempotency-Key") == 1);
    ASSERT(!value.empty() && value.size() <= limits::idempotency_key_bytes_max);
    ASSERT(std::all_of(value.begin(), value.end(), is_visible));
    // Both forms of a key are the same key.
    const auto again = read_idempotency_key(fields_of("Idempotency-Key", quoted(value)));
    ASSERT(again && *again == *key);
}

void check_preferences(std::string_view text) {
    const preferences known = read_preferences(fields_of("Prefer", text));
    const duration longest = std::chrono::seconds{limits::wait_seconds_max};
    ASSERT(!known.wait || (*known.wait >= duration{0} && *known.wait <= longest));
    const preferences applied = read_preferences(fields_of("Prefer", known.applied(true)));
    ASSERT(applied.wait == known.wait && applied.respond_async == known.respond_async);
}

void check_trace(std::string_view text) {
    if (!is_traceparent(text)) {
        ASSERT(trace_id_of(text).empty());
        return;
    }
    const std::string next = continued_traceparent(text, {1, 2, 3, 4, 5, 6, 7, 8});
    ASSERT(is_traceparent(next) && trace_id_of(next) == trace_id_of(text));
    ASSERT(trace_id_of(text).size() == 32);
}

void check_retry_after(std::string_view text) {
    const instant now = testing::start_time;
    const auto wait = parse_retry_after(text, now);
    ASSERT(!wait || (*wait >= duration{0} && *wait <= std::chrono::hours{24}));
}

void check_query(std::string_view text) {
    const auto query = read_list_query(text, all_known_sagas().registry);
    if (!query) return check_problem(query.error());
    ASSERT(query->limit >= 1 && query->limit <= limits::list_items_max);
    if (const auto position = parse_cursor(text)) ASSERT(cursor_text(*position) == text);
}

void check_event_query(std::string_view text) {
    constexpr std::size_t lanes = 2;
    const event_history history = event_history_of("0f6c93ab12ef77", lanes);
    const parsed_position position = parse_position(text, history);
    ASSERT(!position.positions || !position.is_foreign);
    if (position.positions) {
        ASSERT(position.positions->size() == lanes);
        ASSERT(position_text(history.mark, *position.positions) == text);
    }
    const auto query = read_event_query(text, history);
    if (!query) return check_problem(query.error());
    ASSERT(query->begin != events_begin::after || query->after.size() == lanes);
    ASSERT(!query->limit || (*query->limit >= 1 && *query->limit <= limits::list_items_max));
}

}  // namespace

void header_fields(std::string_view bytes) {
    check_key(bytes);
    check_preferences(bytes);
    check_trace(bytes);
    check_retry_after(bytes);
    check_query(bytes);
    check_event_query(bytes);
}

}  // namespace makegood::fuzz
