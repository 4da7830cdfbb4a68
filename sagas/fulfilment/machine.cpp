#include "sagas/fulfilment/machine.hpp"

#include <array>

#include "sagas/contract/variable_names.hpp"
#include "sagas/dsl/laws.hpp"
#include "sagas/dsl/machine.hpp"
#include "sagas/fulfilment/calls.hpp"
#include "sagas/fulfilment/questions.hpp"

namespace makegood::dsl {
template <>
inline constexpr std::size_t answers_count<fulfilment::parcel> = 5;
}  // namespace makegood::dsl

namespace makegood::fulfilment {
namespace {

using namespace dsl;
using kind = state_kind;

using accepted = state<"accepted", kind::initial>;
using capturing = state<"capturing", kind::committed>;
using shipping = state<"shipping", kind::committed>;
using clearing_cart = state<"clearing_cart", kind::committed>;
using notifying = state<"notifying", kind::committed>;
using awaiting_shipment = state<"awaiting_shipment", kind::committed>;
using in_transit = state<"in_transit", kind::committed>;
using settling_loss = state<"settling_loss", kind::committed>;
using settling_return = state<"settling_return", kind::committed>;
using settling_delay = state<"settling_delay", kind::committed>;
using completed = state<"completed", kind::completed>;

using started = fact<"started">;
using payment_captured = fact<"payment_captured">;
using shipment_requested = fact<"shipment_requested">;
using cart_cleared = fact<"cart_cleared">;
using customer_notified = fact<"customer_notified">;
using shipped = fact<"shipped">;
using delivered = fact<"delivered">;
using lost = fact<"lost">;
using returned = fact<"returned">;
using delivery_overdue = fact<"delivery_overdue">;
using shipment_settled = fact<"shipment_settled">;
using outcome_unknown = fact<"outcome_unknown">;
using cancel_requested = fact<"cancel_requested">;

using capture_payment = call<"capture_payment">;
using request_shipment = call<"request_shipment">;
using clear_cart = call<"clear_cart">;
using notify = call<"notify">;
using settle_loss = call<"settle_loss">;
using settle_return = call<"settle_return">;
using settle_delay = call<"settle_delay">;

using nothing_awaited = guard<"no parcel awaited", standing_of_parcel, parcel::not_awaited>;
using nothing_heard = guard<"nothing heard", standing_of_parcel, parcel::not_heard_of>;
using shipped_before = guard<"shipped before", standing_of_parcel, parcel::in_transit>;
using lost_before = guard<"lost before", standing_of_parcel, parcel::lost>;
using returned_before = guard<"returned before", standing_of_parcel, parcel::returned>;

// Facts and states that a line of the table treats alike.
using told = any_of<shipped, delivered, lost, returned>;
using working = any_of<capturing, shipping, clearing_cart, notifying>;
using waiting = any_of<awaiting_shipment, in_transit>;
using settling = any_of<settling_loss, settling_return, settling_delay>;
using parcel_missing = any_of<awaiting_shipment, in_transit, settling_delay>;
using parcel_out = any_of<awaiting_shipment, in_transit, settling_delay, settling_loss>;
using parcel_open =
    any_of<awaiting_shipment, in_transit, settling_delay, settling_loss, settling_return>;
using old_news_of_return = any_of<lost, returned>;
using shipped_already = any_of<in_transit, settling_loss, settling_return, settling_delay>;

// clang-format off
using transition_table = boost::mp11::mp_list<
//      from               on                    to                  emits                    when
rule<   accepted         , started             , capturing         , emit<capture_payment>                   >,
rule<   capturing        , payment_captured    , shipping          , emit<request_shipment>                  >,
rule<   shipping         , shipment_requested  , clearing_cart     , emit<clear_cart>                        >,
rule<   clearing_cart    , cart_cleared        , notifying         , emit<notify>                            >,
rule<   notifying        , customer_notified   , completed         , emit<>                , nothing_awaited >,
rule<   notifying        , customer_notified   , awaiting_shipment , emit<>                , nothing_heard   >,
rule<   notifying        , customer_notified   , in_transit        , emit<>                , shipped_before  >,
rule<   notifying        , customer_notified   , settling_loss     , emit<settle_loss>     , lost_before     >,
rule<   notifying        , customer_notified   , settling_return   , emit<settle_return>   , returned_before >,
rule<   awaiting_shipment, shipped             , in_transit                                                  >,
rule<   parcel_missing   , lost                , settling_loss     , emit<settle_loss>                       >,
rule<   parcel_out       , returned            , settling_return   , emit<settle_return>                     >,
rule<   parcel_open      , delivered           , completed                                                   >,
rule<   waiting          , delivery_overdue    , settling_delay    , emit<settle_delay>                      >,
rule<   settling         , shipment_settled    , completed                                                   >,
ignored<working          , told                                                                              >,
ignored<shipped_already  , shipped                                                                           >,
ignored<settling_loss    , lost                                                                              >,
ignored<settling_return  , old_news_of_return                                                                >,
ignored<completed        , told                                                                              >,
ignored<working          , cancel_requested                                                                  >,
ignored<parcel_open      , cancel_requested                                                                  >>;
// clang-format on

using states = boost::mp11::mp_list<
    accepted,
    capturing,
    shipping,
    clearing_cart,
    notifying,
    awaiting_shipment,
    in_transit,
    settling_loss,
    settling_return,
    settling_delay,
    completed>;
using facts = boost::mp11::mp_list<
    started,
    payment_captured,
    shipment_requested,
    cart_cleared,
    customer_notified,
    shipped,
    delivered,
    lost,
    returned,
    delivery_overdue,
    shipment_settled,
    outcome_unknown,
    cancel_requested>;

// What somebody outside may tell of.
constexpr std::array reports{shipped::name, delivered::name, lost::name, returned::name};

// What others are told of it on its way. What was told to us before everything was done is passed
// on when it is.
constexpr std::array announced{
    announcement{started::name, capturing::name, "fulfilment.accepted"},
    announcement{payment_captured::name, shipping::name, "fulfilment.payment_captured"},
    announcement{shipment_requested::name, clearing_cart::name, "fulfilment.shipment_requested"},
    announcement{shipped::name, in_transit::name, "fulfilment.shipped"},
    announcement{
        customer_notified::name, in_transit::name, "fulfilment.shipped",
        contract::variable::shipment_shipped},
    announcement{delivered::name, completed::name, "fulfilment.delivered"},
    announcement{
        customer_notified::name, completed::name, "fulfilment.delivered",
        contract::variable::shipment_delivered},
    announcement{lost::name, settling_loss::name, "fulfilment.lost"},
    announcement{
        customer_notified::name, settling_loss::name, "fulfilment.lost",
        contract::variable::shipment_lost},
    announcement{returned::name, settling_return::name, "fulfilment.returned"},
    announcement{
        customer_notified::name, settling_return::name, "fulfilment.returned",
        contract::variable::shipment_returned},
};

constexpr auto declared_states = states_of(states{});
constexpr auto declared_facts = facts_of(facts{});
constexpr auto rules = lines_of(expanded<transition_table>{});
constexpr saga_table fulfilment_table{
    declared_states,       declared_facts,         catalogue, rules,  started::name,
    outcome_unknown::name, cancel_requested::name, announced, reports};

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
static_assert(
    laws::reports_are_always_listed(fulfilment_table),
    "what may be told from outside may be told at any time"
);
static_assert(
    laws::tasks_are_for_a_person(fulfilment_table),
    "a task says what it is, cannot be given up, and ends with a person's word"
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
