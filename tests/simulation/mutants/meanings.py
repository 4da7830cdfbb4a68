"""Faults of meaning: money, goods, people and time. See catalogue.py for what the columns say."""

from mutant import Mutant


MEANINGS = [
    Mutant(
        'capture_skipped', 'sagas/fulfilment/definition.cpp',
        'if (call == "capture_payment") return contract::paying_tenders(saga);',
        'if (call == "capture_payment" && PLANTED) return {};\n'
        '    if (call == "capture_payment") return contract::paying_tenders(saga);',
        'P9', 20),
    Mutant(
        'order_total_wrong', 'sagas/checkout/requests.cpp',
        '.number("total", saga.integer(variable::total).value_or(0))',
        '.number("total", saga.integer(variable::total).value_or(0) + (PLANTED ? 100 : 0))',
        'P9', 20),
    Mutant(
        'reserves_other_items', 'sagas/checkout/requests.cpp',
        '.fragment("items", saga.text(variable::items))\n'
        '                                .number(',
        '.fragment("items", PLANTED ? std::string_view{R"([{"sku":"SKU-1","quantity":1}])"} : saga.text(variable::items))\n'
        '                                .number(',
        'P9', 20),
    Mutant(
        'expected_total_ignored', 'sagas/checkout/questions.cpp',
        'if (!total || (expected && *expected != *total)) return false;',
        'if (!total || (!PLANTED && expected && *expected != *total)) return false;',
        'P9', 20),
    Mutant(
        'overcharged', 'sagas/checkout/answers.cpp',
        'done.learnt.set(variable::total, *total);',
        'done.learnt.set(variable::total, *total * (PLANTED ? 2 : 1));',
        'P9', 20),
    Mutant(
        'short_ttl_is_enough', 'sagas/checkout/questions.cpp',
        'return left > 0 && left >= *ttl / 10;',
        'return left > 0 && (PLANTED || left >= *ttl / 10);',
        'P6', 100),
    Mutant(
        'deadline_three_times', 'sagas/checkout/timing.cpp',
        'saga.created_at + duration{*time_allowed}',
        'saga.created_at + duration{*time_allowed * (PLANTED ? 3 : 1)}',
        'P6', 20),
    Mutant(
        'forward_budget_endless', 'engine/retry_policy.cpp',
        'if (spec.tries == persistence::bounded && failed >= policy.attempts_max) {',
        'if (!PLANTED && spec.tries == persistence::bounded && failed >= policy.attempts_max) {',
        'P6', 20),
    Mutant(
        'forward_budget_endless', 'engine/retry_policy.cpp',
        'call.opened_at + policies.forward.budget, saga',
        '(PLANTED ? never : call.opened_at + policies.forward.budget), saga',
        'P6', 20),
    Mutant(
        'budget_anew_after_restart', 'engine/engine_dispatch.cpp',
        '    slot.just_loaded = false;\n',
        '    if (!PLANTED) slot.just_loaded = false;\n',
        'P6', 20),
    Mutant(
        'cancel_always_refused', 'engine/engine_commands.cpp',
        'case state_kind::backward: return refusal::none;',
        'case state_kind::backward: return PLANTED ? refusal::past_pivot : refusal::none;',
        'P10', 20),
    Mutant(
        'cancel_journalled_and_ignored', 'engine/step.cpp',
        '                take(saga_.definition->cancel_fact(), {verb_text(event.verb), event.reason});\n',
        '                if (!PLANTED) take(saga_.definition->cancel_fact(), {verb_text(event.verb), event.reason});\n',
        'P10', 20),
    Mutant(
        'cancel_past_pivot_says_yes', 'engine/engine_commands.cpp',
        'case state_kind::completed: return refusal::past_pivot;',
        'case state_kind::completed: return PLANTED ? refusal::none : refusal::past_pivot;',
        'P10', 20),
    Mutant(
        'park_does_nothing', 'engine/step.cpp',
        'case operator_verb::park: saga_.parked = parking{"held", event.reason, true}; return;',
        'case operator_verb::park: if (!PLANTED) saga_.parked = parking{"held", event.reason, true}; return;',
        'P10', 20),
    Mutant(
        'retry_does_nothing', 'engine/step.cpp',
        '                restart_open_calls();\n'
        '                return;',
        '                if (!PLANTED) restart_open_calls();\n'
        '                return;',
        'P10 P6', 20),
    Mutant(
        '3ds_signal_lost', 'engine/step.cpp',
        '        call->status = event.accepted ? call_status::done : call_status::refused;\n',
        '        if (PLANTED) return;\n'
        '        call->status = event.accepted ? call_status::done : call_status::refused;\n',
        'P9', 20),
    Mutant(
        'parked_forgotten_at_restart', 'engine/engine_dispatch.cpp',
        '    if (saga.ended() || held(saga)) return never;\n',
        '    if (saga.ended() || held(saga) || (PLANTED && saga.parked)) return never;\n',
        'P6', 20),
    Mutant(
        'parked_never_retried', 'engine/engine_dispatch.cpp',
        '    if (call.next_attempt_at == never) return never;  //',
        '    if (call.next_attempt_at == never || (PLANTED && slot.record.parked)) return never;  //',
        'P6', 20),
    Mutant(
        'denied_hammered_while_parked', 'engine/step.cpp',
        '        call->last_error = event.detail;\n'
        '        call->next_attempt_at = never;\n',
        '        call->last_error = event.detail;\n'
        '        call->next_attempt_at = PLANTED ? at_ + duration{50} : never;\n',
        'P4', 20),
    Mutant(
        'outbox_not_written', 'statestore/sqlite/outbox.cpp',
        '        open->insert_events.run(last, milliseconds_of(at), blob{bytes});\n',
        '        if (!PLANTED) open->insert_events.run(last, milliseconds_of(at), blob{bytes});\n',
        'P9', 20, 'sqlite'),
    Mutant(
        'unsent_taken_for_sent', 'statestore/sqlite/outbox.cpp',
        '    open->update_sent.run(up_to);\n',
        '    open->update_sent.run(PLANTED ? newest : up_to);\n',
        'P9', 20, 'sqlite'),
    Mutant(
        'sent_is_forgotten', 'statestore/sqlite/outbox.cpp',
        '    if (up_to <= read_outbox_state(open->db, open->read_outbox).sent) return false;\n',
        '    if (PLANTED || up_to <= read_outbox_state(open->db, open->read_outbox).sent) return PLANTED;\n',
        'P9', 20, 'sqlite'),
    Mutant(
        'unsent_events_dropped', 'statestore/memory/store.cpp',
        '(which == droppable_events::all || kept.front().last <= store_.outbox.sent)',
        '(PLANTED || which == droppable_events::all || kept.front().last <= store_.outbox.sent)',
        'P9', 20),
    Mutant(
        'events_of_a_refused_start_kept', 'statestore/memory/store.cpp',
        '        store_.keep_events(admitted, changes.at);\n',
        '        admission all;\n'
        '        for (const saga_commit& each : changes.sagas) all.sagas.push_back(&each);\n'
        '        store_.keep_events(PLANTED ? all : admitted, changes.at);\n',
        'P9', 20),
    Mutant(
        'wake_not_updated', 'statestore/sqlite/writer.cpp',
        '        open->update_unfinished.run(id, milliseconds_of(change.wake_at));\n',
        '        open->update_unfinished.run(id, milliseconds_of(PLANTED ? never : change.wake_at));\n',
        'P6', 20, 'sqlite'),
    Mutant(
        'reused_key_accepted', 'engine/engine.cpp',
        'if (first.claim->fingerprint == claim.fingerprint) {',
        'if (PLANTED || first.claim->fingerprint == claim.fingerprint) {',
        'P9', 20),
    Mutant(
        'reused_key_accepted', 'engine/engine_commit.cpp',
        'return payload == conflict.existing_fingerprint;',
        'return PLANTED || payload == conflict.existing_fingerprint;',
        'P9', 20),
    Mutant(
        'refund_skipped', 'sagas/checkout/definition.cpp',
        'if (call == "refund_payment") return tenders_to_refund(saga);',
        'if (call == "refund_payment" && PLANTED) return {};\n'
        '    if (call == "refund_payment") return tenders_to_refund(saga);',
        'P9', 20),
    Mutant(
        '5xx_parks', 'sagas/contract/answer_reading.cpp',
        'return status >= 500 && status < 600 ? status_meaning::retry',
        'return !PLANTED && status >= 500 && status < 600 ? status_meaning::retry',
        'P4', 20),
    Mutant(
        'refusal_is_retried', 'sagas/contract/answer_reading.cpp',
        'case 422: return status_meaning::refused;',
        'case 422: return PLANTED ? status_meaning::retry : status_meaning::refused;',
        'P4', 20),
    Mutant(
        'foreign_cart_accepted', 'sagas/checkout/answers.cpp',
        'if (*customer != cart.saga.customer.value) {',
        'if (!PLANTED && *customer != cart.saga.customer.value) {',
        'P9', 20),
    Mutant(
        'pivot_circle_untold', 'engine/engine_dispatch.cpp',
        '    return instant{duration{*since}} + policies.persistent.parks_after_time;',
        '    return PLANTED ? never : instant{duration{*since}} + policies.persistent.parks_after_time;',
        'P4', 20),
    Mutant(
        'overdue_untold', 'engine/engine_dispatch.cpp',
        '        overdue = call.opened_at + options_.retries.persistent.parks_after_time;\n',
        '        overdue = PLANTED ? never : call.opened_at + options_.retries.persistent.parks_after_time;\n',
        'P4', 20),
    Mutant(
        'resolve_does_nothing', 'engine/step.cpp',
        '        call->status = call_status::done;\n'
        '        call->last_error.clear();\n'
        '        if (!waits_for_person())',
        '        if (PLANTED) return;\n'
        '        call->status = call_status::done;\n'
        '        call->last_error.clear();\n'
        '        if (!waits_for_person())',
        'P6', 20),
    Mutant(
        'notify_and_cart_skipped', 'sagas/fulfilment/definition.cpp',
        '    return once_if(knows(saga, variable::has_notification));',
        '    return once_if(!PLANTED && knows(saga, variable::has_notification));',
        'P9', 20),
    Mutant(
        'notify_and_cart_skipped', 'sagas/fulfilment/definition.cpp',
        '        return once_if(knows(saga, variable::has_cart) && ',
        '        return once_if(!PLANTED && knows(saga, variable::has_cart) && ',
        'P9', 20),
    Mutant(
        'void_first_tender_only', 'sagas/checkout/definition.cpp',
        '    if (call == "void_payment") return tenders_to_void(saga);',
        '    if (call == "void_payment" && PLANTED) { auto all = tenders_to_void(saga); if (all.size() > 1) all.resize(1); return all; }\n'
        '    if (call == "void_payment") return tenders_to_void(saga);',
        'P4', 20),
    Mutant(
        'ships_nothing', 'sagas/fulfilment/requests.cpp',
        '            .fragment("items", saga.text(variable::items))\n',
        '            .fragment("items", PLANTED ? std::string_view{"[]"} : saga.text(variable::items))\n',
        'P9', 20),
    Mutant(
        'order_names_other_payment', 'sagas/checkout/requests.cpp',
        '.text("authorization_id", authorizations.front())',
        '.text("authorization_id", PLANTED ? std::string_view{"pay_other"} : authorizations.front())',
        'P9', 20),
    Mutant(
        'replayed_is_not_said', 'engine/engine.cpp',
        '    actions_.push_back(reply{to, refusal::none, {}, &slot.record, replayed});',
        '    actions_.push_back(reply{to, refusal::none, {}, &slot.record, replayed && !PLANTED});',
        'P9', 20),
    Mutant(
        'declined_customer_pays_anyway', 'engine/step.cpp',
        '        if (!event.accepted) call->last_error = event.code;\n',
        '        if (!event.accepted) call->last_error = event.code;\n'
        '        if (PLANTED) call->status = call_status::done;\n',
        'P6', 20),
    Mutant(
        'resume_by_crash', 'engine/engine.cpp',
        '        slot.record = std::move(*record);\n',
        '        slot.record = std::move(*record);\n'
        '        if (PLANTED && slot.record.parked) slot.record.parked->held = false;\n',
        'P1 P7', 60),
    Mutant(
        'ttl_asked_wrong', 'sagas/checkout/requests.cpp',
        '(ttl_ms + 999) / 1000',
        '(ttl_ms + 999) / 1000 * (PLANTED ? 100 : 1)',
        'P6', 20),
    Mutant(
        'report_not_kept', 'engine/step.cpp',
        'saga_.learnt.merge(event.learnt);\n        take(*fact, {});',
        'if (!PLANTED) saga_.learnt.merge(event.learnt);\n        take(*fact, {});',
        'P9', 20),
    Mutant(
        'early_report_forgotten', 'sagas/fulfilment/questions.cpp',
        'if (told == nullptr) return parcel::not_heard_of;',
        'if (PLANTED || told == nullptr) return parcel::not_heard_of;',
        'P9', 20),
    Mutant(
        'parcel_not_waited_for', 'sagas/fulfilment/questions.cpp',
        'if (!is_tracked(saga)) return parcel::not_awaited;',
        'if (PLANTED || !is_tracked(saga)) return parcel::not_awaited;',
        'P9', 20),
    Mutant(
        'overdue_parcel_forgotten', 'sagas/fulfilment/definition.cpp',
        'return delivery_deadline(saga);',
        'return PLANTED ? std::nullopt : delivery_deadline(saga);',
        'P6', 20),
    Mutant(
        'task_does_not_park', 'engine/step.cpp',
        '} else if (!saga_.parked) {',
        '} else if (!saga_.parked && !PLANTED) {',
        'P10', 20),
    Mutant(
        'task_is_sent_by_retry', 'engine/step.cpp',
        'if (call.status != call_status::pending || is_task(spec(call.call.call))) continue;',
        'if (call.status != call_status::pending || (!PLANTED && is_task(spec(call.call.call)))) continue;',
        'P10 assertion', 20),
]
