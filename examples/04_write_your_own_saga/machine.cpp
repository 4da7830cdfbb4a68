#include "examples/04_write_your_own_saga/machine.hpp"

#include "sagas/dsl/laws.hpp"
#include "sagas/dsl/machine.hpp"

// All that the saga decides: its table and the catalogue of its calls. Names go into journals:
// choose them once.
namespace delivery_slot {
namespace {

using namespace makegood;
using namespace makegood::dsl;
using kind = state_kind;

using accepted = state<"accepted", kind::initial>;
using booking = state<"booking", kind::forward>;
using charging = state<"charging", kind::forward>;
using refunding = state<"refunding", kind::backward>;
using freeing = state<"freeing", kind::backward>;
using booked = state<"booked", kind::completed>;
using failed = state<"failed", kind::failed>;
using freed = state<"freed", kind::compensated>;

using started = fact<"started">;
using slot_booked = fact<"slot_booked">;
using slot_taken = fact<"slot_taken">;
using fee_charged = fact<"fee_charged">;
using fee_refused = fact<"fee_refused">;
using fee_refunded = fact<"fee_refunded">;
using slot_freed = fact<"slot_freed">;
using outcome_unknown = fact<"outcome_unknown">;
using cancel_requested = fact<"cancel_requested">;
using deadline_passed = fact<"deadline_passed">;

using given_up = any_of<outcome_unknown, cancel_requested, deadline_passed>;

// clang-format off
using transition_table = boost::mp11::mp_list<
//      from       on             to          emits
rule  < accepted , started      , booking   , emit<call<"book_slot">>  >,
rule  < booking  , slot_booked  , charging  , emit<call<"charge_fee">> >,
rule  < booking  , slot_taken   , failed                               >,
rule  < booking  , given_up     , freeing   , emit<call<"free_slot">>  >,
rule  < charging , fee_charged  , booked                               >,
rule  < charging , fee_refused  , freeing   , emit<call<"free_slot">>  >,
rule  < charging , given_up     , refunding , emit<call<"refund_fee">> >,
rule  < refunding, fee_refunded , freeing   , emit<call<"free_slot">>  >,
rule  < freeing  , slot_freed   , freed                                >,
ignored<any_of<refunding, freeing>, any_of<cancel_requested, deadline_passed>>>;
// clang-format on

using states =
    boost::mp11::mp_list<accepted, booking, charging, refunding, freeing, booked, failed, freed>;
using facts = boost::mp11::mp_list<
    started,
    slot_booked,
    slot_taken,
    fee_charged,
    fee_refused,
    fee_refunded,
    slot_freed,
    outcome_unknown,
    cancel_requested,
    deadline_passed>;

// An undo shares the key of what it undoes, and is tried for ever.
constexpr call_spec doing(std::string_view name, fact_name done, fact_name refused) {
    return {
        .name = call_name{name},
        .backend = backend_name{"delivery"},
        .key = name,
        .on_done = done,
        .on_refused = refused};
}
constexpr call_spec undoing(std::string_view name, std::string_view undone, fact_name done) {
    return {
        .name = call_name{name},
        .backend = backend_name{"delivery"},
        .key = undone,
        .undo = true,
        .tries = persistence::persistent,
        .on_done = done};
}
constexpr std::array catalogue{
    doing("book_slot", slot_booked::name, slot_taken::name),
    doing("charge_fee", fee_charged::name, fee_refused::name),
    undoing("refund_fee", "charge_fee", fee_refunded::name),
    undoing("free_slot", "book_slot", slot_freed::name)};

constexpr auto declared_states = states_of(states{});
constexpr auto declared_facts = facts_of(facts{});
constexpr auto rules = lines_of(expanded<transition_table>{});
constexpr saga_table slot_table{
    declared_states,       declared_facts,        catalogue, rules, started::name,
    outcome_unknown::name, cancel_requested::name};

// Leave out a row of the table, and one of these says so.
static_assert(laws::ends_are_final(slot_table));
static_assert(laws::forward_states_can_be_left(slot_table, deadline_passed::name));
static_assert(laws::every_answer_is_listed(slot_table));
static_assert(laws::there_is_no_way_back(slot_table));

using machine = table_machine<transition_table, states, facts>;

}  // namespace

const saga_table& table() {
    return slot_table;
}

transition decide(const saga_record& saga, fact_name fact) {
    return machine::decide(saga, fact);
}

}  // namespace delivery_slot
