#include "examples/storefront/checkout_event.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "adapters/kafka/event_message.hpp"
#include "examples/storefront/clock.hpp"

namespace storefront {
namespace {
namespace json = boost::json;
using makegood::cloud_event;
using makegood::event_problem;

std::string text_of(const json::object& members, std::string_view name) {
    const auto* found = members.if_contains(name);
    return found != nullptr && found->is_string() ? std::string{found->get_string()} : "";
}

const json::value* member_of(
    const json::object& members, std::string_view object, std::string_view name
) {
    const auto* found = members.if_contains(object);
    if (found == nullptr || !found->is_object()) return nullptr;
    return found->get_object().if_contains(name);
}

// An event's id is `saga:sequence:type` (adapters/kafka/schemas/cloud_event.json).
std::optional<std::int64_t> sequence_in(std::string_view id) {
    const auto begin = id.find(':') + 1;
    const auto end = id.find(':', begin);
    if (begin == 0 || end == std::string_view::npos) return std::nullopt;
    std::int64_t sequence = 0;
    const auto read = std::from_chars(id.data() + begin, id.data() + end, sequence);
    if (read.ec != std::errc{} || read.ptr != id.data() + end || sequence < 1) return std::nullopt;
    return sequence;
}

}  // namespace

std::string_view checkout_event::saga() const {
    return std::string_view{type}.substr(0, type.find('.'));
}

std::string_view checkout_event::word() const {
    return std::string_view{type}.substr(type.find('.') + 1);
}

std::string checkout_event::text(std::string_view name) const {
    return text_of(data, name);
}

std::string checkout_event::text_in(std::string_view object, std::string_view name) const {
    const auto* found = member_of(data, object, name);
    return found != nullptr && found->is_string() ? std::string{found->get_string()} : "";
}

std::int64_t checkout_event::integer_in(
    std::string_view object, std::string_view name, std::int64_t otherwise
) const {
    const auto* found = member_of(data, object, name);
    return found != nullptr && found->is_int64() ? found->get_int64() : otherwise;
}

makegood::result_or<checkout_event, event_problem> read_checkout_event(
    const makegood::kafka::message& received
) {
    auto told = makegood::kafka::decode(received);
    if (!told) return told.error();
    if (!told->time) return event_problem{told->id + " has no time"};
    const auto sequence = sequence_in(told->id);
    if (!sequence) return event_problem{"its id is not `saga:sequence:type`: " + told->id};
    boost::system::error_code error;
    auto data = json::parse(told->data, error);
    if (error || !data.is_object()) return event_problem{told->id + " has data that is no object"};
    auto& members = data.get_object();
    const auto checkout_id = text_of(members, "checkout_id");
    const auto customer_id = text_of(members, "customer_id");
    if (checkout_id.empty() || customer_id.empty()) {
        return event_problem{told->id + " names no checkout_id or no customer_id"};
    }
    return checkout_event{
        .source = std::move(told->source),
        .id = std::move(told->id),
        .type = std::move(told->type),
        .at = rfc3339(*told->time),
        .sequence = *sequence,
        .checkout_id = checkout_id,
        .customer_id = customer_id,
        .data = std::move(members)};
}

}  // namespace storefront
