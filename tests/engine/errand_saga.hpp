#pragma once

#include <array>
#include <vector>

#include "engine/definition.hpp"

namespace makegood::test {

// A small saga that has everything the engine must deal with: a fan-out step that can be undone, a
// wait for somebody outside, a pivot, a persistent call after it, reports, a task and a child. The
// neighbours may say at any time that the goods are missing, and that they have turned up.
//
//   begun -> buying -> (waiting) -> paying ==pivot==> thanking -> done (starts a child)
//              |          |           |                  |          ^
//              v          v           v                  v          |
//            refused   returning <----+              searching -----+     returning -> returned
class errand_saga final : public definition {
public:
    // `shops` calls are made by the buying step. `name` and `prefix` let a second one be the child.
    explicit errand_saga(
        std::size_t shops = 1,
        std::string_view name = "errand",
        std::string_view prefix = "err",
        std::string_view child = {}
    );

    std::string_view name() const override { return name_; }
    std::uint16_t version() const override { return 1; }
    std::string_view id_prefix() const override { return prefix_; }
    std::span<const state_spec> states() const override;
    std::span<const fact_name> facts() const override;
    std::span<const call_spec> calls() const override;
    std::string diagram() const override { return "stateDiagram-v2\n"; }
    transition decide(const saga_record& saga, fact_name fact) const override;
    fact_name started_fact() const override { return fact_name{"started"}; }
    fact_name unknown_fact() const override { return fact_name{"outcome_unknown"}; }
    fact_name cancel_fact() const override { return fact_name{"cancel_requested"}; }
    call_ordinals fan_out(const call_spec& call, const saga_record& saga) const override;
    call_request request(const call_spec& call, call_ordinal ordinal, const saga_record& saga)
        const override;
    // 200 is done, with the body as variable "said"; 202 waits; 409 refused with the body as code;
    // 503 retry; 401 denied; all else unknown.
    call_answer read_answer(
        const call_spec& call,
        call_ordinal ordinal,
        const saga_record& saga,
        const backend_answer& answer
    ) const override;
    std::string idempotency_key_of(
        const call_spec& call, call_ordinal ordinal, const saga_record& saga
    ) const override;
    bool takes_report(const saga_record& saga, fact_name fact) const override;
    // `expires_ms` of the inputs after creation, while it can still be undone.
    std::optional<state_deadline> deadline(const saga_record& saga) const override;
    instant calls_useful_until(const saga_record& saga) const override;
    std::string reason_code(const saga_record&, fact_name fact, std::string_view code)
        const override;
    std::optional<child_start> child(const saga_record& saga) const override;
    result_or<start_document, start_refusal> read_start(std::string_view body) const override;
    std::string render(const saga_record& saga, std::span<const live_note> notes) const override;
    // That it was accepted, and of an errand also that the shop asks back and that it has sold.
    std::span<const announcement> announcements() const override;
    std::string announcement_data(const saga_record& saga) const override;

private:
    std::size_t shops_;
    std::string_view name_;
    std::string_view prefix_;
    std::string_view child_;
};

}  // namespace makegood::test
