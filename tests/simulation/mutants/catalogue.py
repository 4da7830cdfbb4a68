"""Faults to be planted, one at a time: the simulator must catch each of them.

A mutant replaces `original`, which stands exactly once in `file`, by `mutated`, in which PLANTED asks
whether this mutant is the one that is on. The engine's own sources know nothing of it.
`promises` are those of which one must be found broken ("assertion" where the program notices by itself, and
stops), `within` the number of worlds of 400 checkouts each that may be needed. Mutants of one name are planted
together.
"""

from meanings import MEANINGS
from mutant import Mutant


MUTANTS = [
    # -- P1: nothing leaves before it is durable
    Mutant(
        "effects_before_commit", "engine/engine.cpp",
        "    if (outcome.starts_child) start_child(slot, now);\n",
        """    if (outcome.starts_child) start_child(slot, now);
    if (PLANTED) {
        for (const call_record& call : slot.record.calls) {
            if (call.status != call_status::pending || slot.in_flight(call.call)) continue;
            send(slot, call, now, now + options_.attempt_time_max);
        }
    }
""", "P1"),
    Mutant(
        "start_is_answered_before_commit", "engine/engine.cpp",
        "    slot.replies.push_back({from, refusal::none, {}, false});\n    slot.now_in",
        """    if (PLANTED) {
        respond(from, slot, false);
    } else {
        slot.replies.push_back({from, refusal::none, {}, false});
    }
    slot.now_in""", "P1"),
    Mutant(
        "command_is_answered_before_commit", "engine/engine_commands.cpp",
        "    slot.replies.push_back({asked.from, why, std::move(detail), false});\n",
        """    if (PLANTED) {
        respond(asked.from, slot, false);
    } else {
        slot.replies.push_back({asked.from, why, std::move(detail), false});
    }
""", "P1"),
    Mutant(
        "read_shows_what_is_not_durable", "engine/engine.cpp",
        "    if (slot.now_in == saga_slot::phase::idle) return respond(read.from, slot, read.replayed);\n",
        """    if (PLANTED || slot.now_in == saga_slot::phase::idle) {
        return respond(read.from, slot, read.replayed);
    }
""", "P1"),
    Mutant(
        "failed_commit_counts_as_done", "engine/engine_commit.cpp",
        "void engine::commit_failed(const store_error& error, instant) {\n",
        """void engine::commit_failed(const store_error& error, instant at) {
    if (PLANTED && error.code != store_errc::stale_owner) return committed({}, at);
""", "P1 P4"),
    Mutant(
        "commit_is_not_synced", "statestore/sqlite/session.cpp",
        'db.execute("PRAGMA synchronous = FULL");',
        'db.execute(PLANTED ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");',
        "P1 P8 P9", 10, "sqlite"),
    Mutant(
        "nothing_is_synced", "statestore/sqlite/session.cpp",
        'db.execute("PRAGMA temp_store = MEMORY");',
        'db.execute(PLANTED ? "PRAGMA synchronous = OFF" : "PRAGMA temp_store = MEMORY");',
        "P1 P8 P9", 10, "sqlite"),
    # -- P2: one key per effect
    Mutant(
        "key_changes_on_retry", "engine/engine_dispatch.cpp",
        ".idempotency_key = saga.definition->idempotency_key_of(spec, call.call.ordinal, saga),",
        """.idempotency_key = saga.definition->idempotency_key_of(spec, call.call.ordinal, saga)
                           + (PLANTED && call.attempts > 0 ? ":again" : ""),""", "P2"),
    Mutant(
        "tenders_share_a_key", "sagas/contract/idempotency_key.cpp",
        "    if (ordinal > 0) {\n", "    if (ordinal > 0 && !PLANTED) {\n", "P2"),
    Mutant(
        "undo_has_the_key_of_do", "sagas/contract/idempotency_key.cpp",
        'if (call.undo) key += ":undo";', 'if (call.undo && !PLANTED) key += ":undo";', "P2"),
    # -- P3: unknown is its own answer
    Mutant(
        "undo_skipped_for_unknown", "sagas/contract/tenders.cpp",
        "    return record->status != call_status::refused || record->attempts > 0;\n",
        """    if (PLANTED) return record->status == call_status::done;
    return record->status != call_status::refused || record->attempts > 0;
""", "P3 P4"),
    Mutant(
        "exhausted_call_counts_as_refused", "engine/step.cpp",
        "        call->status = call_status::unknown;\n",
        """        call->status = PLANTED ? call_status::refused : call_status::unknown;
        if (PLANTED) call->attempts = 0;
""", "P3 P9", 20),
    # -- P4: compensation
    Mutant(
        "backoff_is_gone", "engine/retry_policy.cpp",
        "    const std::uint64_t chance = chance_of(id, call, attempt);\n",
        """    if (PLANTED) return duration{1};
    const std::uint64_t chance = chance_of(id, call, attempt);
""", "P4"),
    Mutant(
        "backoff_has_no_jitter", "engine/retry_policy.cpp",
        "    ceiling = std::max(duration{1}, std::min(ceiling, policy.delay_max));\n",
        """    ceiling = std::max(duration{1}, std::min(ceiling, policy.delay_max));
    if (PLANTED) return ceiling;
""", "P4"),
    Mutant(
        "backoff_is_not_capped", "engine/retry_policy.cpp",
        "    for (std::uint32_t i = 1; i < attempt && ceiling < policy.delay_max; ++i)\n        ceiling *= 2;\n",
        """    for (std::uint32_t i = 1; i < attempt && ceiling < policy.delay_max; ++i)
        ceiling *= 2;
    if (PLANTED && attempt > 4) return policy.delay_max * 3;
""", "P4"),
    Mutant(
        "retry_after_is_ignored", "engine/retry_policy.cpp",
        "    if (retry_after) floor =", "    if (retry_after && !PLANTED) floor =", "P4"),
    Mutant(
        "nobody_is_told", "engine/retry_policy.cpp",
        "    const bool parks = persistent &&", "    const bool parks = !PLANTED && persistent &&", "P4"),
    Mutant(
        "nobody_is_told", "engine/engine_dispatch.cpp",
        "        const bool exhausted =", "        const bool exhausted = !PLANTED &&", "P4"),
    Mutant(
        "denied_call_is_retried", "engine/engine_commands.cpp",
        "        return call_denied{call, trimmed(std::move(denied.detail))};\n",
        """        if (PLANTED) return decide_retry(policies, saga, call, std::move(denied.detail), {}, now);
        return call_denied{call, trimmed(std::move(denied.detail))};
""", "P4"),
    Mutant(
        "retried_before_its_time", "engine/engine_dispatch.cpp",
        "    if (due > now) return std::min({due, ends, overdue});\n",
        "    if (due > now + (PLANTED ? duration{40} : duration{0})) return std::min({due, ends, overdue});\n",
        "P4"),
    Mutant(
        "sent_again_while_under_way", "engine/engine_dispatch.cpp",
        "if (call.status != call_status::pending || slot.in_flight(call.call)) continue;",
        "if (call.status != call_status::pending || (!PLANTED && slot.in_flight(call.call))) continue;",
        "P4"),
    Mutant(
        "wrong_undo_order", "sagas/checkout/definition.cpp",
        "        transition decided = checkout::decide(saga, fact);\n",
        """        transition decided = checkout::decide(saga, fact);
        const bool released = saga.find_call({call_name{"release_inventory"}, 0}) != nullptr;
        if (PLANTED && decided.to.value == "voiding" && !released) {
            decided.to = *find_state("releasing");
            decided.emits = {call_name{"release_inventory"}};
        } else if (PLANTED && fact.value == "inventory_released" && !tenders_to_void(saga).empty()) {
            decided.to = *find_state("voiding");
            decided.emits = {call_name{"void_payment"}};
        } else if (PLANTED && fact.value == "payment_voided") {
            decided.to = *find_state("compensated");
            decided.emits = {};
        }
""", "P4"),
    # -- P5: the point of no return
    Mutant(
        "silence_at_the_pivot_turns_back", "sagas/checkout/definition.cpp",
        "        decided.starts_child = decided.starts_child && starts_fulfilment(saga);\n",
        """        decided.starts_child = decided.starts_child && starts_fulfilment(saga);
        if (PLANTED && decided.to.value == "checking_reservation") {
            decided.to = *find_state("cancelling_order");
            decided.emits = {call_name{"cancel_order"}};
        }
""", "P5"),
    Mutant(
        "confirmed_is_read_as_lost", "sagas/checkout/questions.cpp",
        '    if (status == "confirmed") return reservation_standing::confirmed;\n',
        """    if (status == "confirmed" && PLANTED) return reservation_standing::lost;
    if (status == "confirmed") return reservation_standing::confirmed;
""", "P5"),
    # -- P6: every saga ends
    Mutant(
        "timers_are_lost_on_recovery", "engine/engine.cpp",
        "    asleep_.add_all(unfinished);\n", "    if (!PLANTED) asleep_.add_all(unfinished);\n", "P6"),
    Mutant(
        "deadline_is_not_remembered", "engine/engine_dispatch.cpp",
        "    if (const auto deadline = effective_deadline(saga)) next = deadline->at;\n",
        "    if (const auto deadline = effective_deadline(saga); deadline && !PLANTED) next = deadline->at;\n",
        "P6"),
    Mutant(
        "customer_may_wait_for_ever", "sagas/checkout/timing.cpp",
        "    if (!is_before_pivot(saga)) return {};\n",
        """    if (!is_before_pivot(saga)) return {};
    if (PLANTED && saga.state.value == "awaiting_customer") return {};
""", "P6"),
    Mutant(
        "budget_outlives_the_reservation", "sagas/checkout/timing.cpp",
        "    return std::min(expiry, saga_deadline(saga));\n",
        "    return PLANTED ? never : std::min(expiry, saga_deadline(saga));\n", "P6", 40),
    Mutant(
        "wake_up_is_forgotten_after_a_deferral", "engine/engine_dispatch.cpp",
        "    schedule(slot, next);\n    if (slot.flights",
        "    if (!PLANTED || slot.deferrals.empty()) schedule(slot, next);\n    if (slot.flights", "P6"),
    # -- P7: replay is exact
    Mutant(
        "record_knows_more_than_the_journal", "engine/engine.cpp",
        "    const step_outcome outcome = step(slot.record, slot.entries.back());\n",
        """    const step_outcome outcome = step(slot.record, slot.entries.back());
    if (PLANTED && !slot.flights.empty()) slot.record.learnt.set("flights", std::int64_t{1});
""", "P7"),
    # -- P8: one writer
    Mutant(
        "stale_owner_commits", "statestore/memory/store.cpp",
        "        if (auto problem = refusal()) return *problem;\n        admission",
        """        auto refused = refusal();
        if (PLANTED && refused && refused->code == store_errc::stale_owner) refused.reset();
        if (refused) return *refused;
        admission""", "P8", 20),
    Mutant(
        "stale_owner_writes_to_sqlite", "statestore/sqlite/writer.cpp",
        "void sqlite_writer::state::require_epoch() {\n",
        "void sqlite_writer::state::require_epoch() {\n    if (PLANTED) return;\n",
        "P8", 20, "sqlite"),
    # -- P9: nothing lost, nothing twice
    Mutant(
        "key_is_not_looked_up", "statestore/memory/store.cpp",
        "        if (found == store_.keys.end()) return {};\n",
        "        if (PLANTED || found == store_.keys.end()) return {};\n", "P9 assertion"),
    Mutant(
        "command_that_comes_again_is_judged_anew", "engine/engine_commands.cpp",
        "    if (!asked.key.empty() && was_done(",
        "    if (!PLANTED && !asked.key.empty() && was_done(", "P9", 40),
    Mutant(
        "done_command_is_not_kept", "engine/engine_commands.cpp",
        "    if (!asked.key.empty() && why == refusal::none) {\n",
        "    if (!PLANTED && !asked.key.empty() && why == refusal::none) {\n", "P9", 40),
    Mutant(
        "command_that_comes_again_is_told_too_early", "engine/engine_commands.cpp",
        "    if (slot.now_in == saga_slot::phase::idle) return respond(from, slot, true);\n",
        "    if (PLANTED || slot.now_in == saga_slot::phase::idle) return respond(from, slot, true);\n",
        "P1 P9", 40),
    Mutant(
        "half_of_a_failed_batch_is_kept", "statestore/memory/store.cpp",
        "        if (failing_once) return failure_of(*failing_once);\n",
        """        if (failing_once && PLANTED) store_.keep(std::move(staged));
        if (failing_once) return failure_of(*failing_once);
""", "P1 P8"),
    Mutant(
        "pruned_saga_fails_its_commit", "statestore/memory/store.cpp",
        "        return change.had_ended && !store_.sagas.contains(change.saga->id);\n",
        "        return !PLANTED && change.had_ended && !store_.sagas.contains(change.saga->id);\n", "P6 P10", 40),
    Mutant(
        "family_is_pruned_in_part", "statestore/memory/store.cpp",
        "        if (!saga.ended) kept.open.insert(id.bytes());\n",
        "        if (!saga.ended && !PLANTED) kept.open.insert(id.bytes());\n", "P9"),
    Mutant(
        "rest_is_paid_in_full", "sagas/contract/tenders.cpp",
        "    return std::max<std::int64_t>(0, total - fixed_amounts(saga));\n",
        "    return PLANTED ? total : std::max<std::int64_t>(0, total - fixed_amounts(saga));\n", "P9"),
    Mutant(
        "fulfilment_is_not_started", "engine/engine.cpp",
        "    if (outcome.starts_child) start_child(slot, now);\n",
        "    if (outcome.starts_child && !PLANTED) start_child(slot, now);\n", "P9"),
    Mutant(
        "late_answer_is_applied_again", "engine/engine_commands.cpp",
        "    if (call == nullptr || call->status != call_status::pending) {\n",
        "    if (call == nullptr || (!PLANTED && call->status != call_status::pending)) {\n", "P6 assertion", 20),
    Mutant(
        "server_error_counts_as_done", "sagas/contract/answer_reading.cpp",
        "    const status_meaning meaning = meaning_of(answer.status);\n",
        """    if (PLANTED && answer.status == 503) return answered_done{};
    const status_meaning meaning = meaning_of(answer.status);
""", "P6 P9 exception"),
    # -- P10: operators
    Mutant(
        "held_saga_goes_on", "engine/engine_dispatch.cpp",
        "    return saga.parked && saga.parked->held;\n",
        "    return !PLANTED && saga.parked && saga.parked->held;\n", "P10"),
    Mutant(
        "operator_is_not_journalled", "engine/engine_commands.cpp",
        "        why = judge(saga, *acted);\n",
        """        why = judge(saga, *acted);
        if (PLANTED && slot.now_in == saga_slot::phase::idle) return respond(asked.from, slot, false);
""", "P10"),
] + MEANINGS
