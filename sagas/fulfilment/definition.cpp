#include "sagas/fulfilment/definition.hpp"

#include <algorithm>

#include "sagas/contract/answer_reading.hpp"
#include "sagas/contract/derived_ids.hpp"
#include "sagas/contract/idempotency_key.hpp"
#include "sagas/contract/resource.hpp"
#include "sagas/contract/tenders.hpp"
#include "sagas/contract/variable_names.hpp"
#include "sagas/dsl/diagram.hpp"
#include "sagas/dsl/rule_texts.hpp"
#include "sagas/fulfilment/calls.hpp"
#include "sagas/fulfilment/machine.hpp"
#include "sagas/fulfilment/questions.hpp"
#include "sagas/fulfilment/reports.hpp"
#include "sagas/fulfilment/requests.hpp"

namespace makegood::fulfilment {
namespace {

namespace variable = contract::variable;

call_ordinals once_if(bool needed) {
    return call_ordinals(needed ? 1 : 0, call_ordinal{0});
}

bool knows(const saga_record& saga, std::string_view name) {
    return !saga.text(name).empty();
}

call_ordinals fan_out_of(std::string_view call, const saga_record& saga) {
    if (call == "capture_payment") return contract::paying_tenders(saga);
    if (call == "request_shipment") return once_if(knows(saga, variable::has_fulfillment));
    if (call == "clear_cart") {
        return once_if(knows(saga, variable::has_cart) && knows(saga, variable::cart_id));
    }
    return once_if(knows(saga, variable::has_notification));
}

// Every call says all in its status; a cart that is gone is a cleared one.
call_answer answer_of(
    const call_spec& call, const saga_record& saga, const backend_answer& answer
) {
    if (answer.status == 404 && call.name.value == "clear_cart") return answered_done{};
    if (auto failure = contract::read_failure(answer, saga)) return std::move(*failure);
    return contract::read_plain_success(answer);
}

class fulfilment_definition final : public definition {
public:
    std::string_view name() const override { return saga_name; }
    std::uint16_t version() const override { return 1; }
    std::string_view id_prefix() const override { return saga_prefix; }
    std::span<const state_spec> states() const override { return table().states; }
    std::span<const fact_name> facts() const override { return table().facts; }
    std::span<const call_spec> calls() const override { return table().calls; }
    std::string diagram() const override { return dsl::mermaid_text(table()); }
    std::vector<rule_text> rules() const override { return dsl::rule_texts(table()); }

    transition decide(const saga_record& saga, fact_name fact) const override {
        return fulfilment::decide(saga, fact);
    }
    fact_name started_fact() const override { return table().started; }
    fact_name unknown_fact() const override { return table().unknown; }
    fact_name cancel_fact() const override { return table().cancel; }

    call_ordinals fan_out(const call_spec& call, const saga_record& saga) const override {
        return is_task(call) ? once_if(true) : fan_out_of(call.name.value, saga);
    }
    call_request request(const call_spec& call, call_ordinal ordinal, const saga_record& saga)
        const override {
        return request_of(call, ordinal, saga);
    }
    call_answer read_answer(
        const call_spec& call, call_ordinal, const saga_record& saga, const backend_answer& answer
    ) const override {
        return answer_of(call, saga, answer);
    }
    // Backends know one checkout, not our division of it: the key's root is the checkout's id.
    std::string idempotency_key_of(
        const call_spec& call, call_ordinal ordinal, const saga_record& saga
    ) const override {
        return contract::key_of(saga.text(variable::checkout_id), call, ordinal);
    }

    bool takes_report(const saga_record& saga, fact_name fact) const override {
        return is_tracked(saga) && std::ranges::count(table().reports, fact) > 0;
    }
    std::optional<state_deadline> deadline(const saga_record& saga) const override {
        return delivery_deadline(saga);
    }
    instant calls_useful_until(const saga_record&) const override { return never; }
    std::string reason_code(const saga_record&, fact_name fact, std::string_view) const override {
        return std::string(fact.value);  // never asked for: no rule leads backward
    }
    std::optional<child_start> child(const saga_record&) const override { return {}; }

    result_or<start_document, start_refusal> read_start(std::string_view) const override {
        return start_refusal{"invalid-field", "a fulfilment is started by its checkout only", {}};
    }
    result_or<fact_reported, start_refusal> read_report(
        std::string_view body, std::string_view reporter
    ) const override {
        return fulfilment::read_report(body, reporter);
    }
    result_or<addressed_report, start_refusal> read_report_event(
        std::string_view type, std::string_view data, std::string_view reporter
    ) const override {
        return read_shipment_event(type, data, reporter);
    }
    std::string render(const saga_record& saga, std::span<const live_note> notes) const override {
        const id_text order = contract::order_id(saga.id);
        return contract::resource_text(
            saga, {.order = order, .checkout = saga.text(variable::checkout_id)}, notes
        );
    }
    std::span<const announcement> announcements() const override { return table().announcements; }
    std::string announcement_data(const saga_record& saga) const override {
        const id_text order = contract::order_id(saga.id);
        const id_text fulfilment = saga.id.in_place_text();
        const std::string_view checkout = saga.text(variable::checkout_id);
        return contract::announcement_text(
            saga, {.order = order, .checkout = checkout, .fulfilment = fulfilment}
        );
    }
};

}  // namespace

std::unique_ptr<definition> make_definition() {
    return std::make_unique<fulfilment_definition>();
}

child_start start_after(const saga_record& checkout) {
    variables inputs;
    constexpr std::array kept{
        variable::cart_id,         variable::items,
        variable::currency,        variable::total,
        variable::tenders,         variable::shipping_address,
        variable::metadata,        variable::has_cart,
        variable::has_fulfillment, variable::has_notification,
        variable::tracks_shipment, variable::delivery_deadline_ms,
    };
    for (const std::string_view name : kept) {
        if (const std::string* value = checkout.find(name)) inputs.set(name, *value);
    }
    const std::size_t tenders = contract::tenders_count(checkout);
    for (std::size_t tender = 1; tender <= tenders; ++tender) {
        const auto ordinal = static_cast<call_ordinal>(tender);
        inputs.set(variable::amount(tender), contract::tender_amount(checkout, ordinal));
    }
    inputs.set(variable::checkout_id, checkout.id.text());
    return {std::string(saga_name), checkout.id.with_prefix(saga_prefix), std::move(inputs)};
}

}  // namespace makegood::fulfilment
