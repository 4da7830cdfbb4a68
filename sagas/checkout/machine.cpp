#include "sagas/checkout/machine.hpp"

#include <array>

#include "sagas/checkout/calls.hpp"
#include "sagas/checkout/questions.hpp"
#include "sagas/dsl/laws.hpp"
#include "sagas/dsl/machine.hpp"

namespace makegood::dsl {
template <>
inline constexpr std::size_t answers_count<checkout::reservation_standing> = 3;
}  // namespace makegood::dsl

namespace makegood::checkout {
namespace {

using namespace dsl;
using kind = state_kind;

using accepted = state<"accepted", kind::initial>;
using pricing = state<"pricing", kind::forward>;
using reserving = state<"reserving", kind::forward>;
using authorizing = state<"authorizing", kind::forward>;
using awaiting_customer = state<"awaiting_customer", kind::waiting>;
using ordering = state<"ordering", kind::forward>;
using confirming = state<"confirming", kind::pivoting>;
using checking_reservation = state<"checking_reservation", kind::pivoting>;
using completed = state<"completed", kind::completed>;
using failed = state<"failed", kind::failed>;
using cancelling_order = state<"cancelling_order", kind::backward>;
using voiding = state<"voiding", kind::backward>;
using refunding = state<"refunding", kind::backward>;
using releasing = state<"releasing", kind::backward>;
using compensated = state<"compensated", kind::compensated>;

using started = fact<"started">;
using cart_read = fact<"cart_read">;
using quoted = fact<"quoted">;
using pricing_refused = fact<"pricing_refused">;
using inventory_reserved = fact<"inventory_reserved">;
using inventory_refused = fact<"inventory_refused">;
using payment_authorized = fact<"payment_authorized">;
using payment_needs_customer = fact<"payment_needs_customer">;
using payment_refused = fact<"payment_refused">;
using order_created = fact<"order_created">;
using order_refused = fact<"order_refused">;
using inventory_confirmed = fact<"inventory_confirmed">;
using confirm_refused = fact<"confirm_refused">;
using reservation_read = fact<"reservation_read">;
using order_cancelled = fact<"order_cancelled">;
using payment_voided = fact<"payment_voided">;
using payment_already_captured = fact<"payment_already_captured">;
using payment_refunded = fact<"payment_refunded">;
using inventory_released = fact<"inventory_released">;
using outcome_unknown = fact<"outcome_unknown">;
using cancel_requested = fact<"cancel_requested">;
using deadline_passed = fact<"deadline_passed">;
using reservation_expired = fact<"reservation_expired">;

using read_cart = call<"read_cart">;
using quote = call<"quote">;
using reserve_inventory = call<"reserve_inventory">;
using authorize_payment = call<"authorize_payment">;
using create_order = call<"create_order">;
using confirm_inventory = call<"confirm_inventory">;
using read_reservation = call<"read_reservation">;
using cancel_order = call<"cancel_order">;
using void_payment = call<"void_payment">;
using refund_payment = call<"refund_payment">;
using release_inventory = call<"release_inventory">;

using price_agreed = guard<"price agreed", price_is_agreed, true>;
using price_differs = guard<"price differs", price_is_agreed, false>;
using time_left = guard<"time left", enough_time_is_left, true>;
using too_late = guard<"too late", enough_time_is_left, false>;
using money_held = guard<"money may be held", money_may_be_held, true>;
using no_money_held = guard<"no money held", money_may_be_held, false>;
using is_confirmed = guard<"confirmed", standing_of_reservation, reservation_standing::confirmed>;
using is_held = guard<"held", standing_of_reservation, reservation_standing::held>;
using is_lost = guard<"lost", standing_of_reservation, reservation_standing::lost>;

// Facts and states that a line of the table treats alike.
using no_price = any_of<pricing_refused, outcome_unknown, cancel_requested, deadline_passed>;
using given_up = any_of<outcome_unknown, cancel_requested, deadline_passed>;
using turned_around =
    any_of<outcome_unknown, cancel_requested, deadline_passed, reservation_expired>;
using not_paid = any_of<payment_refused, cancel_requested, deadline_passed, reservation_expired>;
using silence = any_of<outcome_unknown, reservation_expired>;
using called_off = any_of<cancel_requested, deadline_passed>;
using called_off_late = any_of<cancel_requested, deadline_passed, reservation_expired>;
using settling = any_of<checking_reservation, cancelling_order, voiding, refunding, releasing>;

// clang-format off
using transition_table = boost::mp11::mp_list<
//      from                  on                        to                    emits                    when
rule<   accepted            , started                 , pricing             , emit<read_cart>                       >,
rule<   pricing             , cart_read               , pricing             , emit<quote>                           >,
rule<   pricing             , quoted                  , reserving           , emit<reserve_inventory>, price_agreed >,
rule<   pricing             , quoted                  , failed              , emit<>                 , price_differs>,
rule<   pricing             , no_price                , failed                                                      >,
rule<   reserving           , inventory_reserved      , authorizing         , emit<authorize_payment>, time_left    >,
rule<   reserving           , inventory_reserved      , releasing           , emit<release_inventory>, too_late     >,
rule<   reserving           , inventory_refused       , failed                                                      >,
rule<   reserving           , given_up                , releasing           , emit<release_inventory>               >,
rule<   authorizing         , payment_authorized      , ordering            , emit<create_order>                    >,
rule<   authorizing         , payment_needs_customer  , awaiting_customer                                           >,
rule<   authorizing         , payment_refused         , voiding             , emit<void_payment>     , money_held   >,
rule<   authorizing         , payment_refused         , releasing           , emit<release_inventory>, no_money_held>,
rule<   authorizing         , turned_around           , voiding             , emit<void_payment>                    >,
rule<   awaiting_customer   , payment_authorized      , ordering            , emit<create_order>                    >,
rule<   awaiting_customer   , not_paid                , voiding             , emit<void_payment>                    >,
rule<   ordering            , order_created           , confirming          , emit<confirm_inventory>               >,
rule<   ordering            , order_refused           , voiding             , emit<void_payment>                    >,
rule<   ordering            , turned_around           , cancelling_order    , emit<cancel_order>                    >,
rule<   confirming          , inventory_confirmed     , completed           , emit<start_child>                     >,
rule<   confirming          , confirm_refused         , cancelling_order    , emit<cancel_order>                    >,
rule<   confirming          , silence                 , checking_reservation, emit<read_reservation>                >,
rule<   checking_reservation, reservation_read        , completed           , emit<start_child>      , is_confirmed >,
rule<   checking_reservation, reservation_read        , confirming          , emit<confirm_inventory>, is_held      >,
rule<   checking_reservation, reservation_read        , cancelling_order    , emit<cancel_order>     , is_lost      >,
rule<   cancelling_order    , order_cancelled         , voiding             , emit<void_payment>                    >,
rule<   voiding             , payment_voided          , releasing           , emit<release_inventory>               >,
rule<   voiding             , payment_already_captured, refunding           , emit<refund_payment>                  >,
rule<   refunding           , payment_refunded        , releasing           , emit<release_inventory>               >,
rule<   releasing           , inventory_released      , compensated                                                 >,
ignored<confirming          , called_off                                                                            >,
ignored<settling            , called_off_late                                                                       >>;
// clang-format on

using states = boost::mp11::mp_list<
    accepted,
    pricing,
    reserving,
    authorizing,
    awaiting_customer,
    ordering,
    confirming,
    checking_reservation,
    completed,
    failed,
    cancelling_order,
    voiding,
    refunding,
    releasing,
    compensated>;
using facts = boost::mp11::mp_list<
    started,
    cart_read,
    quoted,
    pricing_refused,
    inventory_reserved,
    inventory_refused,
    payment_authorized,
    payment_needs_customer,
    payment_refused,
    order_created,
    order_refused,
    inventory_confirmed,
    confirm_refused,
    reservation_read,
    order_cancelled,
    payment_voided,
    payment_already_captured,
    payment_refunded,
    inventory_released,
    outcome_unknown,
    cancel_requested,
    deadline_passed,
    reservation_expired>;

// What others are told of it on its way. A fact that leads elsewhere, such as a reservation that
// came too late, is none of these: the end tells of it.
constexpr std::array announced{
    announcement{started::name, pricing::name, "checkout.accepted"},
    announcement{inventory_reserved::name, authorizing::name, "checkout.inventory_reserved"},
    announcement{
        payment_needs_customer::name, awaiting_customer::name, "checkout.awaiting_customer"},
    announcement{payment_authorized::name, ordering::name, "checkout.payment_authorized"},
    announcement{order_created::name, confirming::name, "checkout.order_created"},
};

constexpr auto declared_states = states_of(states{});
constexpr auto declared_facts = facts_of(facts{});
constexpr auto rules = lines_of(expanded<transition_table>{});
constexpr saga_table checkout_table{
    declared_states,       declared_facts,         catalogue, rules, started::name,
    outcome_unknown::name, cancel_requested::name, announced};

static_assert(
    laws::names_are_declared(checkout_table),
    "every state and fact that a rule uses is declared, once"
);
static_assert(
    laws::one_initial_state_left_by_start(checkout_table),
    "there is one initial state, and only the start leaves it"
);
static_assert(
    laws::ends_are_final(checkout_table),
    "the states that no rule leaves are exactly the declared ends"
);
static_assert(
    laws::forward_states_can_be_left(checkout_table, deadline_passed::name),
    "before the pivot every state turns around on a cancel, the deadline, and a refusal or silence"
);
static_assert(
    laws::guards_exclude_each_other(checkout_table),
    "the guards of one state and fact are the different answers to one question, all of them"
);
static_assert(
    laws::every_state_is_reachable(checkout_table),
    "every state can be reached from the initial one"
);
static_assert(
    laws::calls_are_those_of_the_catalogue(checkout_table),
    "the calls that rules emit are exactly those of the catalogue"
);
static_assert(
    laws::every_answer_is_listed(checkout_table),
    "where a call runs, every fact that its answer can be is listed"
);
static_assert(
    laws::tasks_are_for_a_person(checkout_table),
    "a task says what it is, cannot be given up, and ends with a person's word"
);
static_assert(
    laws::there_is_no_way_back(checkout_table),
    "nobody turns back after the pivot, and whoever is being undone never goes forward again"
);
static_assert(
    laws::announcements_are_of_the_way_forward(checkout_table),
    "what is announced is where a rule leads on the way forward, once"
);

using machine = table_machine<transition_table, states, facts>;

}  // namespace

const dsl::saga_table& table() {
    return checkout_table;
}

transition decide(const saga_record& saga, fact_name fact) {
    return machine::decide(saga, fact);
}

}  // namespace makegood::checkout
