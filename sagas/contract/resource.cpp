#include "sagas/contract/resource.hpp"

#include <algorithm>

#include "sagas/contract/shipment.hpp"
#include "sagas/contract/variable_names.hpp"
#include "sagas/json/writing.hpp"

namespace makegood::contract {
namespace {

using json::object_text;

// "void_payment", or "void_payment:2" in a fan-out: how `resolve` takes it.
std::string text_of(const call_reference& call) {
    std::string text(call.call.value);
    if (call.ordinal > 0) text += ":" + std::to_string(call.ordinal);
    return text;
}

void write_total(object_text& out, const saga_record& saga) {
    const auto total = saga.integer(variable::total);
    if (!total) return;
    out.object("total")
        .number("amount", *total)
        .text("currency", saga.text(variable::currency))
        .finish();
}

void write_reason(object_text& out, const saga_record& saga) {
    if (!saga.reason) return;
    out.object("reason")
        .text("code", saga.reason->code)
        .text("step", saga.reason->step.value)
        .text_unless_empty("detail", saga.reason->detail)
        .finish();
}

void write_shipment(object_text& out, const saga_record& saga) {
    const shipment_status* told = furthest_told(saga);
    if (told == nullptr) return;
    object_text shipment = out.object("shipment");
    shipment.text("status", told->word)
        .text_unless_empty("at", saga.text(variable::happened_at(told->variable)))
        .text_unless_empty("tracking", saga.text(variable::shipment_tracking))
        .finish();
}

std::string open_calls_text(const saga_record& saga) {
    std::string out = "[";
    for (const call_record& each : saga.calls) {
        if (each.status != call_status::pending) continue;
        if (out.size() > 1) out += ',';
        json::append_string(out, text_of(each.call));
    }
    return out + "]";
}

void write_parked(object_text& out, const saga_record& saga) {
    if (!saga.parked) return;
    out.object("parked")
        .text("code", saga.parked->code)
        .text_unless_empty("detail", saga.parked->detail)
        .fragment("open", open_calls_text(saga))
        .finish();
}

// Where it stands, in the words that everybody is told.
void write_standing(object_text& out, const saga_record& saga, const related_ids& related) {
    out.number("version", saga.definition->version())
        .text("status", status_text(saga.status()))
        .text("state", saga.state.value)
        .text("customer_id", saga.customer.value)
        .text_unless_empty("order_id", related.order)
        .text_unless_empty("checkout_id", related.checkout)
        .text_unless_empty("fulfilment_id", related.fulfilment);
    write_total(out, saga);
    write_reason(out, saga);
    write_parked(out, saga);
    write_shipment(out, saga);
}

std::string waiting_for_text(std::span<const live_note> notes) {
    std::string out = "[";
    for (const live_note& each : notes) {
        if (out.size() > 1) out += ',';
        out += object_text(128)
                   .text("call", text_of(each.call))
                   .text("circuit", each.circuit)
                   .text("retry_at", format_instant(each.retry_at))
                   .finish();
    }
    return out + "]";
}

// Of the open calls that somebody is asked for, the one that has failed most often.
const call_record* slowest_call(const saga_record& saga) {
    const call_record* slowest = nullptr;
    for (const call_record& each : saga.calls) {
        if (each.status != call_status::pending) continue;
        if (is_task(saga.definition->call(each.call.call))) continue;
        if (slowest == nullptr || each.attempts > slowest->attempts) slowest = &each;
    }
    return slowest;
}

void write_attempt(object_text& out, const call_record& call) {
    out.number("attempt", std::int64_t{call.attempts} + 1);
    if (call.attempts == 0 || call.next_attempt_at == never) return;
    out.text("next_attempt_at", format_instant(call.next_attempt_at));
}

// Of several tenders that wait for the customer the first: a signal that names none settles that.
void write_next_action(object_text& out, const saga_record& saga) {
    const auto waits = std::ranges::find(saga.calls, call_status::waiting, &call_record::status);
    if (waits == saga.calls.end()) return;
    const call_ordinal tender = waits->call.ordinal;
    out.fragment_unless_empty("next_action", saga.text(variable::next_action(tender)));
    if (tender == 0) return;
    std::string call(waits->call.call.value);
    out.text("next_action_call", call.append(":").append(std::to_string(tender)));
}

void write_progress(object_text& out, const saga_record& saga) {
    if (saga.ended()) return;
    if (saga.definition->state(saga.state).kind == state_kind::waiting) {
        write_next_action(out, saga);
    }
    if (const auto expires = saga.integer(variable::reservation_expires_ms)) {
        out.text("reservation_expires_at", format_instant(instant{duration{*expires}}));
    }
    if (const call_record* open = slowest_call(saga)) write_attempt(out, *open);
}

}  // namespace

std::string resource_text(
    const saga_record& saga, const related_ids& related, std::span<const live_note> notes
) {
    object_text out(768);
    out.text("id", saga.id.in_place_text()).text("saga", saga.definition->name());
    write_standing(out, saga, related);
    write_progress(out, saga);
    if (!notes.empty()) out.fragment("waiting_for", waiting_for_text(notes));
    return out.text("created_at", format_instant(saga.created_at))
        .text("updated_at", format_instant(saga.updated_at))
        .fragment_unless_empty("metadata", saga.text(variable::metadata))
        .finish();
}

std::string announcement_text(const saga_record& saga, const related_ids& related) {
    const std::string_view metadata = saga.text(variable::metadata);
    object_text out(384 + metadata.size());
    write_standing(out, saga, related);
    return out.fragment_unless_empty("metadata", metadata).finish();
}

}  // namespace makegood::contract
