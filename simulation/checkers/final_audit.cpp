#include "simulation/checkers/final_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

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

std::map<std::string, std::int64_t> lines_of(const boost::json::object& body) {
    std::map<std::string, std::int64_t> lines;
    for (const boost::json::value& item : body.at("items").as_array())
        lines[std::string(text_of(item.as_object(), "sku"))] += item.at("quantity").as_int64();
    return lines;
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
    judge_money();
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
    if (seen_.was_pruned(id)) {
        if (!stored && stored.error().code == store_errc::not_found) return;
        return found_.breaks(promise::nothing_lost_or_doubled, id, "was pruned and is there");
    }
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
    judge_reservation(saga);
    const auto wish = orders_.find(saga.id);
    if (wish == orders_.end()) {
        breaks(promise::nothing_lost_or_doubled, saga, "is a checkout that nobody was told of");
    } else if (completed) {
        judge_completed(saga, wish->second);
    } else {
        judge_undone(saga);
    }
}

// How long the stock is held is what the settings say.
void final_audit::judge_reservation(const saga_record& saga) {
    const auto* held = backends_.inventory.find("res_" + saga.id.suffix());
    if (held == nullptr || held->barred) return;
    if (held->time_to_live == std::chrono::ceil<std::chrono::seconds>(reservation_ttl_)) return;
    breaks(
        promise::every_saga_ends, saga, "reserved its stock for another time than is configured"
    );
}

void final_audit::judge_completed(const saga_record& saga, const order& wish) {
    if (!wish.may_complete) {
        breaks(
            promise::nothing_lost_or_doubled, saga,
            "is completed at another price, or with another customer's cart"
        );
    }
    const auto* held = backends_.inventory.find("res_" + saga.id.suffix());
    if (held != nullptr && held->held != wish.lines) {
        breaks(promise::nothing_lost_or_doubled, saga, "sold other goods than were ordered");
    }
    judge_order(saga, wish);
    if (seen_.durable().find(saga.id.with_prefix("ful")) == nullptr) {
        breaks(promise::nothing_lost_or_doubled, saga, "is completed and nobody fulfils it");
    }
}

void final_audit::judge_order(const saga_record& saga, const order& wish) {
    const auto* made = backends_.orders.find("ord_" + saga.id.suffix());
    if (made == nullptr || !made->made || made->undone) {
        return breaks(promise::nothing_lost_or_doubled, saga, "is completed without an order");
    }
    std::int64_t paid = 0;
    boost::json::array payments;
    for (const call_record& call : saga.calls) {
        if (call.call.call.value != "authorize_payment") continue;
        const std::string id = authorization_id(saga, call.call.ordinal);
        const auto* money = backends_.payments.find(id);
        if (money != nullptr && is_held(money->status)) paid += money->amount;
        payments.emplace_back(id);
    }
    const boost::json::object body = boost::json::parse(made->body).as_object();
    const bool is_as_paid = body.at("authorization_ids") == payments
                            && body.at("authorization_id") == payments.at(0)
                            && text_of(body, "reservation_id") == "res_" + saga.id.suffix();
    if (paid != wish.total || body.at("total").as_int64() != wish.total || !is_as_paid
        || lines_of(body) != wish.lines) {
        breaks(
            promise::nothing_lost_or_doubled, saga,
            fmt::format(
                "costs {}, {} are held for it, and its order says {}", wish.total, paid, made->body
            )
        );
    }
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

// A fulfilment that waits for its parcel is over when that was delivered, as somebody said, or a
// person has made good what became of it.
void final_audit::judge_parcel(const saga_record& saga) {
    const bool settled = std::ranges::any_of(saga.calls, [](const call_record& call) {
        return call.call.call.value.starts_with("settle_") && call.status == call_status::done;
    });
    const auto told = parcels_.find(saga.id);
    const bool delivered = told != parcels_.end() && told->second.contains("delivered");
    const bool waited = saga.find("tracks_shipment") != nullptr;
    if (waited == tracks_shipments_ && (!waited || settled || delivered)) return;
    breaks(
        promise::nothing_lost_or_doubled, saga,
        "is over, and nobody has said that its parcel arrived or was made good"
    );
}

void final_audit::judge_fulfilment(const saga_record& saga) {
    judge_parcel(saga);
    const auto wish = orders_.find(saga.id.with_prefix("chk"));
    if (wish == orders_.end()) return;  // told of with its checkout
    std::int64_t taken = 0;
    for (const auto& [id, money] : backends_.payments.all()) {
        const bool is_its = id.starts_with("pay_" + saga.id.suffix());
        if (is_its && money.status == authorization_status::captured) taken += money.amount;
    }
    if (taken != wish->second.total) {
        breaks(
            promise::nothing_lost_or_doubled, saga,
            fmt::format("costs {} and {} were taken", wish->second.total, taken)
        );
    }
    const auto* shipment = backends_.shipments.find("shp_" + saga.id.suffix());
    if (shipment == nullptr || !shipment->made
        || lines_of(boost::json::parse(shipment->body).as_object()) != wish->second.lines) {
        breaks(promise::nothing_lost_or_doubled, saga, "did not ship what was ordered");
    }
    const std::string key = "chk_" + saga.id.suffix();
    const bool cleared = !wish->second.has_cart || backends_.catalog.was_asked(key + ":clear_cart");
    if (!cleared || !backends_.notifications.was_asked(key + ":notify")) {
        breaks(promise::nothing_lost_or_doubled, saga, "left its cart full or its customer untold");
    }
}

// Whose money is held has a checkout that says so; the sums per checkout are judged there.
void final_audit::judge_money() {
    for (const auto& [id, money] : backends_.payments.all()) {
        if (!stands(money.status)) continue;
        const auto owner = saga_id::parse("chk_" + id.substr(4, 26));
        if (owner && orders_.contains(*owner)) continue;
        found_.breaks(
            promise::nothing_lost_or_doubled, {}, fmt::format("{} is held for no checkout", id)
        );
    }
}

// Nothing is reserved any more, and what was sold is what completed checkouts ordered.
void final_audit::judge_stock() {
    std::map<std::string, std::int64_t> ordered;
    for (const saga_id& id : seen_.durable().ids()) {
        const auto wish = orders_.find(id);
        const saga_record& saga = seen_.durable().find(id)->record;
        if (wish == orders_.end() || saga.status() != saga_status::completed) continue;
        for (const auto& [sku, quantity] : wish->second.lines)
            ordered[sku] += quantity;
    }
    for (const auto& [sku, shelf] : backends_.inventory.shelves()) {
        const bool adds_up = shelf.available + shelf.sold == shelf.initial;
        if (adds_up && shelf.reserved == 0 && shelf.sold == ordered[sku]) continue;
        found_.breaks(
            promise::nothing_lost_or_doubled, {},
            fmt::format("the stock of {} does not add up to what there was", sku)
        );
    }
}

}  // namespace makegood::simulation
