#include <catch2/catch.hpp>
#include <deque>
#include <set>

#include "saga_test.hpp"
#include "sagas/checkout/machine.hpp"
#include "sagas/contract/shipment.hpp"
#include "sagas/fulfilment/definition.hpp"
#include "sagas/fulfilment/machine.hpp"

// Walks through every situation that a saga can get into, by every event that can happen there.
namespace makegood::testing {
namespace {

using arrow = std::tuple<std::string_view, std::string_view, std::string_view>;

struct walk {
    std::set<arrow> taken;
    std::set<std::pair<std::string_view, std::string_view>> ignored;
    std::set<std::string_view> ends;
    std::size_t situations = 0;
};

// Two records in the same situation behave alike from there on.
std::string situation_of(const saga_record& saga) {
    std::string key(saga.state.value);
    for (const call_record& each : saga.calls) {
        key += "|" + text_of(each.call) + "=" + std::string(call_status_text(each.status));
    }
    key += "|" + std::string(saga.text("reservation_status"));
    for (const contract::shipment_status& each : contract::shipment_statuses)
        key += saga.find(each.variable) == nullptr ? "" : "|" + std::string(each.word);
    return key + (saga.parked ? "|parked" : "");
}

// Besides the shop's good answers, those that make a guard say something else.
std::vector<backend_answer> other_answers(const call_spec& call) {
    const std::string_view name = call.name.value;
    if (name == "quote") {
        return {
            {200,
             R"({"currency":"USD","total":1,"items":[)"
             R"({"sku":"SKU-1","quantity":2,"unit_price":0,"amount":0},)"
             R"({"sku":"SKU-2","quantity":1,"unit_price":1,"amount":1}]})",
             {}}};
    }
    if (name == "reserve_inventory") {
        return {
            {200,
             R"({"status":"reserved","expires_at":")" + format_instant(start_time) + R"("})",
             {}}};
    }
    if (name == "read_reservation") {
        return {{200, R"({"status":"reserved"})", {}}, {200, R"({"status":"expired"})", {}}};
    }
    if (name == "authorize_payment") return {customer_needed_answer()};
    return {};
}

std::vector<event> possible_events(const saga_record& saga) {
    std::vector<event> events;
    const definition& meaning = *saga.definition;
    for (const call_record& each : saga.calls) {
        const call_spec& spec = meaning.call(each.call.call);
        if (each.status == call_status::waiting) {
            events.push_back(signal_received{"payment", true, ""});
            events.push_back(signal_received{"payment", false, "3ds_failed"});
        }
        if (each.status == call_status::pending && is_task(spec)) {
            events.push_back(call_resolved{each.call, true, "tester", "done"});
        }
        if (each.status != call_status::pending || each.next_attempt_at == never) continue;
        const auto answered = [&](const backend_answer& answer) {
            events.push_back(event_of(each.call, saga, answer));
        };
        answered(good_answer(spec, each.call.ordinal, saga, start_time));
        answered(refusing_answer(spec));
        for (const backend_answer& other : other_answers(spec))
            answered(other);
        if (spec.tries != persistence::persistent) {
            events.push_back(call_exhausted{each.call, "no answer"});
        }
    }
    for (const std::string_view timer :
         {"deadline_passed", "reservation_expired", "delivery_overdue"}) {
        const auto fact = meaning.find_fact(timer);
        if (fact && meaning.decide(saga, *fact).says != transition::verdict::unlisted) {
            events.push_back(timer_fired{*fact});
        }
    }
    for (const contract::shipment_status& each : contract::shipment_statuses) {
        const fact_reported report = report_of(each.word);
        if (told_by(report, saga)) events.push_back(report);
    }
    events.push_back(operator_acted{operator_verb::cancel, "tester", ""});
    return events;
}

bool happened(const call_record& call) {
    return call.status != call_status::refused;
}

bool is_done(const saga_record& saga, const call_reference& call) {
    const call_record* record = saga.find_call(call);
    return record != nullptr && record->status == call_status::done;
}

// The undo of a call, or what stands in for it.
bool is_undone(const saga_record& saga, const call_reference& call) {
    if (call.call == reserve_inventory) return is_done(saga, {release_inventory, 0});
    if (call.call == create_order) return is_done(saga, {cancel_order, 0});
    return is_done(saga, {void_payment, call.ordinal})
           || is_done(saga, {refund_payment, call.ordinal});
}

void check_end(const saga_record& saga) {
    INFO(situation_of(saga));
    CHECK_FALSE(saga.parked);
    if (saga.definition->name() == "fulfilment") return;
    if (saga.state == completed) {
        CHECK((
            is_done(saga, {confirm_inventory, 0}) || saga.text("reservation_status") == "confirmed"
        ));
        return;
    }
    CHECK(saga.reason.has_value());
    for (const call_record& each : saga.calls) {
        const bool leaves_traces = each.call.call == reserve_inventory
                                   || each.call.call == authorize_payment
                                   || each.call.call == create_order;
        if (!leaves_traces || !happened(each)) continue;
        CHECK(saga.state == compensated);
        CHECK(is_undone(saga, each.call));
    }
}

void note(walk& seen, const step_outcome& outcome, state_name from, const event& happened) {
    for (const step_taken& each : outcome.steps) {
        seen.taken.emplace(each.from.value, each.fact.value, each.to.value);
    }
    if (!outcome.ignored) return;
    std::string_view fact = "cancel_requested";
    if (const auto* timer = std::get_if<timer_fired>(&happened)) fact = timer->fact.value;
    if (const auto* told = std::get_if<fact_reported>(&happened)) {
        fact = contract::find_shipment_status(told->fact)->word;
    }
    seen.ignored.emplace(from.value, fact);
}

void explore(walk& seen, saga_record first, const step_outcome& start) {
    note(seen, start, first.definition->initial_state(), saga_started{});
    std::set<std::string> known;
    std::deque<saga_record> open{std::move(first)};
    while (!open.empty()) {
        const saga_record saga = std::move(open.front());
        open.pop_front();
        if (!known.insert(situation_of(saga)).second) continue;
        ++seen.situations;
        if (saga.ended()) {
            seen.ends.insert(saga.state.value);
            check_end(saga);
        }
        for (const event& each : possible_events(saga)) {
            saga_record next = saga;
            const step_outcome outcome = step(next, {saga.sequence + 1, start_time, each});
            CHECK((outcome.listed || saga.ended()));
            note(seen, outcome, saga.state, each);
            open.push_back(std::move(next));
        }
    }
}

void check_every_rule(const dsl::saga_table& table, const walk& seen) {
    for (const dsl::rule_line& rule : table.rules) {
        INFO(rule.from.value << " on " << rule.on.value << " to " << rule.to.value);
        if (rule.ignored) {
            CHECK(seen.ignored.contains({rule.from.value, rule.on.value}));
        } else {
            CHECK(seen.taken.contains({rule.from.value, rule.on.value, rule.to.value}));
        }
    }
}

TEST_CASE("every rule of the checkout is taken, and every end has undone what may have happened") {
    walk seen;
    for (const std::string& body : {one_card_body(), two_tenders_body(), cart_body()}) {
        saga_test script({.body = body, .settings = {}});
        script.given(started);
        explore(seen, script.saga(), script.outcome());
    }
    check_every_rule(checkout::table(), seen);
    CHECK(seen.ends == std::set<std::string_view>{"completed", "compensated", "failed"});
    CHECK(seen.situations > 100);
}

TEST_CASE("every rule of the fulfilment is taken") {
    checkout_settings settings;
    settings.track_shipments = GENERATE(true, false);
    saga_test checkout({.body = cart_body(), .settings = settings});
    checkout.given(started)
        .when(cart_read)
        .when(quoted)
        .when(inventory_reserved)
        .when(payment_authorized)
        .when(order_created)
        .when(inventory_confirmed);
    const child_start child = fulfilment::start_after(checkout.saga());
    const auto meaning = fulfilment::make_definition();
    const saga_started start{
        .definition = child.definition,
        .version = 1,
        .customer = checkout.saga().customer,
        .key = {},
        .fingerprint = {},
        .inputs = child.inputs,
        .traceparent = {}};
    saga_record saga = begin_record(child.id, *meaning, start, start_time);
    const step_outcome outcome = step(saga, {1, start_time, start});
    walk seen;
    explore(seen, saga, outcome);
    if (settings.track_shipments) {
        check_every_rule(fulfilment::table(), seen);
    } else {
        CHECK(seen.situations < 20);
    }
    CHECK(seen.ends == std::set<std::string_view>{"completed"});
}

}  // namespace
}  // namespace makegood::testing
