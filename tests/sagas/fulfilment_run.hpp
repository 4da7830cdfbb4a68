#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "engine/replay.hpp"
#include "saga_test.hpp"
#include "sagas/fulfilment/definition.hpp"

namespace makegood::testing {

inline saga_record completed_checkout(std::string body, const checkout_settings& settings = {}) {
    // The record refers to the registry's definition, which must outlive it.
    static std::vector<std::unique_ptr<saga_test>> scripts;
    scripts.push_back(std::make_unique<saga_test>(scenario{std::move(body), settings}));
    saga_test& script = *scripts.back();
    script.given(started);
    while (!script.saga().ended()) {
        for (const fact_name fact :
             {cart_read, quoted, inventory_reserved, payment_authorized, order_created,
              inventory_confirmed}) {
            if (const auto happens = script.event_for(fact)) {
                script.apply(*happens);
                break;
            }
        }
    }
    REQUIRE(script.saga().state == completed);
    return script.saga();
}

// The fulfilment of that checkout, driven through its own definition.
class fulfilment_run {
public:
    explicit fulfilment_run(const saga_record& checkout) : checkout_(checkout) {
        const child_start child = *checkout.definition->child(checkout);
        CHECK(child.definition == meaning_->name());
        const saga_started start{
            .definition = child.definition,
            .version = 1,
            .customer = checkout.customer,
            .key = {},
            .fingerprint = {},
            .inputs = child.inputs,
            .traceparent = {}};
        saga_ = begin_record(child.id, *meaning_, start, start_time);
        apply(start);
    }

    void apply(const event& happened) {
        journal_.push_back({saga_.sequence + 1, start_time, happened});
        outcome_ = step(saga_, journal_.back());
    }
    void answer(call_name call, unsigned status, std::string body = {}, call_ordinal ordinal = 0) {
        apply(event_of({call, ordinal}, saga_, {status, std::move(body), {}}));
    }
    std::string opened() const {
        std::string text;
        for (const call_reference& each : outcome_.opened)
            text += text_of(each) + " ";
        return text;
    }
    std::string line(call_name call, call_ordinal ordinal = 0) const {
        const call_request request = meaning_->request(meaning_->call(call), ordinal, saga_);
        return request.method + " " + request.target + " " + request.body;
    }
    std::string key(call_name call, call_ordinal ordinal = 0) const {
        return meaning_->idempotency_key_of(meaning_->call(call), ordinal, saga_);
    }
    // Everything is called for that must be before the parcel is waited for, and succeeds.
    void work() {
        while (outcome_.opened.size() == 1 && !is_task(meaning_->call(outcome_.opened[0].call)))
            answer(outcome_.opened[0].call, 200);
    }
    void tell(std::string_view status) { apply(report_of(status)); }
    void resolve(std::string_view task) {
        apply(call_resolved{{*meaning_->find_call(task), 0}, true, "ann", "made good"});
    }
    // Folding the journal gives this very record.
    void replays() const {
        saga_record folded = begin_record(
            saga_.id, *meaning_, std::get<saga_started>(journal_.front().event), start_time
        );
        for (const journal_entry& each : journal_)
            static_cast<void>(step(folded, each));
        CHECK(folded == saga_);
    }
    const saga_record& saga() const { return saga_; }
    std::string_view state() const { return saga_.state.value; }
    const step_outcome& outcome() const { return outcome_; }
    const definition& meaning() const { return *meaning_; }

private:
    const saga_record checkout_;
    std::unique_ptr<definition> meaning_ = fulfilment::make_definition();
    saga_record saga_;
    std::vector<journal_entry> journal_;
    step_outcome outcome_;
};

}  // namespace makegood::testing
