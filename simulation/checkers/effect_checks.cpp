#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "simulation/checkers/checkers.hpp"

// What may leave the process: P1, P2, P4, P6.
namespace makegood::simulation {
namespace {

struct undo_name {
    std::string_view undo;
    std::string_view of;
};
constexpr std::array undo_names{
    undo_name{"release_inventory", "reserve_inventory"},
    undo_name{"void_payment", "authorize_payment"},
    undo_name{"refund_payment", "capture_payment"},
    undo_name{"cancel_order", "create_order"},
    undo_name{"cancel_shipment", "request_shipment"},
};

// As CONTRACTS writes it: {checkout_id}:{call}[:{n}][:undo].
std::string expected_key(const perform_call& call) {
    const std::string checkout = "chk_" + call.id.suffix();
    std::string_view name = call.call.call.value;
    std::string_view ending;
    for (const undo_name& each : undo_names) {
        if (each.undo != name) continue;
        name = each.of;
        ending = ":undo";
    }
    std::string key = fmt::format("{}:{}", checkout, name);
    if (call.call.ordinal > 0) key += fmt::format(":{}", call.call.ordinal);
    return key.append(ending);
}

}  // namespace

void checkers::called(const perform_call& call, instant wall, bool stale) {
    const durable_saga* known = durable_.find(call.id);
    const call_record* record = known == nullptr ? nullptr : known->record.find_call(call.call);
    const std::string_view name = call.call.call.value;
    // A process that was replaced may still send what it had made durable before.
    const bool durable = record != nullptr && (stale || record->status == call_status::pending);
    if (!durable) {
        return found_.breaks(
            promise::write_ahead, call.id, fmt::format("{} was sent before it was durable", name)
        );
    }
    if (call.idempotency_key != expected_key(call)) {
        found_.breaks(
            promise::one_key, call.id,
            fmt::format("{} was sent with the key {}", name, call.idempotency_key)
        );
    }
    sent_.try_emplace(call.idempotency_key, call_key{call.id, call.call});
    if (stale) return;
    if (!under_way_.insert({call.id, call.call}).second) {
        found_.breaks(
            promise::compensation, call.id, fmt::format("{} was sent twice at once", name)
        );
    }
    if (record->next_attempt_at > wall) {
        found_.breaks(
            promise::compensation, call.id,
            fmt::format(
                "{} was tried {} ms before its time", name, (record->next_attempt_at - wall).count()
            )
        );
    }
    if (known->record.parked && known->record.parked->held) {
        found_.breaks(
            promise::operators_can_act, call.id, fmt::format("{} was sent while held", name)
        );
    }
    check_parked(call, known->record, wall);
    check_budget(call, known->record, wall);
    check_undo_order(call, known->record);
    check_time_left(call, known->record, wall);
}

// Whoever is tried that often, or for that long, is tried with a person knowing.
void checkers::check_parked(const perform_call& call, const saga_record& saga, instant wall) {
    const call_spec& spec = saga.definition->call(call.call.call);
    const call_record& record = *saga.find_call(call.call);
    if (saga.parked) return;
    const retry_policy& policy = settings_.retries.persistent;
    const bool persistent = spec.tries == persistence::persistent;
    const bool pivoting = saga.definition->state(saga.state).kind == state_kind::pivoting;
    const auto since = saga.integer("pivoting_since_ms");
    const bool often = persistent && record.attempts >= policy.parks_after;
    const bool late = persistent && wall >= record.opened_at + policy.parks_after_time;
    const bool circling =
        pivoting && since && wall >= instant{duration{*since}} + policy.parks_after_time;
    if (!often && !late && !circling) return;
    found_.breaks(
        promise::compensation, saga.id,
        fmt::format(
            "{} failed {} times since {} and nobody is told", call.call.call.value, record.attempts,
            format_instant(record.opened_at)
        )
    );
}

// A call that can be given up is given up in time. After a downtime one attempt decides better than
// none.
void checkers::check_budget(const perform_call& call, const saga_record& saga, instant wall) {
    const call_spec& spec = saga.definition->call(call.call.call);
    const bool first = sent_in_this_life_.insert({call.id, call.call}).second;
    if (spec.tries != persistence::bounded) return;
    const call_record& record = *saga.find_call(call.call);
    const retry_policy& policy = settings_.retries.forward;
    const instant deadline = saga.created_at + duration{saga.integer("deadline_ms").value_or(0)};
    const bool in_budget =
        record.attempts < policy.attempts_max && (first || wall < record.opened_at + policy.budget);
    if (in_budget && wall < deadline) return;
    found_.breaks(
        promise::every_saga_ends, call.id,
        fmt::format(
            "{} goes on past its budget: attempt {}, open since {}", call.call.call.value,
            record.attempts + 1, format_instant(record.opened_at)
        )
    );
}

// What was done last is undone first: each undo waits for those of the steps after its own.
void checkers::check_undo_order(const perform_call& call, const saga_record& saga) {
    constexpr std::array steps{"reserve_inventory", "authorize_payment", "create_order"};
    constexpr std::array undos{"release_inventory", "void_payment", "cancel_order"};
    const auto undone = std::ranges::find(undos, call.call.call.value);
    if (undone == undos.end()) return;
    for (std::size_t later = static_cast<std::size_t>(undone - undos.begin()) + 1;
         later < steps.size(); ++later) {
        for (const call_record& done : saga.calls) {
            const bool stands = done.status == call_status::done
                                || done.status == call_status::unknown
                                || done.status == call_status::abandoned;
            if (done.call.call.value != steps[later] || !stands) continue;
            const auto undo_name = saga.definition->find_call(undos[later]);
            const call_record* undo = saga.find_call({*undo_name, done.call.ordinal});
            if (undo != nullptr && undo->status != call_status::pending) continue;
            found_.breaks(
                promise::compensation, saga.id,
                fmt::format("{} was sent before {}", call.call.call.value, undos[later])
            );
        }
    }
}

void checkers::check_time_left(const perform_call& call, const saga_record& saga, instant wall) {
    const std::string_view name = call.call.call.value;
    if (call.deadline - wall > settings_.attempt_time_max) {
        found_.breaks(
            promise::every_saga_ends, call.id,
            fmt::format("an attempt of {} may last too long", name)
        );
    }
    if (name != "authorize_payment" && name != "create_order") return;
    const instant expires{duration{saga.integer("reservation_expires_ms").value_or(0)}};
    const duration ttl{saga.integer("reservation_ttl_ms").value_or(0)};
    const instant opened_at = saga.find_call(call.call)->opened_at;
    if (name == "authorize_payment" && expires - opened_at < ttl / 10) {
        found_.breaks(
            promise::every_saga_ends, call.id,
            "a payment was asked for although the reservation was about to end"
        );
    }
    if (wall < expires && call.deadline <= expires) return;
    found_.breaks(
        promise::every_saga_ends, call.id,
        fmt::format("{} was sent although its reservation ends before it would", name)
    );
}

void checkers::settled(const perform_call& call, const attempt_outcome& outcome) {
    const call_key which{call.id, call.call};
    under_way_.erase(which);
    if (const auto* answer = std::get_if<backend_answer>(&outcome)) {
        last_answers_[which] = *answer;
    } else {
        last_answers_.erase(which);
    }
}

void checkers::process_died() {
    sent_in_this_life_.clear();
    under_way_.clear();
    last_answers_.clear();
}

void checkers::replied(const reply& told, bool stale) {
    if (told.saga == nullptr) return;
    const durable_saga* known = durable_.find(told.saga->id);
    const journal_sequence durable = known == nullptr ? 0 : known->record.sequence;
    const bool shows_durable =
        stale ? told.saga->sequence <= durable : known != nullptr && *told.saga == known->record;
    if (shows_durable) return;
    found_.breaks(
        promise::write_ahead, told.saga->id,
        fmt::format(
            "an answer shows entry {} of a journal of which {} are durable", told.saga->sequence,
            durable
        )
    );
}

void checkers::changed(const saga_changed& change, bool stale) {
    const durable_saga* known = durable_.find(change.id);
    if (known != nullptr && (stale || known->record.state == change.to)) return;
    found_.breaks(
        promise::write_ahead, change.id,
        fmt::format("news of {} went out before it was durable", change.to.value)
    );
}

}  // namespace makegood::simulation
