#include "simulation/checkers/final_audit.hpp"

#include <fmt/format.h>

#include "engine/replay.hpp"
#include "statestore/codec.hpp"

namespace makegood::simulation {
namespace {

bool is_held(authorization_status status) {
    return status == authorization_status::authorized || status == authorization_status::captured;
}
bool stands(authorization_status status) {
    return is_held(status) || status == authorization_status::requires_action;
}

std::string authorization_id(const saga_record& saga, call_ordinal ordinal) {
    std::string id = "pay_" + saga.id.suffix();
    if (ordinal > 0) id += fmt::format("_{}", ordinal);
    return id;
}

std::string key_of(const saga_record& saga, const call_reference& call) {
    std::string key = fmt::format("chk_{}:{}", saga.id.suffix(), call.call.value);
    if (call.ordinal > 0) key += fmt::format(":{}", call.ordinal);
    return key;
}

}  // namespace

void final_audit::judge(journal_reader& store) {
    for (const saga_id& id : seen_.durable().ids()) {
        const saga_record& saga = seen_.durable().find(id)->record;
        judge_store(store, id, saga);
        if (!saga.ended()) continue;
        if (saga.definition->name() == "checkout") {
            judge_checkout(saga);
        } else {
            judge_fulfilment(saga);
        }
    }
    judge_stock();
    judge_refused_effects();
}

void final_audit::judge_refused_effects() {
    if (const std::string key = backends_.reused_key(); !key.empty()) {
        found_.breaks(promise::one_key, {}, fmt::format("{} came with two payloads", key));
    }
    if (const std::string& id = backends_.inventory.released_after_confirming(); !id.empty()) {
        found_.breaks(
            promise::point_of_no_return, {},
            fmt::format("{} was to be released once it was sold", id)
        );
    }
}

// -- the store

void final_audit::judge_store(
    journal_reader& store, const saga_id& id, const saga_record& expected
) {
    const store_result<saga_record> stored = store.load(id);
    const auto journal = store.journal(id);
    if (!stored || !journal) {
        return found_.breaks(
            promise::nothing_lost_or_doubled, id, "was durable and cannot be read any more"
        );
    }
    if (!(*stored == expected)) {
        found_.breaks(
            promise::nothing_lost_or_doubled, id, "is stored otherwise than it was durable"
        );
    }
    const auto folded = replay(registry_, id, *journal);
    if (!folded) return found_.breaks(promise::exact_replay, id, folded.error().detail);
    if (statestore::encode_record(*folded) == statestore::encode_record(*stored)) return;
    found_.breaks(promise::exact_replay, id, "the journal does not fold to the record");
}

// -- the ledgers

void final_audit::judge_checkout(const saga_record& saga) {
    const auto* held = backends_.inventory.find("res_" + saga.id.suffix());
    const bool sold = held != nullptr && held->status == reservation_status::confirmed;
    const bool completed = saga.status() == saga_status::completed;
    if (sold != completed) {
        breaks(
            promise::point_of_no_return, saga,
            fmt::format(
                "is {}, and its stock is {}", status_text(saga.status()), sold ? "sold" : "not sold"
            )
        );
    }
    if (completed) {
        judge_completed(saga);
    } else {
        judge_undone(saga);
    }
}

void final_audit::judge_completed(const saga_record& saga) {
    const auto* order = backends_.orders.find("ord_" + saga.id.suffix());
    if (order == nullptr || !order->made || order->undone) {
        breaks(promise::nothing_lost_or_doubled, saga, "is completed without an order");
    }
    std::int64_t paid = 0;
    for (const call_record& call : saga.calls) {
        if (call.call.call.value != "authorize_payment") continue;
        const auto* money = backends_.payments.find(authorization_id(saga, call.call.ordinal));
        if (money != nullptr && is_held(money->status)) paid += money->amount;
    }
    if (seen_.durable().find(saga.id.with_prefix("ful")) == nullptr) {
        breaks(promise::nothing_lost_or_doubled, saga, "is completed and nobody fulfils it");
    }
    const std::int64_t total = saga.integer("total").value_or(0);
    if (paid == total) return;
    breaks(
        promise::nothing_lost_or_doubled, saga,
        fmt::format("costs {} and {} are held for it", total, paid)
    );
}

void final_audit::judge_undone(const saga_record& saga) {
    const auto* held = backends_.inventory.find("res_" + saga.id.suffix());
    const auto* order = backends_.orders.find("ord_" + saga.id.suffix());
    if (held != nullptr && held->status == reservation_status::reserved) {
        breaks(promise::nothing_lost_or_doubled, saga, "has ended and still holds stock");
    }
    if (order != nullptr && order->made && !order->undone) {
        breaks(promise::nothing_lost_or_doubled, saga, "has ended undone, and its order stands");
    }
    for (const call_record& call : saga.calls) {
        if (call.call.call.value == "reserve_inventory") {
            judge_undo_of_unknown(saga, call.call.call, held != nullptr && held->released);
        } else if (call.call.call.value == "create_order") {
            judge_undo_of_unknown(saga, call.call.call, order != nullptr && order->undone);
        } else if (call.call.call.value == "authorize_payment") {
            const auto* money = backends_.payments.find(authorization_id(saga, call.call.ordinal));
            if (money != nullptr && stands(money->status)) {
                breaks(promise::nothing_lost_or_doubled, saga, "has ended undone and holds money");
            }
            const bool sent = seen_.ever_sent(key_of(saga, call.call));
            const bool open = call.status == call_status::unknown
                              || call.status == call_status::abandoned
                              || call.status == call_status::done;
            if (sent && open && (money == nullptr || !money->undone)) {
                breaks(
                    promise::unknown_is_undone, saga,
                    "a payment that may have happened was not voided"
                );
            }
        }
    }
}

// A call that was let out and not refused must have been undone, even where nothing had arrived:
// only that bars what arrives late.
void final_audit::judge_undo_of_unknown(const saga_record& saga, call_name call, bool barred) {
    const call_record* record = saga.find_call({call, 0});
    if (record->status == call_status::refused || barred) return;
    if (!seen_.ever_sent(key_of(saga, record->call))) return;
    breaks(
        promise::unknown_is_undone, saga,
        fmt::format("{} may have happened and was not undone", call.value)
    );
}

void final_audit::judge_fulfilment(const saga_record& saga) {
    for (const call_record& call : saga.calls) {
        if (call.call.call.value != "capture_payment") continue;
        const auto* money = backends_.payments.find(authorization_id(saga, call.call.ordinal));
        if (money != nullptr && money->status == authorization_status::captured) continue;
        breaks(promise::nothing_lost_or_doubled, saga, "is completed and the money was not taken");
    }
    const auto* shipment = backends_.shipments.find("shp_" + saga.id.suffix());
    if (shipment != nullptr && shipment->made) return;
    breaks(promise::nothing_lost_or_doubled, saga, "is completed and nothing was shipped");
}

void final_audit::judge_stock() {
    for (const auto& [sku, shelf] : backends_.inventory.shelves()) {
        if (shelf.available + shelf.reserved + shelf.sold == shelf.initial) continue;
        found_.breaks(
            promise::nothing_lost_or_doubled, {},
            fmt::format("the stock of {} does not add up to what there was", sku)
        );
    }
}

}  // namespace makegood::simulation
