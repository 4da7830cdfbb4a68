#include "engine/replay.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/errand_saga.hpp"

using namespace makegood;

namespace {

definition_registry registry_of_errands() {
    definition_registry registry;
    registry.add(std::make_unique<test::errand_saga>());
    return registry;
}

saga_started start_of_errand() {
    saga_started started;
    started.definition = "errand";
    started.customer = customer_id{"somebody"};
    return started;
}

const saga_id id = saga_id::make("err", 1, 1, {});

}  // namespace

TEST_CASE("a journal that is not whole is refused with the sequence that is missing") {
    const definition_registry registry = registry_of_errands();
    const call_reference buy{*registry.newest("errand")->find_call("buy"), 0};
    std::vector<journal_entry> entries{{1, {}, start_of_errand()}, {3, {}, call_done{buy, {}}}};
    auto folded = replay(registry, id, entries);
    REQUIRE(folded.has_error());
    CHECK(folded.error().at == 2);
    CHECK(replay(registry, id, {}).has_error());
    entries[0].event = call_done{buy, {}};
    CHECK(replay(registry, id, entries).has_error());
    entries = {{1, {}, start_of_errand()}, {2, {}, start_of_errand()}};
    CHECK(replay(registry, id, entries).error().at == 2);
}

TEST_CASE("a journal of a version that this binary does not know is refused by name") {
    const definition_registry registry = registry_of_errands();
    saga_started started = start_of_errand();
    started.version = 9;
    const std::vector<journal_entry> entries{{1, {}, started}};
    const auto folded = replay(registry, id, entries);
    REQUIRE(folded.has_error());
    CHECK(folded.error().detail == "this binary does not know the saga errand version 9");
}

TEST_CASE("replay shows every entry with where it came from and what it opened") {
    const definition_registry registry = registry_of_errands();
    const call_reference buy{*registry.newest("errand")->find_call("buy"), 0};
    const std::vector<journal_entry> entries{
        {1, instant{}, start_of_errand()},
        {2, instant{}, call_failed{buy, "503", instant{}, false}},
        {3, instant{}, call_refused{buy, "sold_out", "none left"}},
    };
    std::vector<std::string> seen;
    const auto folded = replay(registry, id, entries, [&](const replayed_entry& each) {
        seen.push_back(
            entry_name(each.entry, each.outcome) + " " + std::string(each.from.value) + " -> "
            + std::string(each.after.state.value)
        );
    });
    REQUIRE(folded.has_value());
    // The only purchase was refused, so there is nothing to give back: two arrows in one entry.
    CHECK(seen == std::vector<std::string>{
              "started begun -> buying", "attempt_failed buying -> buying",
              "sold_out buying -> returned"});
    CHECK(folded->reason->code == "sold_out");
    CHECK(folded->reason->detail == "none left");
}

TEST_CASE("what might have happened can be supposed at any point") {
    const definition_registry registry = registry_of_errands();
    const std::vector<journal_entry> entries{{1, instant{}, start_of_errand()}};
    const saga_record saga = *replay(registry, id, entries);
    CHECK(std::holds_alternative<call_done>(*suppose(saga, "bought")));
    CHECK(std::holds_alternative<call_refused>(*suppose(saga, "sold_out")));
    CHECK(std::holds_alternative<call_waiting>(*suppose(saga, "asked_back")));
    CHECK(std::holds_alternative<call_exhausted>(*suppose(saga, "outcome_unknown")));
    CHECK(std::holds_alternative<operator_acted>(*suppose(saga, "cancel_requested")));
    CHECK(std::holds_alternative<timer_fired>(*suppose(saga, "shop_closed")));
    CHECK(suppose(saga, "paid").error() == "in state buying no open call could lead to 'paid'");
    CHECK(suppose(saga, "nonsense").error() == "the saga errand knows no fact 'nonsense'");
}
