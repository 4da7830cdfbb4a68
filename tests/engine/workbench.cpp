#include "tests/engine/workbench.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "engine/announcing.hpp"

namespace makegood::test {

workbench::workbench(std::size_t shops, engine_options options) : options_(options) {
    registry.add(std::make_unique<errand_saga>(shops, "errand", "err", "chore"));
    registry.add(std::make_unique<errand_saga>(1, "chore", "chi"));
    engine = std::make_unique<makegood::engine>(registry, options_);
}

ticket workbench::start(std::string_view key, variables inputs, std::uint8_t payload) {
    start_request request;
    request.definition = registry.newest("errand");
    ++last_random_;
    request.id = saga_id::make(
        "err", now.time_since_epoch().count(), 7,
        {static_cast<std::uint8_t>(last_random_ >> 8), static_cast<std::uint8_t>(last_random_)}
    );
    request.key = idempotency_key{key};
    request.document.customer = customer_id{"somebody"};
    request.document.inputs = std::move(inputs);
    request.document.fingerprint[0] = payload;
    request.traceparent = "traced-" + std::string(key);
    engine->start(std::move(request), ++last_ticket_, now);
    perform();
    return last_ticket_;
}

ticket workbench::submit(const saga_id& id, command asked, std::string_view key) {
    engine->submit(id, std::move(asked), ++last_ticket_, now, idempotency_key{std::string(key)});
    const ticket used = last_ticket_;
    perform();
    return used;
}

ticket workbench::read(const saga_id& id) {
    engine->read(id, ++last_ticket_, now);
    const ticket used = last_ticket_;
    perform();
    return used;
}

void workbench::settle() {
    perform();
    while (const batch* next = engine->take_batch(now)) {
        engine->committed(store(*next), now);
        perform();
    }
}

saga_id workbench::started(variables inputs) {
    start("k1", std::move(inputs));
    settle();
    return only_saga();
}

refusal workbench::asked(const saga_id& id, command what) {
    const ticket of = submit(id, std::move(what));
    settle();
    REQUIRE(find_reply(of) != nullptr);
    return find_reply(of)->why;
}

void workbench::fail_commit(store_errc error) {
    REQUIRE(engine->take_batch(now) != nullptr);
    engine->commit_failed({error, "the disk is full"}, now);
    perform();
}

void workbench::answer(std::string_view call, attempt_outcome outcome) {
    const auto open = std::find_if(calls.begin(), calls.end(), [&](const perform_call& each) {
        return each.call.call.value == call;
    });
    INFO("no open call " << call);
    REQUIRE(open != calls.end());
    const perform_call sent = *open;
    calls.erase(open);
    engine->answered(sent.id, sent.call, sent.attempt, std::move(outcome), now);
    perform();
}

void workbench::advance(duration by) {
    now += by;
    engine->tick(now);
    settle();
}

void workbench::restart() {
    calls.clear();
    engine = std::make_unique<makegood::engine>(registry, options_);
    std::vector<wake_up> unfinished;
    for (const auto& [id, saga] : sagas_) {
        if (!saga.record.ended()) unfinished.push_back({id, saga.wake_at});
    }
    engine->recover(unfinished);
    engine->tick(now);
    settle();
}

void workbench::prune(const saga_id& id) {
    REQUIRE(sagas_.at(id).record.ended());
    sagas_.erase(id);
    std::erase_if(keys_, [&id](const auto& held) { return held.second.first == id; });
}

void workbench::perform() {
    for (std::vector<action> actions = engine->take_actions(); !actions.empty();
         actions = engine->take_actions()) {
        std::vector<saga_id> wanted;
        for (action& each : actions) {
            if (auto* call = std::get_if<perform_call>(&each)) calls.push_back(std::move(*call));
            if (auto* load = std::get_if<load_saga>(&each)) wanted.push_back(load->id);
            if (auto* change = std::get_if<saga_changed>(&each)) changes.push_back(*change);
            if (auto* answer = std::get_if<reply>(&each)) {
                REQUIRE_FALSE(replies_.contains(answer->to));
                std::optional<saga_record> saga;
                if (answer->saga != nullptr) saga = *answer->saga;
                replies_.emplace(answer->to, kept_reply{*answer, std::move(saga)});
            }
        }
        for (const saga_id& id : wanted) {
            ++loads;
            const auto found = sagas_.find(id);
            if (reads_fail) {
                engine->loaded(id, store_error{store_errc::corrupt, "unreadable"}, now);
            } else if (found == sagas_.end()) {
                engine->loaded(id, store_error{store_errc::not_found, "no such saga"}, now);
            } else {
                engine->loaded(id, found->second.record, now);
            }
        }
    }
}

commit_receipt workbench::store(const batch& kept) {
    commit_receipt receipt;
    std::set<std::array<std::uint8_t, 16>> refused;
    for (const saga_commit& part : kept.sagas) {
        if (refused.contains(part.saga->id.bytes())) continue;
        if (part.entries.front().sequence > 1 && !sagas_.contains(part.saga->id)) {
            receipt.gone.push_back(part.saga->id);
            continue;
        }
        if (part.claim) {
            const std::string key = part.claim->customer.value + "/" + part.claim->key.value;
            const auto [at, added] = keys_.try_emplace(key, part.saga->id, part.claim->fingerprint);
            if (!added) {
                receipt.conflicts.push_back({part.saga->id, at->second.first, at->second.second});
                refused.insert(part.saga->id.bytes());
                continue;
            }
        }
        stored& saga = sagas_[part.saga->id];
        REQUIRE(part.entries.front().sequence == saga.entries.size() + 1);
        saga.entries.insert(saga.entries.end(), part.entries.begin(), part.entries.end());
        saga.announced.insert(saga.announced.end(), part.outbox.begin(), part.outbox.end());
        saga.record = *part.saga;
        saga.wake_at = part.wake_at;
        check_fold(part.saga->id);
    }
    return receipt;
}

void workbench::check_fold(const saga_id& id) const {
    const stored& saga = sagas_.at(id);
    std::vector<outbox_event> announced;
    const auto folded = replay(registry, id, saga.entries, [&](const replayed_entry& each) {
        if (options_.writes_outbox) announce(each.entry, each.outcome, each.after, announced);
    });
    REQUIRE(folded.has_value());
    CHECK(*folded == saga.record);
    const bool announces_the_same = announced == saga.announced;
    CHECK(announces_the_same);
    std::set<std::pair<journal_sequence, std::string>> names;
    for (const outbox_event& each : saga.announced)
        names.emplace(each.sequence, each.type);
    CHECK(names.size() == saga.announced.size());
}

const reply* workbench::find_reply(ticket of) const {
    const auto found = replies_.find(of);
    return found == replies_.end() ? nullptr : &found->second.head;
}

saga_record workbench::replied_saga(ticket of) const {
    return replies_.at(of).saga.value();
}

saga_record workbench::record(const saga_id& id) const {
    return sagas_.at(id).record;
}

std::vector<std::string> workbench::journal(const saga_id& id) const {
    std::vector<std::string> names;
    const auto folded =
        replay(registry, id, sagas_.at(id).entries, [&](const replayed_entry& each) {
            names.push_back(entry_name(each.entry, each.outcome));
        });
    REQUIRE(folded.has_value());
    return names;
}

const std::vector<outbox_event>& workbench::announced(const saga_id& id) const {
    return sagas_.at(id).announced;
}

std::vector<std::string> workbench::told(const saga_id& id) const {
    std::vector<std::string> short_texts;
    for (const outbox_event& each : announced(id))
        short_texts.push_back(std::to_string(each.sequence) + " " + each.type);
    return short_texts;
}

saga_id workbench::only_saga(std::string_view prefix) const {
    std::vector<saga_id> found;
    for (const auto& [id, saga] : sagas_) {
        if (id.prefix() == prefix) found.push_back(id);
    }
    REQUIRE(found.size() == 1);
    return found.front();
}

std::vector<std::string> workbench::open_calls() const {
    std::vector<std::string> keys;
    for (const perform_call& each : calls) {
        keys.push_back(each.idempotency_key.substr(saga_id::text_size + 1));
    }
    return keys;
}

}  // namespace makegood::test
