#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/step.hpp"
#include "shop.hpp"

namespace makegood::testing {

// What a test starts with.
struct scenario {
    std::string body = one_card_body();
    checkout_settings settings;
};

// A script that reads like the transition table:
//     saga_test().given(started).expects(reserve_inventory).when(inventory_reserved)...
// Every fact comes about as in production: a backend's answer is read by the definition, becomes an
// event, and step() applies it. Each expectation fails with what the saga did instead. For one test
// case.
class saga_test {
public:
    explicit saga_test(scenario played = {});

    // Applies the start. The fact is spelled out because scripts begin with it.
    saga_test& given(fact_name started);
    // Exactly these calls were opened by the last fact, in this order. "void_payment:2" names one
    // of several.
    template <typename... Calls>
    saga_test& expects(const Calls&... calls) {
        return expects_calls({text_of(calls)...});
    }
    saga_test& expects_nothing() { return expects_calls({}); }
    // Makes the fact happen: through the open call that yields it, a timer, a signal or a person.
    saga_test& when(fact_name fact);
    // The same, of one call of a fan-out.
    saga_test& when(fact_name fact, call_ordinal ordinal);
    // A backend answers the open call of that name.
    saga_test& when_answered(call_name call, backend_answer answer, call_ordinal ordinal = 0);
    saga_test& at(state_name state);
    saga_test& ends(state_name state);
    saga_test& with_reason(std::string_view code);
    // From here on the clock stands at `offset` after the start.
    saga_test& after(duration offset);

    // What became of each way of failing at each step of the script so far, one line each:
    // `authorizing outcome_unknown: void_payment release_inventory -> compensated
    // (outcome_unknown)`.
    [[nodiscard]] std::string fails_at_every_step() const;

    [[nodiscard]] const saga_record& saga() const { return saga_; }
    [[nodiscard]] const step_outcome& outcome() const { return outcome_; }
    // Folding the journal gives this very record.
    void replays() const;

    void apply(event happened);
    // The event that brings the fact about now; nothing when no open call, timer or person can.
    [[nodiscard]] std::optional<event> event_for(
        fact_name fact, std::optional<call_ordinal> ordinal = {}
    ) const;

private:
    struct script_line {
        fact_name fact;
        std::optional<call_ordinal> ordinal;
    };

    static std::string text_of(call_name call) { return std::string(call.value); }
    static std::string text_of(std::string_view call) { return std::string(call); }
    saga_test& expects_calls(const std::vector<std::string>& calls);
    saga_test replayed_to(std::size_t lines) const;
    std::string undo_line(fact_name failure) const;

    scenario played_;
    std::shared_ptr<const definition_registry> registry_;
    const definition* definition_ = nullptr;
    saga_record saga_;
    step_outcome outcome_;
    std::vector<journal_entry> journal_;
    std::vector<script_line> script_;
    instant now_ = start_time;
};

// "void_payment", or "void_payment:2".
[[nodiscard]] std::string text_of(const call_reference& call);

// The words of the tables, so that scripts read like them.
inline namespace words {
inline constexpr fact_name started{"started"}, cart_read{"cart_read"}, quoted{"quoted"},
    pricing_refused{"pricing_refused"}, inventory_reserved{"inventory_reserved"},
    inventory_refused{"inventory_refused"}, payment_authorized{"payment_authorized"},
    payment_needs_customer{"payment_needs_customer"}, payment_refused{"payment_refused"},
    order_created{"order_created"}, order_refused{"order_refused"},
    inventory_confirmed{"inventory_confirmed"}, confirm_refused{"confirm_refused"},
    reservation_read{"reservation_read"}, order_cancelled{"order_cancelled"},
    payment_voided{"payment_voided"}, payment_already_captured{"payment_already_captured"},
    payment_refunded{"payment_refunded"}, inventory_released{"inventory_released"},
    outcome_unknown{"outcome_unknown"}, cancel_requested{"cancel_requested"},
    deadline_passed{"deadline_passed"}, reservation_expired{"reservation_expired"};
inline constexpr call_name read_cart{"read_cart"}, quote{"quote"},
    reserve_inventory{"reserve_inventory"}, authorize_payment{"authorize_payment"},
    create_order{"create_order"}, confirm_inventory{"confirm_inventory"},
    read_reservation{"read_reservation"}, cancel_order{"cancel_order"},
    void_payment{"void_payment"}, refund_payment{"refund_payment"},
    release_inventory{"release_inventory"};
inline constexpr state_name pricing{"pricing"}, reserving{"reserving"}, authorizing{"authorizing"},
    awaiting_customer{"awaiting_customer"}, ordering{"ordering"}, confirming{"confirming"},
    checking_reservation{"checking_reservation"}, completed{"completed"}, failed{"failed"},
    cancelling_order{"cancelling_order"}, voiding{"voiding"}, refunding{"refunding"},
    releasing{"releasing"}, compensated{"compensated"};
}  // namespace words

}  // namespace makegood::testing
