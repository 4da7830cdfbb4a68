#include "adapters/intake/outbound.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "adapters/api/problem_codes.hpp"
#include "adapters/intake/card_check.hpp"

// A dead letter: key, value and headers of the message, and the headers
//   makegood-reason     the problem's code: "invalid-field"
//   makegood-detail     the problem in a sentence
//   makegood-topic, makegood-partition, makegood-offset     where the message was
namespace makegood {

namespace {

constexpr std::string_view own_prefix = "makegood-";

// Without a colon, so that the first one in a reply's id ends the source: `a:b` with `c` and `a`
// with `b:c` are two commands. As URIs have it.
std::string without_colon(const std::string& source) {
    std::string escaped;
    for (const char each : source) {
        if (each == ':') {
            escaped += "%3A";
        } else if (each == '%') {
            escaped += "%25";
        } else {
            escaped += each;
        }
    }
    return escaped;
}

cloud_event reply_event(const outbound_options& options, const order_origin& to, instant at) {
    return {
        .id = without_colon(to.source) + ":" + to.id + ":reply",
        .source = options.source,
        .type = {},
        .subject = {},
        .time = at,
        .partition_key = to.partition_key,
        .traceparent = to.traceparent,
        .data = {},
        .extensions = {{"correlationid", to.id}}};
}

bool holds_card_number(const body_refusal& refuse_body, const kafka::message& received) {
    // Each part by itself: digits of two neighbours are no number.
    const auto is_unfit = [&](std::string_view text) {
        return holds_card_number(refuse_body, text);
    };
    if (is_unfit(received.value) || is_unfit(received.key)) return true;
    return std::any_of(received.headers.begin(), received.headers.end(), [&](const auto& each) {
        return is_unfit(each.name) || is_unfit(each.value);
    });
}

}  // namespace

kafka::message reply_message(
    const outbound_options& options, const order_origin& to, const saga_answer& done, instant at
) {
    cloud_event told = reply_event(options, to, at);
    told.type = "checkout.command_accepted";
    told.subject = done.id.text();
    told.partition_key = done.customer.value;
    told.data = done.body;
    return encode(told, options.mode, options.replies_topic);
}

kafka::message refusal_message(
    const outbound_options& options,
    const order_origin& to,
    const problem& why,
    const std::string& subject,
    instant at
) {
    cloud_event told = reply_event(options, to, at);
    told.type = "checkout.command_refused";
    told.subject = subject;
    told.data = problem_response(why).body;
    return encode(told, options.mode, options.replies_topic);
}

std::string message_place::text() const {
    return topic + ", partition " + std::to_string(proof.partition) + ", offset "
           + std::to_string(proof.offset);
}

kafka::message dead_letter(
    const outbound_options& options,
    const body_refusal& refuse_body,
    kafka::message received,
    const message_place& where,
    const problem& why
) {
    const bool is_unfit = holds_card_number(refuse_body, received);
    kafka::message letter = is_unfit ? kafka::message{} : std::move(received);
    letter.topic = options.dead_letters_topic;
    // A letter that was sent to the commands again as it was has some of these already.
    std::erase_if(letter.headers, [](const kafka::message_header& each) {
        return each.name.starts_with(own_prefix);
    });
    const auto add = [&](std::string_view name, std::string value) {
        letter.headers.push_back({std::string(own_prefix).append(name), std::move(value)});
    };
    add("reason", std::string(is_unfit ? problem_codes::card_number_refused : why.code));
    add("detail", is_unfit ? "the message holds a card number and is not kept" : why.detail);
    add("topic", where.topic);
    add("partition", std::to_string(where.proof.partition));
    add("offset", std::to_string(where.proof.offset));
    return letter;
}

}  // namespace makegood
