#include <catch2/catch.hpp>

#include "tests/engine/workbench.hpp"

using namespace makegood;
using namespace std::chrono_literals;
using test::workbench;
using names = std::vector<std::string>;

// What others say of a saga, at whatever time; and tasks, which only a person can do.
namespace {

refusal told(workbench& bench, const saga_id& id, std::string fact) {
    variables learnt;
    learnt.set(fact, std::string("1"));
    learnt.set("told_by", "the neighbours of " + fact);
    return bench.asked(id, fact_reported{std::move(fact), learnt, "the neighbours", "they rang"});
}

refusal resolves(workbench& bench, const saga_id& id, bool needed = true) {
    return bench.asked(id, resolve_request{"search", needed, "ann", "it was there"});
}

void answer(workbench& bench, std::string_view call) {
    bench.answer(call, 200);
    bench.settle();
}

saga_id thanking(workbench& bench) {
    const saga_id id = bench.started();
    answer(bench, "buy");
    answer(bench, "pay");
    REQUIRE(bench.record(id).state.value == "thanking");
    return id;
}

saga_id searching(workbench& bench) {
    const saga_id id = thanking(bench);
    REQUIRE(told(bench, id, "missing") == refusal::none);
    REQUIRE(bench.record(id).state.value == "searching");
    answer(bench, "thank");  // is not waited for any more
    return id;
}

engine_options announcing() {
    engine_options options;
    options.writes_outbox = true;
    return options;
}

}  // namespace

TEST_CASE("a report that is waited for leads on, and what it says is kept") {
    workbench bench;
    const saga_id id = searching(bench);
    CHECK(bench.record(id).text("told_by") == "the neighbours of missing");
    CHECK(bench.journal(id).back() == "missing");
    CHECK(told(bench, id, "turned_up") == refusal::none);
    CHECK(bench.record(id).status() == saga_status::completed);
    CHECK(bench.record(id).find_call({call_name{"search"}, 0})->status == call_status::abandoned);
    CHECK_FALSE(bench.record(id).parked);
}

TEST_CASE("a report that comes before the saga is ready for it is not lost") {
    workbench bench;
    const saga_id id = bench.started();
    CHECK(told(bench, id, "missing") == refusal::none);
    CHECK(bench.record(id).state.value == "buying");
    bench.restart();
    for (const std::string_view call : {"buy", "pay", "thank"})
        answer(bench, call);
    CHECK(bench.record(id).state.value == "searching");
    CHECK(bench.engine->counters().violations == 0);
}

TEST_CASE("a report that comes twice, late or after the end is done, and changes nothing") {
    workbench bench;
    const saga_id id = searching(bench);
    CHECK(told(bench, id, "missing") == refusal::none);
    CHECK(bench.record(id).state.value == "searching");
    REQUIRE(resolves(bench, id) == refusal::none);
    const instant ended = bench.record(id).updated_at;
    bench.advance(5ms);
    CHECK(told(bench, id, "turned_up") == refusal::none);
    CHECK(bench.record(id).status() == saga_status::completed);
    CHECK(bench.record(id).updated_at == ended);
    CHECK(bench.journal(id).back() == "turned_up");
}

TEST_CASE("nobody's word is taken for what only the saga knows, nor of a saga that does not listen"
) {
    workbench bench;
    variables inputs;
    SECTION("a fact that is not told from outside") {
        const saga_id id = bench.started();
        CHECK(told(bench, id, "bought") == refusal::report_not_expected);
        CHECK(told(bench, id, "nonsense") == refusal::report_not_expected);
        CHECK(bench.record(id).state.value == "buying");
        CHECK(bench.record(id).learnt.empty());
        CHECK(bench.journal(id) == names{"started", "bought", "nonsense"});
    }
    SECTION("a saga that does not listen") {
        inputs.set("nobody_listens", std::string("1"));
        const saga_id id = bench.started(inputs);
        CHECK(told(bench, id, "missing") == refusal::report_not_expected);
        CHECK(bench.record(id).learnt.empty());
    }
    SECTION("a saga that is not there") {
        saga_id nowhere = bench.started();
        CHECK(told(bench, nowhere.with_prefix("chi"), "missing") == refusal::not_found);
    }
    CHECK(bench.engine->counters().violations == 0);
}

