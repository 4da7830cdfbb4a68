#include <boost/json/parse.hpp>

#include "adapters/api/body_reader.hpp"
#include "adapters/api/fault_rules_json.hpp"
#include "engine/assert.hpp"
#include "engine/limits.hpp"
#include "engine/step.hpp"
#include "kept_values.hpp"
#include "known_sagas.hpp"
#include "sagas/json/body_reading.hpp"
#include "sagas/json/canonical.hpp"
#include "sagas/json/card_numbers.hpp"
#include "sagas/registry.hpp"
#include "statestore/codec.hpp"
#include "targets.hpp"
#include "tests/sagas/shop.hpp"

// Input: the body of a request. It is read as a start, as a report, as an operator's verb and
// as fault rules.
namespace makegood::fuzz {
namespace {

// Beside the usual one an engine without optional backends, where items bring their prices.
const definition& checkout_without_catalog() {
    static const definition_registry registry = make_registry(
        {.has_cart = false,
         .has_catalog = false,
         .has_fulfillment = false,
         .has_notification = false,
         .fulfilment_enabled = false}
    );
    return *registry.newest("checkout");
}

bool is_json_object(std::string_view text) {
    boost::system::error_code error;
    const auto value = boost::json::parse(text, error);
    return !error && value.is_object();
}

void check_problem(const problem& refused) {
    ASSERT(refused.status == 400 && !refused.detail.empty());
    const std::string told = problem_response(refused).body;
    ASSERT(is_json_object(told));
    ASSERT(!json::holds_card_number(told));
    for (const field_problem& each : refused.errors)
        ASSERT(each.pointer.empty() || each.pointer.starts_with('/'));
}

// The same document in its canonical form is the same request.
void check_canonical(std::string_view body, const definition& meaning, const start_document& read) {
    const auto document = json::read_body(body);
    ASSERT(document.has_value());
    const std::string canonical = json::canonical_text(*document);
    const auto again = meaning.read_start(canonical);
    ASSERT(again && again->customer == read.customer);
    ASSERT(again->fingerprint == read.fingerprint);
}

void check_saga(const definition& meaning, const start_document& read) {
    const saga_started start{
        .definition = std::string(meaning.name()),
        .version = meaning.version(),
        .customer = read.customer,
        .key = idempotency_key("k"),
        .fingerprint = read.fingerprint,
        .inputs = read.inputs,
        .traceparent = {}};
    const auto decoded = statestore::decode_started(statestore::encode_event(start));
    ASSERT(decoded && *decoded == start);
    saga_record saga = begin_record(testing::test_id(), meaning, start, testing::start_time);
    const step_outcome outcome = step(saga, {1, testing::start_time, start});
    ASSERT(outcome.listed && !outcome.opened.empty());
    for (const call_reference& each : outcome.opened) {
        const call_request request = meaning.request(meaning.call(each.call), each.ordinal, saga);
        ASSERT(request.body.empty() || is_json_object(request.body));
    }
    ASSERT(is_json_object(meaning.render(saga, {})));
}

void check_start(std::string_view body, const definition& meaning) {
    const auto read = meaning.read_start(body);
    if (!read) return check_problem(problem_of(read.error()));
    ASSERT(!json::holds_card_number(read->customer.value));
    ASSERT(!keeps_card_number(read->inputs));
    check_canonical(body, meaning, *read);
    check_saga(meaning, *read);
}

void check_report(std::string_view body) {
    const definition& meaning = *all_known_sagas().registry.newest("fulfilment");
    const auto event_read = meaning.read_report_event("shipment.lost", body, "fuzzer");
    if (!event_read) check_problem(problem_of(event_read.error()));
    const auto read = meaning.read_report(body, "fuzzer");
    if (!read) return check_problem(problem_of(read.error()));
    ASSERT(!json::holds_card_number(read->detail) && !keeps_card_number(read->learnt));
    const event told = *read;
    const auto decoded = statestore::decode_event(statestore::encode_event(told), meaning);
    ASSERT(decoded && *decoded == told);
}

// As the routes of signals and operators read theirs.
void check_verb(std::string_view body) {
    auto reader = body_reader::open(body);
    if (!reader) return check_problem(reader.error());
    const std::string actor = reader->required_text("actor", limits::actor_bytes_max);
    const auto outcome = reader->required_word("outcome", {"done", "not_needed"});
    const auto reason = reader->optional_text("reason", limits::reason_bytes_max);
    if (const auto wrong = reader->finish()) return check_problem(*wrong);
    ASSERT(!actor.empty() && actor.size() <= limits::actor_bytes_max);
    ASSERT(outcome && *outcome < 2);
    ASSERT(!reason || (!reason->empty() && reason->size() <= limits::reason_bytes_max));
}

void check_fault_rules(std::string_view body) {
    const auto rules = read_fault_rules(body, all_known_sagas().registry);
    if (!rules) return check_problem(rules.error());
    std::vector<counted_rule> counted;
    for (const fault_rule& each : *rules)
        counted.push_back({each});
    ASSERT(is_json_object(fault_rules_json(counted)));
}

}  // namespace

void json_body(std::string_view bytes) {
    check_start(bytes, *all_known_sagas().registry.newest("checkout"));
    check_start(bytes, checkout_without_catalog());
    check_report(bytes);
    if (const auto refused = json::refuse_body(bytes)) return check_problem(problem_of(*refused));
    check_verb(bytes);
    check_fault_rules(bytes);
}

}  // namespace makegood::fuzz
