#include "sagas/fulfilment/machine.hpp"

#include <array>

#include "sagas/dsl/laws.hpp"
#include "sagas/dsl/machine.hpp"
#include "sagas/fulfilment/calls.hpp"

namespace makegood::fulfilment {
namespace {

using namespace dsl;
using kind = state_kind;

using accepted = state<"accepted", kind::initial>;
using capturing = state<"capturing", kind::committed>;
using shipping = state<"shipping", kind::committed>;
using clearing_cart = state<"clearing_cart", kind::committed>;
using notifying = state<"notifying", kind::committed>;
using completed = state<"completed", kind::completed>;

using started = fact<"started">;
using payment_captured = fact<"payment_captured">;
using shipment_requested = fact<"shipment_requested">;
using cart_cleared = fact<"cart_cleared">;
using customer_notified = fact<"customer_notified">;
using outcome_unknown = fact<"outcome_unknown">;
using cancel_requested = fact<"cancel_requested">;

using capture_payment = call<"capture_payment">;
using request_shipment = call<"request_shipment">;
using clear_cart = call<"clear_cart">;
using notify = call<"notify">;

using under_way = any_of<capturing, shipping, clearing_cart, notifying>;

// clang-format off
using transition_table = boost::mp11::mp_list<
//      from            on                   to              emits
rule<   accepted      , started            , capturing     , emit<capture_payment>  >,
rule<   capturing     , payment_captured   , shipping      , emit<request_shipment> >,
rule<   shipping      , shipment_requested , clearing_cart , emit<clear_cart>       >,
rule<   clearing_cart , cart_cleared       , notifying     , emit<notify>           >,
rule<   notifying     , customer_notified  , completed                              >,
ignored<under_way     , cancel_requested                                            >>;
// clang-format on

using states =
    boost::mp11::mp_list<accepted, capturing, shipping, clearing_cart, notifying, completed>;
using facts = boost::mp11::mp_list<
    started,
    payment_captured,
    shipment_requested,
    cart_cleared,
    customer_notified,
    outcome_unknown,
    cancel_requested>;

// What others are told of it on its way.
constexpr std::array announced{
    announcement{started::name, capturing::name, "fulfilment.accepted"},
    announcement{payment_captured::name, shipping::name, "fulfilment.payment_captured"},
    announcement{shipment_requested::name, clearing_cart::name, "fulfilment.shipment_requested"},
};

constexpr auto declared_states = states_of(states{});
constexpr auto declared_facts = facts_of(facts{});
constexpr auto rules = lines_of(expanded<transition_table>{});
constexpr saga_table fulfilment_table{
    declared_states,       declared_facts,         catalogue, rules, started::name,
    outcome_unknown::name, cancel_requested::name, announced};

static_assert(
    laws::names_are_declared(fulfilment_table),
    "every state and fact that a rule uses is declared, once"
);
static_assert(
    laws::one_initial_state_left_by_start(fulfilment_table),
    "there is one initial state, and only the start leaves it"
);
static_assert(
    laws::ends_are_final(fulfilment_table),
    "the states that no rule leaves are exactly the declared ends"
);
static_assert(
    laws::guards_exclude_each_other(fulfilment_table),
    "the guards of one state and fact are the different answers to one question, all of them"
);
static_assert(
    laws::every_state_is_reachable(fulfilment_table),
    "every state can be reached from the initial one"
);
static_assert(
    laws::calls_are_those_of_the_catalogue(fulfilment_table),
    "the calls that rules emit are exactly those of the catalogue"
);
static_assert(
    laws::every_answer_is_listed(fulfilment_table),
    "where a call runs, every fact that its answer can be is listed"
);
static_assert(laws::there_is_no_way_back(fulfilment_table), "nobody turns back after the pivot");
static_assert(
    laws::announcements_are_of_the_way_forward(fulfilment_table),
    "what is announced is where a rule leads on the way forward, once"
);

using machine = table_machine<transition_table, states, facts>;

}  // namespace

const dsl::saga_table& table() {
    return fulfilment_table;
}

transition decide(const saga_record& saga, fact_name fact) {
    return machine::decide(saga, fact);
}

}  // namespace makegood::fulfilment