TEST_CASE("whoever reports without end does not fill the store") {
    workbench bench;
    const saga_id id = bench.started();
    const fact_reported missing{"missing", {}, "the neighbours", {}};
    bench.submit(id, missing);
    for (std::size_t i = 0; i < limits::journal_entries_max; ++i)
        bench.engine->submit(id, missing, 0, bench.now);
    bench.settle();
    const journal_sequence full = bench.record(id).sequence;
    CHECK(full == limits::journal_entries_max);
    CHECK(told(bench, id, "missing") == refusal::report_not_expected);
    CHECK(bench.record(id).sequence == full);
    // What leads on is heard all the same.
    for (const std::string_view call : {"buy", "pay"})
        answer(bench, call);
    REQUIRE(bench.record(id).state.value == "thanking");
    CHECK(told(bench, id, "missing") == refusal::none);
    CHECK(bench.record(id).state.value == "searching");
    CHECK(told(bench, id, "turned_up") == refusal::none);
    CHECK(bench.record(id).status() == saga_status::completed);
}

TEST_CASE("a task parks the saga with what is to be done, and nobody is called") {
    workbench bench(1, announcing());
    const saga_id id = searching(bench);
    const saga_record saga = bench.record(id);
    REQUIRE(saga.parked);
    CHECK(saga.parked->code == "goods_missing");
    CHECK(saga.parked->detail == "search: look under the bench");
    CHECK_FALSE(saga.parked->held);
    CHECK(bench.open_calls().empty());
    CHECK(bench.told(id).back() == "4 errand.parked");
    SECTION("however long it takes, and through a crash") {
        bench.advance(std::chrono::hours{24 * 365});
        bench.restart();
        bench.advance(std::chrono::hours{24 * 365});
        CHECK(bench.open_calls().empty());
        CHECK(bench.record(id) == saga);
    }
    SECTION("it takes no memory and no time of the clock") {
        CHECK(bench.engine->active() == 0);
        CHECK(bench.engine->next_wake() == never);
    }
}

TEST_CASE("only its word that it is done lets a task's saga go on") {
    workbench bench(1, announcing());
    const saga_id id = searching(bench);
    CHECK(bench.acts(id, operator_verb::retry) == refusal::nothing_to_retry);
    CHECK(bench.acts(id, operator_verb::resume) == refusal::nothing_to_retry);
    CHECK(bench.acts(id, operator_verb::cancel) == refusal::past_pivot);
    CHECK(bench.open_calls().empty());
    CHECK(bench.record(id).parked->code == "goods_missing");
    CHECK(bench.told(id).back() == "4 errand.parked");
    const bool needed = GENERATE(true, false);
    CHECK(resolves(bench, id, needed) == refusal::none);
    CHECK(bench.record(id).status() == saga_status::completed);
    CHECK(resolves(bench, id) == refusal::call_not_open);
}

TEST_CASE("a person who holds a saga with a task gives it back to the task") {
    workbench bench;
    const saga_id id = searching(bench);
    CHECK(bench.acts(id, operator_verb::park) == refusal::none);
    CHECK(bench.record(id).parked->held);
    const auto verb = GENERATE(operator_verb::resume, operator_verb::retry);
    CHECK(bench.acts(id, verb) == refusal::none);
    CHECK(bench.record(id).parked->code == "goods_missing");
    CHECK_FALSE(bench.record(id).parked->held);
    CHECK(bench.open_calls().empty());
}

TEST_CASE("a task that opens while a person holds the saga waits behind the person") {
    workbench bench;
    const saga_id id = thanking(bench);
    bench.acts(id, operator_verb::park);
    CHECK(told(bench, id, "missing") == refusal::none);
    CHECK(bench.record(id).parked->held);
    bench.acts(id, operator_verb::resume);
    CHECK(bench.record(id).parked->code == "goods_missing");
}

TEST_CASE("a definition of which nobody may tell anything refuses to read a report") {
    const workbench bench;
    const definition& meaning = *bench.registry.newest("errand");
    CHECK(meaning.read_report("{}", "bob").error().code == "invalid-field");
    CHECK_THAT(
        meaning.read_report_event("errand.lost", "{}", "bob").error().detail,
        Catch::Contains("nobody may report anything of the saga errand")
    );
}

TEST_CASE("what others may tell and what a person may do can be supposed") {
    workbench bench;
    const saga_id id = thanking(bench);
    CHECK(std::get<fact_reported>(*suppose(bench.record(id), "missing")).fact == "missing");
    told(bench, id, "missing");
    CHECK(std::holds_alternative<call_resolved>(*suppose(bench.record(id), "searched")));
}
