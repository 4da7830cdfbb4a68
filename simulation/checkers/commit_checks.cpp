#include <fmt/format.h>

#include <algorithm>

#include "engine/limits.hpp"
#include "simulation/checkers/checkers.hpp"

// What a commit may contain: P4, P5, P7, P8.
namespace makegood::simulation {
namespace {

bool persists(const saga_record& saga, call_name call) {
    return saga.definition->call(call).tries == persistence::persistent;
}

// A no that asking again does not change.
bool is_final(unsigned status) {
    return status / 100 == 4 && status != 408 && status != 429;
}

bool is_past_pivot(state_kind kind) {
    return kind == state_kind::committed || kind == state_kind::completed;
}
bool goes_back(state_kind kind) {
    return kind == state_kind::backward || kind == state_kind::failed
           || kind == state_kind::compensated;
}

}  // namespace

void checkers::committed(const batch& changes, const commit_receipt& receipt, bool newest) {
    if (!newest && !changes.sagas.empty()) {
        found_.breaks(
            promise::one_writer, changes.sagas.front().saga->id,
            "a commit of an owner that had been replaced was kept"
        );
    }
    std::set<std::array<std::uint8_t, 16>> left_out;
    for (const claim_conflict& conflict : receipt.conflicts)
        left_out.insert(conflict.refused.bytes());
    const std::set<saga_id> all_gone(receipt.gone.begin(), receipt.gone.end());
    for (const saga_id& gone : all_gone) {
        if (was_pruned(gone)) continue;
        found_.breaks(promise::nothing_lost_or_doubled, gone, "is gone and was never pruned");
    }
    for (const saga_commit& change : changes.sagas) {
        const saga_id& id = change.saga->id;
        if (left_out.contains(id.bytes()) || all_gone.contains(id)) continue;
        if (was_pruned(id)) {
            found_.breaks(
                promise::nothing_lost_or_doubled, id, "was pruned and a commit of it was kept"
            );
            return;
        }
        if (!durable_.follows(change)) {
            found_.breaks(promise::one_writer, id, "a commit does not follow what is durable");
            return;
        }
        const durable_saga& known =
            durable_.fold(change, [this](const durable_entry& entry) { check_entry(entry); });
        if (!(known.record == *change.saga)) {
            found_.breaks(
                promise::exact_replay, id, "the record of a commit is not the fold of its journal"
            );
        }
        events_.committed(change);
        for (const auto& watcher : watchers_)
            watcher(known.record);
    }
}

void checkers::pruned(const std::vector<pruned_saga>& removed, bool newest) {
    for (const pruned_saga& each : removed) {
        const durable_saga* known = durable_.find(each.id);
        const bool had_ended = known != nullptr && known->record.status() == each.status
                               && known->record.ended() && newest;
        if (!had_ended || !pruned_.insert(each.id).second) {
            found_.breaks(
                promise::nothing_lost_or_doubled, each.id, "was pruned and had not ended"
            );
        }
    }
    for (const pruned_saga& each : removed) {
        for (const std::string_view relative : {"chk", "ful"}) {
            const durable_saga* known = durable_.find(each.id.with_prefix(relative));
            if (known == nullptr || known->record.ended()) continue;
            found_.breaks(
                promise::nothing_lost_or_doubled, each.id, "was pruned before one of its family"
            );
        }
    }
}

void checkers::check_entry(const durable_entry& entry) {
    check_pivot(entry);
    check_task(entry);
    check_parcel(entry);
    if (const auto* failed = std::get_if<call_failed>(&entry.entry.event)) {
        check_attempt(entry, *failed);
    }
    if (const auto* denied = std::get_if<call_denied>(&entry.entry.event)) {
        check_denial(entry, denied->call);
    }
    const bool asked_for = std::holds_alternative<operator_acted>(entry.entry.event)
                           || std::holds_alternative<signal_received>(entry.entry.event)
                           || std::holds_alternative<fact_reported>(entry.entry.event);
    if (entry.outcome.listed || asked_for) return;
    found_.breaks(
        promise::every_saga_ends, entry.after.id,
        fmt::format(
            "{} came in {}, where no table lists it", entry_name(entry.entry, {}), entry.from.value
        )
    );
}

// Who is denied is not asked again before a person says so; and nobody is bothered for less.
void checkers::check_denial(const durable_entry& entry, const call_reference& which) {
    const saga_record& saga = entry.after;
    const call_record* call = saga.find_call(which);
    if (!entry.outcome.listed || call == nullptr) return;
    if (!saga.parked || call->next_attempt_at != never) {
        found_.breaks(
            promise::compensation, saga.id,
            fmt::format("{} was denied, and nobody is told, or it goes on", which.call.value)
        );
    }
    const auto answer = last_answers_.find({saga.id, which});
    if (answer == last_answers_.end()) return;
    const unsigned status = answer->second.status;
    if (status < 500 && status != 408 && status != 429 && status / 100 != 2) return;
    found_.breaks(
        promise::compensation, saga.id,
        fmt::format("a person is bothered because {} was answered {}", which.call.value, status)
    );
}

// Full jitter: up to a ceiling that doubles; never sooner than the backend asked for, and slowly
// once a person has been told.
void checkers::check_attempt(const durable_entry& entry, const call_failed& failed) {
    const saga_record& saga = entry.after;
    const call_record* call = saga.find_call(failed.call);
    if (call == nullptr || !entry.outcome.listed) return;
    const call_spec& spec = saga.definition->call(failed.call.call);
    const bool persistent = persists(saga, failed.call.call);
    const retry_policy& policy =
        persistent ? settings_.retries.persistent : settings_.retries.forward;
    const duration delay = failed.next_attempt_at - entry.entry.at;
    duration ceiling = policy.first_delay;
    for (std::uint32_t i = 1; i < call->attempts && ceiling < policy.delay_max; ++i)
        ceiling *= 2;
    ceiling = std::min(ceiling, policy.delay_max);
    const auto answer = last_answers_.find({saga.id, failed.call});
    const bool answered = answer != last_answers_.end();
    const duration told = answered ? answer->second.retry_after.value_or(duration{0}) : duration{0};
    if (answered && is_final(answer->second.status)) {
        found_.breaks(
            promise::compensation, saga.id,
            fmt::format(
                "{} was answered {} and is tried again", failed.call.call.value,
                answer->second.status
            )
        );
    }
    const duration floor = std::max(failed.parks ? policy.parked_delay : duration{0}, told);
    const bool cut_short = spec.tries == persistence::until_expiry;
    if (delay.count() < 1 || (delay < floor && !cut_short)) {
        found_.breaks(
            promise::compensation, saga.id,
            fmt::format(
                "{} is to be tried again after {} ms, although at least {} ms were due",
                failed.call.call.value, delay.count(), floor.count()
            )
        );
    }
    if (delay > std::max(ceiling, floor + floor / 5)) {
        found_.breaks(
            promise::compensation, saga.id,
            fmt::format(
                "{} is to be tried again after {} ms, later than its policy allows",
                failed.call.call.value, delay.count()
            )
        );
    }
    if (floor.count() == 0 && !cut_short) {
        backoffs_sum_ += static_cast<double>(delay.count()) / static_cast<double>(ceiling.count());
        ++backoffs_count_;
    }
}

void checkers::judge_backoffs() {
    // The deviation of a mean of n is 0.29 / sqrt(n): 300 make 0.15 nine times that.
    if (backoffs_count_ < 300) return;
    const double mean = backoffs_sum_ / static_cast<double>(backoffs_count_);
    if (mean > 0.35 && mean < 0.65) return;
    found_.breaks(
        promise::compensation, {},
        fmt::format(
            "{} backoffs were {:.2f} of their ceilings in the mean; full jitter makes it 0.5",
            backoffs_count_, mean
        )
    );
}

// What only a person can do has told one, whatever else happens, and is never planned.
void checkers::check_task(const durable_entry& entry) {
    const saga_record& saga = entry.after;
    for (const call_record& call : saga.calls) {
        const bool is_task = saga.definition->call(call.call.call).backend.empty();
        if (!is_task || call.status != call_status::pending) continue;
        if (saga.parked && call.next_attempt_at == never) continue;
        found_.breaks(
            promise::operators_can_act, saga.id,
            fmt::format(
                "{} is for a person to do, and nobody is told or it is planned",
                call.call.call.value
            )
        );
    }
}

// A parcel is waited for until more is known of it than that it was shipped, and not for longer
// than is allowed; but as long as that.
void checkers::check_parcel(const durable_entry& entry) {
    const saga_record& saga = entry.after;
    const bool waits = saga.state.value == "awaiting_shipment" || saga.state.value == "in_transit";
    for (const std::string_view known : {"delivered", "returned", "lost"}) {
        if (!waits || saga.find(fmt::format("shipment_{}", known)) == nullptr) continue;
        found_.breaks(
            promise::nothing_lost_or_doubled, saga.id,
            fmt::format("waits for a parcel that is known to be {}", known)
        );
    }
    const auto* timer = std::get_if<timer_fired>(&entry.entry.event);
    if (timer == nullptr || timer->fact.value != "delivery_overdue") return;
    const duration allowed{saga.integer("delivery_deadline_ms").value_or(0)};
    if (entry.entry.at >= saga.created_at + allowed) return;
    found_.breaks(promise::every_saga_ends, saga.id, "its parcel was overdue before its time");
}

void checkers::check_pivot(const durable_entry& entry) {
    const definition& meaning = *entry.after.definition;
    const state_kind from = meaning.state(entry.from).kind;
    const state_kind to = meaning.state(entry.after.state).kind;
    if (!is_past_pivot(from) || !goes_back(to)) return;
    found_.breaks(
        promise::point_of_no_return, entry.after.id,
        fmt::format("went from {} back to {}", entry.from.value, entry.after.state.value)
    );
}

}  // namespace makegood::simulation
