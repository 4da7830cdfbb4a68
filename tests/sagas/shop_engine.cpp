#include "shop_engine.hpp"

#include <catch2/catch.hpp>
#include <utility>

#include "engine/announcing.hpp"
#include "engine/replay.hpp"

namespace makegood::testing {
namespace {

constexpr duration answer_time{10};
constexpr ticket nobody = 0;
constexpr std::string_view traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

engine_options announcing() {
    engine_options options;
    options.writes_outbox = true;
    return options;
}

}  // namespace

shop_engine::shop_engine(const std::string& body, const checkout_settings& settings)
    : registry_(make_registry(settings)), engine_(registry_, announcing()) {
    const definition* checkout = registry_.newest("checkout");
    auto document = checkout->read_start(body);
    REQUIRE(document.has_value());
    engine_.start(
        {.definition = checkout,
         .id = test_id(),
         .key = idempotency_key("key-1"),
         .document = std::move(*document),
         .traceparent = std::string(traceparent)},
        nobody, now_
    );
    settle();
}

shop_engine& shop_engine::run() {
    while (!calls_.empty()) {
        const perform_call sent = calls_.front();
        calls_.erase(calls_.begin());
        const saga_record& saga = sagas_.at(sent.id).record;
        const call_spec& spec = saga.definition->call(sent.call.call);
        now_ += answer_time;
        const auto other = answers.find(sent.call.call.value);
        backend_answer answer = other != answers.end()
                                    ? other->second
                                    : good_answer(spec, sent.call.ordinal, saga, now_);
        engine_.answered(sent.id, sent.call, sent.attempt, std::move(answer), now_);
        settle();
    }
    return *this;
}

shop_engine& shop_engine::submit(command asked, std::string_view id_prefix) {
    now_ += answer_time;
    engine_.submit(test_id().with_prefix(id_prefix), std::move(asked), nobody, now_);
    settle();
    return *this;
}

shop_engine& shop_engine::wait(duration by) {
    now_ += by;
    engine_.tick(now_);
    settle();
    return *this;
}

std::vector<std::string> shop_engine::told() const {
    std::vector<std::string> short_texts;
    for (const outbox_event& each : announced_)
        short_texts.push_back(std::to_string(each.sequence) + " " + each.type);
    return short_texts;
}

void shop_engine::settle() {
    for (bool goes_on = true; goes_on;) {
        goes_on = false;
        for (action& each : engine_.take_actions()) {
            goes_on = true;
            if (auto* call = std::get_if<perform_call>(&each)) calls_.push_back(std::move(*call));
            if (const auto* load = std::get_if<load_saga>(&each)) {
                engine_.loaded(load->id, sagas_.at(load->id).record, now_);
            }
        }
        if (const batch* changes = engine_.take_batch(now_)) {
            for (const saga_commit& part : changes->sagas)
                store(part);
            engine_.committed({}, now_);
            goes_on = true;
        }
    }
}

void shop_engine::store(const saga_commit& part) {
    stored& saga = sagas_[part.saga->id];
    saga.record = *part.saga;
    saga.entries.insert(saga.entries.end(), part.entries.begin(), part.entries.end());
    saga.announced.insert(saga.announced.end(), part.outbox.begin(), part.outbox.end());
    announced_.insert(announced_.end(), part.outbox.begin(), part.outbox.end());

    std::vector<outbox_event> folded;
    const auto replayed =
        replay(registry_, part.saga->id, saga.entries, [&](const replayed_entry& each) {
            announce(each.entry, each.outcome, each.after, folded);
        });
    REQUIRE(replayed.has_value());
    const bool announces_the_same = folded == saga.announced;
    CHECK(announces_the_same);
}

}  // namespace makegood::testing
