#include <catch2/catch.hpp>

#include "sagas/checkout/machine.hpp"
#include "sagas/dsl/laws.hpp"
#include "sagas/fulfilment/machine.hpp"

// Each law holds for a small honest table, and is broken by the one mistake that it is there for.
namespace makegood::testing {
namespace {

namespace laws = dsl::laws;
using dsl::rule_line;

constexpr state_name begun{"begun"}, doing{"doing"}, undoing{"undoing"}, shipped{"shipped"},
    good{"good"}, bad{"bad"}, undone{"undone"};
constexpr fact_name started{"started"}, did{"did"}, undid{"undid"}, do_refused{"do_refused"},
    unknown{"unknown"}, cancelled{"cancelled"}, too_late{"too_late"}, delivered{"delivered"};
constexpr call_name do_it{"do_it"}, undo_it{"undo_it"}, mend{"mend"};
constexpr backend_name shop{"shop"};
constexpr std::size_t question = 1;

// A table that can be bent before it is looked at.
struct bendable_table {
    std::vector<state_spec> states{
        {begun, state_kind::initial},     {doing, state_kind::forward},
        {undoing, state_kind::backward},  {shipped, state_kind::committed},
        {good, state_kind::completed},    {bad, state_kind::failed},
        {undone, state_kind::compensated}};
    std::vector<fact_name> facts{started, did,       undid,    do_refused,
                                 unknown, cancelled, too_late, delivered};
    std::vector<call_spec> calls{
        call_spec{
            .name = do_it, .backend = shop, .key = "do", .on_done = did, .on_refused = do_refused},
        call_spec{
            .name = undo_it,
            .backend = shop,
            .key = "do",
            .undo = true,
            .tries = persistence::persistent,
            .on_done = undid}};
    std::vector<rule_line> rules{
        {.from = begun, .on = started, .to = doing, .emits = do_it},
        {.from = doing,
         .on = did,
         .to = shipped,
         .when = "yes",
         .question = question,
         .answer = 1,
         .answers_count = 2},
        {.from = doing,
         .on = did,
         .to = undoing,
         .emits = undo_it,
         .when = "no",
         .question = question,
         .answer = 0,
         .answers_count = 2},
        {.from = doing, .on = do_refused, .to = bad},
        {.from = doing, .on = unknown, .to = undoing, .emits = undo_it},
        {.from = doing, .on = cancelled, .to = undoing, .emits = undo_it},
        {.from = doing, .on = too_late, .to = undoing, .emits = undo_it},
        {.from = undoing, .on = undid, .to = undone},
        {.from = undoing, .on = cancelled, .ignored = true},
        {.from = shipped, .on = delivered, .to = good}};
    std::vector<announcement> announced{{did, shipped, "toy.shipped"}};

    std::vector<fact_name> reports;

    // With a step that only a person can do, after the pivot.
    void add_task() {
        calls.push_back(
            {.name = mend,
             .backend = {},
             .key = "mend",
             .tries = persistence::persistent,
             .on_done = delivered,
             .parks_as = "broken",
             .task = "mend it"}
        );
        rules[1].emits = mend;
    }
    // Somebody outside may tell that it was delivered.
    void add_report() {
        reports.push_back(delivered);
        for (const state_name each : {doing, undoing, good, bad, undone})
            rules.push_back({.from = each, .on = delivered, .ignored = true});
    }

