#include "examples/04_write_your_own_saga/definition.hpp"

#include "examples/04_write_your_own_saga/machine.hpp"
#include "sagas/contract/answer_reading.hpp"
#include "sagas/contract/idempotency_key.hpp"
#include "sagas/contract/resource.hpp"
#include "sagas/dsl/diagram.hpp"

// What the table's calls say on the wire, and how their answers are read.
namespace delivery_slot {
namespace {

using namespace makegood;

class slot_definition final : public definition {
public:
    std::string_view name() const override { return "delivery_slot"; }
    std::uint16_t version() const override { return 1; }
    std::string_view id_prefix() const override { return "slt"; }
    std::span<const state_spec> states() const override { return table().states; }
    std::span<const fact_name> facts() const override { return table().facts; }
    std::span<const call_spec> calls() const override { return table().calls; }
    std::string diagram() const override { return dsl::mermaid_text(table()); }
    fact_name started_fact() const override { return table().started; }
    fact_name unknown_fact() const override { return table().unknown; }
    fact_name cancel_fact() const override { return table().cancel; }

    transition decide(const saga_record& saga, fact_name on) const override {
        return delivery_slot::decide(saga, on);
    }
    call_ordinals fan_out(const call_spec&, const saga_record&) const override {
        return {0};  // every step is one call
    }
    // The id of the slot follows from the saga's: so an undo can name what was never seen.
    call_request request(const call_spec& asked, call_ordinal, const saga_record& saga)
        const override {
        const std::string path = "/v1/slots/" + saga.id.suffix() + "/";
        return {"POST", path + std::string(asked.name.value), "{}"};
    }
    call_answer read_answer(
        const call_spec&, call_ordinal, const saga_record& saga, const backend_answer& answer
    ) const override {
        if (auto failure = contract::read_failure(answer, saga)) return std::move(*failure);
        return answered_done{};
    }
    std::string idempotency_key_of(
        const call_spec& asked, call_ordinal ordinal, const saga_record& saga
    ) const override {
        return contract::key_of(saga.id.text(), asked, ordinal);
    }
    std::optional<state_deadline> deadline(const saga_record& saga) const override {
        if (state(saga.state).kind != state_kind::forward) return {};
        return state_deadline{
            fact_name{"deadline_passed"}, saga.created_at + std::chrono::minutes{10}};
    }
    instant calls_useful_until(const saga_record& saga) const override {
        const auto ends = deadline(saga);
        return ends ? ends->at : never;
    }
    std::string reason_code(const saga_record&, fact_name on, std::string_view code)
        const override {
        return std::string(code.empty() ? on.value : code);
    }
    std::optional<child_start> child(const saga_record&) const override { return {}; }
    result_or<start_document, start_refusal> read_start(std::string_view) const override {
        return start_refusal{"invalid-field", "sagas/checkout/start_request.cpp reads one", {}};
    }
    std::string render(const saga_record& saga, std::span<const live_note> notes) const override {
        return contract::resource_text(saga, {}, notes);
    }
    std::string announcement_data(const saga_record& saga) const override {
        return contract::announcement_text(saga, {});
    }
};

}  // namespace

std::unique_ptr<definition> make_definition() {
    return std::make_unique<slot_definition>();
}

}  // namespace delivery_slot
