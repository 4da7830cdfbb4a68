#include "sagas/checkout/definition.hpp"

#include "sagas/checkout/answers.hpp"
#include "sagas/checkout/calls.hpp"
#include "sagas/checkout/machine.hpp"
#include "sagas/checkout/reasons.hpp"
#include "sagas/checkout/requests.hpp"
#include "sagas/checkout/start_request.hpp"
#include "sagas/checkout/timing.hpp"
#include "sagas/contract/derived_ids.hpp"
#include "sagas/contract/idempotency_key.hpp"
#include "sagas/contract/resource.hpp"
#include "sagas/contract/tenders.hpp"
#include "sagas/contract/variable_names.hpp"
#include "sagas/dsl/diagram.hpp"
#include "sagas/dsl/rule_texts.hpp"
#include "sagas/fulfilment/definition.hpp"

namespace makegood::checkout {
namespace {

namespace variable = contract::variable;

constexpr call_name authorize_payment{"authorize_payment"};
constexpr call_name create_order{"create_order"};
constexpr call_name reserve_inventory{"reserve_inventory"};
constexpr call_name void_payment{"void_payment"};

call_ordinals once_if(bool needed) {
    return call_ordinals(needed ? 1 : 0, call_ordinal{0});
}

// The tenders that money may be held for. A refusal that reached us as the customer's word counts
// as none: the backend may still be waiting for the customer, and a void is always legal.
call_ordinals tenders_to_void(const saga_record& saga) {
    call_ordinals ordinals;
    for (const call_record& each : saga.calls) {
        if (each.call.call != authorize_payment) continue;
        const call_ordinal ordinal = each.call.ordinal;
        // What the customer refused, the backend may still be holding open.
        const bool customer_asked = saga.learnt.contains(variable::next_action(ordinal));
        if (customer_asked || contract::may_have_happened(saga, each.call)) {
            ordinals.push_back(ordinal);
        }
    }
    return ordinals;
}

// Those whose void was refused because the money had been taken.
call_ordinals tenders_to_refund(const saga_record& saga) {
    call_ordinals ordinals;
    for (const call_record& each : saga.calls) {
        if (each.call.call == void_payment && each.status == call_status::refused) {
            ordinals.push_back(each.call.ordinal);
        }
    }
    return ordinals;
}

call_ordinals fan_out_of(std::string_view call, const saga_record& saga) {
    if (call == "read_cart") return once_if(!saga.text(variable::cart_id).empty());
    if (call == "quote") return once_if(!saga.text(variable::has_catalog).empty());
    if (call == "authorize_payment") return contract::paying_tenders(saga);
    if (call == "void_payment") return tenders_to_void(saga);
    if (call == "refund_payment") return tenders_to_refund(saga);
    if (call == "cancel_order") {
        return once_if(contract::may_have_happened(saga, {create_order, 0}));
    }
    if (call == "release_inventory") {
        return once_if(contract::may_have_happened(saga, {reserve_inventory, 0}));
    }
    return once_if(true);
}

bool starts_fulfilment(const saga_record& saga) {
    return !saga.text(variable::fulfils).empty();
}

bool order_was_created(const saga_record& saga) {
    const call_record* order = saga.find_call({create_order, 0});
    return order != nullptr && order->status == call_status::done;
}

class checkout_definition final : public definition {
public:
    explicit checkout_definition(const checkout_settings& settings) : settings_(settings) {}

    std::string_view name() const override { return saga_name; }
    std::uint16_t version() const override { return 1; }
    std::string_view id_prefix() const override { return saga_prefix; }
    std::span<const state_spec> states() const override { return table().states; }
    std::span<const fact_name> facts() const override { return table().facts; }
    std::span<const call_spec> calls() const override { return table().calls; }
    std::string diagram() const override { return dsl::mermaid_text(table()); }
    std::vector<rule_text> rules() const override { return dsl::rule_texts(table()); }

    transition decide(const saga_record& saga, fact_name fact) const override {
        transition decided = checkout::decide(saga, fact);
        decided.starts_child = decided.starts_child && starts_fulfilment(saga);
        return decided;
    }
    fact_name started_fact() const override { return table().started; }
    fact_name unknown_fact() const override { return table().unknown; }
    fact_name cancel_fact() const override { return table().cancel; }

    call_ordinals fan_out(const call_spec& call, const saga_record& saga) const override {
        return fan_out_of(call.name.value, saga);
    }
    call_request request(const call_spec& call, call_ordinal ordinal, const saga_record& saga)
        const override {
        return request_of(call, ordinal, saga);
    }
    call_answer read_answer(
        const call_spec& call,
        call_ordinal ordinal,
        const saga_record& saga,
        const backend_answer& answer
    ) const override {
        return answer_of(call, ordinal, saga, answer);
    }
    std::string idempotency_key_of(
        const call_spec& call, call_ordinal ordinal, const saga_record& saga
    ) const override {
        return contract::key_of(saga.id.in_place_text(), call, ordinal);
    }

    std::optional<state_deadline> deadline(const saga_record& saga) const override {
        return next_deadline(saga);
    }
    instant calls_useful_until(const saga_record& saga) const override {
        return useful_until(saga);
    }
    std::string reason_code(const saga_record& saga, fact_name fact, std::string_view code)
        const override {
        return reason_of(saga, fact, code);
    }
    std::optional<child_start> child(const saga_record& saga) const override {
        if (!starts_fulfilment(saga)) return {};
        return fulfilment::start_after(saga);
    }

    // A parcel is its fulfilment's business.
    saga_id listener(const saga_id& id) const override {
        return id.with_prefix(fulfilment::saga_prefix);
    }
    result_or<start_document, start_refusal> read_start(std::string_view body) const override {
        return read_start_request(body, settings_);
    }
    std::string render(const saga_record& saga, std::span<const live_note> notes) const override {
        const id_text order = contract::order_id(saga.id);
        const id_text fulfilment = saga.id.with_prefix(fulfilment::saga_prefix).in_place_text();
        contract::related_ids related;
        if (order_was_created(saga)) related.order = order;
        if (saga.state.value == "completed" && starts_fulfilment(saga)) {
            related.fulfilment = fulfilment;
        }
        return contract::resource_text(saga, related, notes);
    }
    std::span<const announcement> announcements() const override { return table().announcements; }
    std::string announcement_data(const saga_record& saga) const override {
        const id_text checkout = saga.id.in_place_text();
        const id_text order = contract::order_id(saga.id);
        contract::related_ids related{.checkout = checkout};
        if (order_was_created(saga)) related.order = order;
        return contract::announcement_text(saga, related);
    }

private:
    const checkout_settings settings_;
};

}  // namespace

std::unique_ptr<definition> make_definition(const checkout_settings& settings) {
    return std::make_unique<checkout_definition>(settings);
}

}  // namespace makegood::checkout
