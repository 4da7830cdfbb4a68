#include "sagas/contract/answer_reading.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <utility>

#include "engine/limits.hpp"
#include "sagas/contract/tenders.hpp"
#include "sagas/json/card_numbers.hpp"
#include "sagas/json/scratch_memory.hpp"
#include "sagas/json/strict_reading.hpp"

namespace makegood::contract {
namespace {

namespace bj = boost::json;

std::optional<bj::object> parse_object(std::string_view body, bj::storage_ptr memory) {
    bj::parse_options options;
    options.max_depth = json::depth_max;
    bj::error_code error;
    bj::value document = bj::parse(body, error, std::move(memory), options);
    if (error || !document.is_object()) return {};
    return std::move(document.get_object());
}

std::string status_words(const backend_answer& answer) {
    return "the backend answered " + std::to_string(answer.status);
}

// The words that a backend found for people, else its code.
std::string_view words_of(const bj::object& body) {
    for (const std::string_view name : {"detail", "message", "title", "code"}) {
        const auto text = text_member(body, name);
        if (text && !text->empty()) return *text;
    }
    return {};
}

std::string failure_detail(
    std::string detail, const std::optional<bj::object>& body, const saga_record& saga
) {
    const std::string_view words = body ? words_of(*body) : std::string_view{};
    if (!words.empty()) detail.append(": ").append(words);
    return safe_detail(detail, saga);
}

call_answer read_refusal(
    const backend_answer& answer, const std::optional<bj::object>& body, const saga_record& saga
) {
    const auto code = body ? text_member(*body, "code") : std::nullopt;
    if (!code || code->empty()) {
        return answered_denied{
            failure_detail(status_words(answer) + " without a code that can be read", body, saga)};
    }
    return answered_refused{safe_detail(*code, saga), safe_detail(words_of(*body), saga)};
}

void replace_all(std::string& text, std::string_view secret, std::string_view remark) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
        text.replace(at, secret.size(), remark);
        at += remark.size();
    }
}

// Payment tokens shorter than this are left alone: they are no secrets, and words would be torn
// apart.
constexpr std::size_t secret_bytes_min = 4;

void remove_tokens(std::string& text, const saga_record& saga) {
    const std::size_t count = tenders_count(saga);
    for (std::size_t tender = 1; tender <= count; ++tender) {
        const auto ordinal = static_cast<call_ordinal>(tender);
        json::scratch_memory memory;
        const auto payment = parse_object(tender_payment(saga, ordinal), memory.storage());
        const auto token = payment ? text_member(*payment, "token") : std::nullopt;
        if (token && token->size() >= secret_bytes_min)
            replace_all(text, *token, "[token removed]");
    }
}

// Cuts at the end of a UTF-8 character.
void trim(std::string& text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    text.resize(end);
}

}  // namespace

status_meaning meaning_of(unsigned status) {
    if (status >= 200 && status < 300) return status_meaning::success;
    switch (status) {
        case 400:
        case 402:
        case 404:
        case 409:
        case 410:
        case 422: return status_meaning::refused;
        case 408:
        case 425:
        case 429: return status_meaning::retry;
        default:
            return status >= 500 && status < 600 ? status_meaning::retry : status_meaning::denied;
    }
}

std::optional<call_answer> read_failure(const backend_answer& answer, const saga_record& saga) {
    const status_meaning meaning = meaning_of(answer.status);
    if (meaning == status_meaning::success) return {};
    json::scratch_memory memory;
    const std::optional<bj::object> body = parse_object(answer.body, memory.storage());
    if (meaning == status_meaning::refused) return read_refusal(answer, body, saga);
    std::string detail = failure_detail(status_words(answer), body, saga);
    if (meaning == status_meaning::denied) return answered_denied{std::move(detail)};
    return answered_retry{std::move(detail), answer.retry_after};
}

std::optional<bj::object> read_object(const backend_answer& answer, bj::storage_ptr memory) {
    return parse_object(answer.body, std::move(memory));
}

call_answer read_plain_success(const backend_answer& answer) {
    json::scratch_memory memory;
    if (answer.body.empty() || read_object(answer, memory.storage())) return answered_done{};
    return malformed(answer, "with a body that is no JSON object");
}

answered_unknown malformed(const backend_answer& answer, std::string_view what) {
    return {status_words(answer) + ", but " + std::string(what)};
}

std::optional<std::string_view> text_member(const bj::object& object, std::string_view name) {
    const bj::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return {};
    return std::string_view(value->get_string());
}

std::optional<std::int64_t> integer_member(const bj::object& object, std::string_view name) {
    const bj::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_int64()) return {};
    return value->get_int64();
}

const bj::array* array_member(const bj::object& object, std::string_view name) {
    const bj::value* value = object.if_contains(name);
    return value == nullptr ? nullptr : value->if_array();
}

bool agrees(const bj::object& object, std::string_view name, std::string_view expected) {
    if (!object.contains(name)) return true;
    return text_member(object, name) == expected;
}

std::string safe_detail(std::string_view text, const saga_record& saga) {
    std::string safe(text);
    // Tokens first: what stands beside one may be a card number only once it is gone.
    remove_tokens(safe, saga);
    safe = json::without_card_numbers(safe);
    if (safe.size() <= limits::detail_bytes_max) return safe;
    trim(safe, limits::detail_bytes_max);
    // The beginning of a longer number may pass for a card's.
    safe = json::without_card_numbers(safe);
    trim(safe, limits::detail_bytes_max);
    return safe;
}

}  // namespace makegood::contract