    dsl::saga_table view() const {
        return {states, facts, calls, rules, started, unknown, cancelled, announced, reports};
    }
};

TEST_CASE("the honest table obeys every law") {
    const bendable_table table;
    CHECK(laws::names_are_declared(table.view()));
    CHECK(laws::one_initial_state_left_by_start(table.view()));
    CHECK(laws::ends_are_final(table.view()));
    CHECK(laws::forward_states_can_be_left(table.view(), too_late));
    CHECK(laws::guards_exclude_each_other(table.view()));
    CHECK(laws::every_state_is_reachable(table.view()));
    CHECK(laws::calls_are_those_of_the_catalogue(table.view()));
    CHECK(laws::every_answer_is_listed(table.view()));
    CHECK(laws::there_is_no_way_back(table.view()));
    CHECK(laws::announcements_are_of_the_way_forward(table.view()));
}

TEST_CASE("a name that is not declared is noticed") {
    bendable_table table;
    SECTION("a state") {
        table.rules[0].to = state_name{"typo"};
    }
    SECTION("a fact") {
        table.rules[3].on = fact_name{"typo"};
    }
    SECTION("a state twice") {
        table.states.push_back(table.states[1]);
    }
    CHECK_FALSE(laws::names_are_declared(table.view()));
}

TEST_CASE("a second beginning is noticed") {
    bendable_table table;
    SECTION("a second initial state") {
        table.states[1].kind = state_kind::initial;
    }
    SECTION("a start that is not the first fact") {
        table.rules[7].on = started;
    }
    CHECK_FALSE(laws::one_initial_state_left_by_start(table.view()));
}

TEST_CASE("an end that is left, and a dead end, are noticed") {
    bendable_table table;
    SECTION("left") {
        table.rules.push_back({.from = good, .on = did, .to = bad});
    }
    SECTION("dead end") {
        table.rules.erase(table.rules.begin() + 7);
    }
    CHECK_FALSE(laws::ends_are_final(table.view()));
}

TEST_CASE("a forward state that cannot be left is noticed") {
    bendable_table table;
    SECTION("no cancel") {
        table.rules.erase(table.rules.begin() + 5);
    }
    SECTION("no deadline") {
        table.rules[6].ignored = true;
    }
    SECTION("neither refusal nor unknown") {
        table.rules.erase(table.rules.begin() + 3, table.rules.begin() + 5);
    }
    CHECK_FALSE(laws::forward_states_can_be_left(table.view(), too_late));
}

TEST_CASE("guards that do not exclude each other, or leave a gap, are noticed") {
    bendable_table table;
    SECTION("unguarded beside guarded") {
        table.rules[1].question = 0;
    }
    SECTION("the same answer twice") {
        table.rules[1].answer = 0;
    }
    SECTION("an answer without a rule") {
        table.rules.erase(table.rules.begin() + 1);
    }
    SECTION("two rules without guards") {
        table.rules.push_back(table.rules[3]);
    }
    CHECK_FALSE(laws::guards_exclude_each_other(table.view()));
}

TEST_CASE("an unreachable state is noticed") {
    bendable_table table;
    table.rules[1].to = undoing;
    CHECK_FALSE(laws::every_state_is_reachable(table.view()));
}

TEST_CASE("a call outside the catalogue, and one that is never made, are noticed") {
    bendable_table table;
    SECTION("outside") {
        table.rules[0].emits = call_name{"typo"};
    }
    SECTION("never made") {
        table.rules[0].emits = {};
    }
    CHECK_FALSE(laws::calls_are_those_of_the_catalogue(table.view()));
}

TEST_CASE("an answer that nobody listens to is noticed") {
    bendable_table table;
    SECTION("done") {
        table.rules[7].on = delivered;
    }
    SECTION("refused") {
        table.rules.erase(table.rules.begin() + 3);
    }
    SECTION("unknown") {
        table.rules.erase(table.rules.begin() + 4);
    }
    CHECK_FALSE(laws::every_answer_is_listed(table.view()));
}

TEST_CASE("a task that is no task is noticed") {
    bendable_table table;
    table.add_task();
    CHECK(laws::tasks_are_for_a_person(table.view()));
    CHECK(laws::calls_are_those_of_the_catalogue(table.view()));
    CHECK(laws::every_answer_is_listed(table.view()));
    call_spec& task = table.calls.back();
    SECTION("it does not say why the saga parks") {
        task.parks_as = {};
    }
    SECTION("it does not say what is to be done") {
        task.task = {};
    }
    SECTION("it can be given up") {
        task.tries = persistence::bounded;
    }
    SECTION("nobody may say that it is done") {
        task.resolvable = false;
    }
    SECTION("it can be refused") {
        task.on_refused = do_refused;
    }
    SECTION("it can wait") {
        task.on_waiting = do_refused;
    }
    SECTION("a backend is asked") {
        task.backend = shop;
    }
    CHECK_FALSE(laws::tasks_are_for_a_person(table.view()));
}

TEST_CASE("a state that does not listen to a report is noticed") {
    bendable_table table;
    table.add_report();
    CHECK(laws::reports_are_always_listed(table.view()));
    table.rules.pop_back();
    CHECK_FALSE(laws::reports_are_always_listed(table.view()));
}

TEST_CASE("a way back is noticed") {
    bendable_table table;
    SECTION("after the pivot") {
        table.rules.push_back({.from = shipped, .on = cancelled, .to = undoing});
    }
    SECTION("forward again") {
        table.rules[7].to = doing;
    }
    CHECK_FALSE(laws::there_is_no_way_back(table.view()));
}

TEST_CASE("an announcement of what cannot happen, of an undo or of a bad end is noticed") {
    bendable_table table;
    SECTION("no rule leads there") {
        table.announced[0].to = doing;
    }
    SECTION("ignored") {
        table.announced[0] = {cancelled, {}, "toy.cancelled"};
    }
    SECTION("twice") {
        table.announced.push_back({did, shipped, "toy.sent"});
    }
    SECTION("an undo") {
        table.announced[0] = {did, undoing, "toy.turned_around"};
    }
    SECTION("a bad end") {
        table.announced[0] = {do_refused, bad, "toy.refused"};
    }
    SECTION("a name of the engine's") {
        table.announced[0].type = "toy.parked";
    }
    CHECK_FALSE(laws::announcements_are_of_the_way_forward(table.view()));
}

// Journals hold these names: a released version never loses or renames one.
TEST_CASE("the state names of released versions are pinned") {
    const auto names = [](const dsl::saga_table& table) {
        std::string text;
        for (const state_spec& each : table.states)
            text.append(each.name.value).append(" ");
        return text;
    };
    CHECK(
        names(checkout::table())
        == "accepted pricing reserving authorizing awaiting_customer ordering confirming "
           "checking_reservation completed failed cancelling_order voiding refunding releasing "
           "compensated "
    );
    CHECK(
        names(fulfilment::table())
        == "accepted capturing shipping clearing_cart notifying awaiting_shipment in_transit "
           "settling_loss settling_return settling_delay completed "
    );
}

// Records hold these texts, and a replay must give the same records.
TEST_CASE("the words of released tasks are pinned") {
    std::string words;
    for (const call_spec& each : fulfilment::table().calls) {
        if (!is_task(each)) continue;
        words.append(each.name.value).append(": ").append(each.parks_as).append(": ");
        words.append(each.task).append("\n");
    }
    CHECK(
        words
        == "settle_loss: shipment_lost: the parcel is lost: send the goods again or pay the money "
           "back, then resolve this call\n"
           "settle_return: shipment_returned: the parcel came back: send it again or pay the money "
           "back, then resolve this call\n"
           "settle_delay: shipment_overdue: nobody has said that the parcel arrived: ask the "
           "carrier and the customer, make it good if it did not, then resolve this call\n"
    );
}

}  // namespace
}  // namespace makegood::testing
