#include <catch2/catch.hpp>

#include "adapters/api/fault_rules_json.hpp"
#include "adapters/fault_injection/fault_rules.hpp"
#include "adapters/fault_injection/faulty_journal.hpp"
#include "adapters/fault_injection/known_sagas.hpp"
#include "adapters/telemetry/log.hpp"
#include "sagas/registry.hpp"

using namespace makegood;

namespace {

const saga_id some_saga = *saga_id::parse("chk_00000000000000000000000000");
const call_reference authorize{call_name{"authorize_payment"}, 0};
const call_reference second_void{call_name{"void_payment"}, 2};
const customer_id ann{"ann"};
const customer_id bob{"bob"};

// Has one saga, and nothing else to tell.
class one_saga_store final : public journal_reader {
public:
    explicit one_saga_store(saga_record saga) : saga_(std::move(saga)) {}
    store_result<saga_record> load(const saga_id&) override { return saga_; }
    store_result<std::vector<journal_entry>> journal(const saga_id&) override { return none(); }
    store_result<saga_page> list(const saga_query&) override { return none(); }
    store_result<std::vector<wake_up>> unfinished() override { return none(); }
    store_result<std::vector<positioned_event>> events(outbox_position, std::size_t) override {
        return none();
    }
    store_result<outbox_state> outbox() override { return none(); }
    store_result<store_statistics> statistics() override { return none(); }

private:
    static store_error none() { return {store_errc::io, "not asked for"}; }

    saga_record saga_;
};

struct rule_box {
    rule_box() { open_log({.level = log_level::silent, .form = log_form::readable}); }

    bool strikes(
        const call_reference& call,
        const customer_id& customer,
        fault_point where = fault_point::attempt
    ) {
        return rules.strike(where, some_saga, call, customer).has_value();
    }

    metrics all;
    fault_rules rules{all};
};

fault_rule rule_of(std::string call, fault_mode mode = fault_mode::error) {
    fault_rule rule;
    rule.call = std::move(call);
    rule.mode = mode;
    return rule;
}

// What is wrong with a body, by pointer.
std::vector<std::string> pointers_of(std::string_view body) {
    const definition_registry registry = make_registry({});
    const auto rules = read_fault_rules(body, registry);
    std::vector<std::string> pointers;
    if (rules) return pointers;
    CHECK(rules.error().code == "invalid-field");
    for (const field_problem& each : rules.error().errors)
        pointers.push_back(each.pointer);
    return pointers;
}

using pointers = std::vector<std::string>;

}  // namespace

TEST_CASE("a fault rule strikes the calls that it names, and no other") {
    rule_box box;
    fault_rule rule = rule_of("void_payment");
    rule.times = 0;
    rule.customer = ann;
    box.rules.replace({rule});
    CHECK_FALSE(box.strikes(authorize, ann));
    CHECK_FALSE(box.strikes(second_void, bob));
    CHECK(box.strikes(second_void, ann));

    rule.ordinal = 1;
    box.rules.replace({rule});
    CHECK_FALSE(box.strikes(second_void, ann));
    CHECK(box.strikes({call_name{"void_payment"}, 1}, ann));

    box.rules.replace({fault_rule{}});
    CHECK(box.strikes(authorize, bob));
}

TEST_CASE("a fault rule strikes as often as it says, once when it does not say") {
    rule_box box;
    fault_rule thrice = rule_of("authorize_payment");
    thrice.times = 3;
    box.rules.replace({rule_of("void_payment"), thrice});
    int struck = 0;
    for (int attempt = 0; attempt < 10; ++attempt)
        struck += box.strikes(authorize, ann) ? 1 : 0;
    CHECK(struck == 3);
    CHECK(box.strikes(second_void, ann));
    CHECK_FALSE(box.strikes(second_void, ann));
    const std::vector<counted_rule> counted = box.rules.rules();
    REQUIRE(counted.size() == 2);
    CHECK(counted[1].matched == 3);
    CHECK(counted[1].injected == 3);
    CHECK(
        box.all.text().find("makegood_faults_injected_total{call=\"authorize_payment\","
                            "mode=\"error\"} 3")
        != std::string::npos
    );
    CHECK(box.all.text().find("makegood_fault_injection_enabled 1") != std::string::npos);
}

TEST_CASE("the first rule that fits wins, and leaves calls to the next when it is used up") {
    rule_box box;
    box.rules.replace(
        {rule_of("authorize_payment", fault_mode::timeout_after),
         rule_of("authorize_payment", fault_mode::duplicate)}
    );
    const auto mode = [&box] {
        return box.rules.strike(fault_point::attempt, some_saga, authorize, ann)->mode;
    };
    CHECK(mode() == fault_mode::timeout_after);
    CHECK(mode() == fault_mode::duplicate);
    CHECK_FALSE(box.strikes(authorize, ann));
}

TEST_CASE("the dice of a fault rule fall the same for the same seed, and about as often as said") {
    const auto falls = [](std::uint64_t seed) {
        rule_box box;
        fault_rule rule = rule_of("authorize_payment");
        rule.times = 0;
        rule.probability = 0.25;
        rule.seed = seed;
        box.rules.replace({rule});
        std::vector<bool> struck;
        for (int match = 0; match < 1'000; ++match)
            struck.push_back(box.strikes(authorize, ann));
        return struck;
    };
    const std::vector<bool> once = falls(7);
    CHECK(once == falls(7));
    CHECK(once != falls(8));
    const auto count = std::count(once.begin(), once.end(), true);
    CHECK(count > 200);
    CHECK(count < 300);
}

TEST_CASE("a rule whose dice say no leaves the call to the rules after it") {
    rule_box box;
    fault_rule never_falls = rule_of("authorize_payment", fault_mode::refuse);
    never_falls.probability = 0;
    box.rules.replace({never_falls, rule_of("authorize_payment", fault_mode::delay)});
    const auto struck = box.rules.strike(fault_point::attempt, some_saga, authorize, ann);
    REQUIRE(struck.has_value());
    CHECK(struck->mode == fault_mode::delay);
    CHECK(box.rules.rules()[0].matched == 1);
    CHECK(box.rules.rules()[0].injected == 0);
}

TEST_CASE("a crash before the commit is for the opening of a call, all else for its attempts") {
    rule_box box;
    box.rules.replace({rule_of("authorize_payment", fault_mode::crash_before_commit)});
    CHECK_FALSE(box.strikes(authorize, ann));
    CHECK(box.strikes(authorize, ann, fault_point::opening));
    box.rules.replace({rule_of("authorize_payment", fault_mode::crash_after_commit)});
    CHECK_FALSE(box.strikes(authorize, ann, fault_point::opening));
    CHECK(box.strikes(authorize, ann));
}

TEST_CASE("a call is opened by the commit that brings it, not by those that keep it open") {
    const definition_registry registry = make_registry({});
    saga_record saga;
    saga.id = some_saga;
    saga.definition = registry.newest("checkout");
    saga.state = state_name{"authorizing"};
    saga.customer = ann;
    saga.sequence = 1;
    saga.calls.push_back({.call = authorize, .status = call_status::pending, .last_error = {}});
    known_sagas sagas;
    CHECK(sagas.opened_by(saga) == std::vector{authorize});
    CHECK(sagas.customer_of(saga.id).empty());
    sagas.note(saga);
    CHECK(sagas.customer_of(saga.id) == ann);

    saga.sequence = 2;
    saga.calls.push_back({.call = second_void, .status = call_status::pending, .last_error = {}});
    CHECK(sagas.opened_by(saga) == std::vector{second_void});
    sagas.note(saga);
    CHECK(sagas.opened_by(saga).empty());

    // What was read before that and comes later is older.
    saga_record older = saga;
    older.sequence = 1;
    older.calls.pop_back();
    sagas.note(older);
    CHECK(sagas.opened_by(saga).empty());

    saga.state = state_name{"completed"};
    sagas.note(saga);
    CHECK(sagas.customer_of(saga.id).empty());
}

TEST_CASE("whose saga it is, is known of one that a restart reads from the store") {
    const definition_registry registry = make_registry({});
    saga_record saga;
    saga.id = some_saga;
    saga.definition = registry.newest("checkout");
    saga.state = state_name{"authorizing"};
    saga.customer = ann;
    known_sagas sagas;
    one_saga_store store(saga);
    noting_reader reader(store, sagas);
    CHECK(sagas.customer_of(saga.id).empty());
    REQUIRE(reader.load(saga.id).has_value());
    CHECK(sagas.customer_of(saga.id) == ann);
}

TEST_CASE("fault rules are read strictly, and everything wrong is told at once") {
    CHECK(pointers_of(R"({"rules":[]})") == pointers{});
    CHECK(pointers_of(R"({})") == pointers{"/rules"});
    CHECK(pointers_of(R"({"rules":7})") == pointers{"/rules"});
    CHECK(pointers_of(R"({"rules":[3]})") == pointers{"/rules/0", "/rules/0/mode"});
    CHECK(
        pointers_of(R"({"rules":[{"mode":"error"},{"call":"pay","mode":"fail","time":1}],"x":1})")
        == pointers{"/x", "/rules/1/call", "/rules/1/mode", "/rules/1/time"}
    );
    const auto in_rule = [](std::string_view members) {
        return pointers_of("{\"rules\":[{" + std::string(members) + "}]}");
    };
    CHECK(in_rule(R"("mode":"error","times":-1)") == pointers{"/rules/0/times"});
    CHECK(in_rule(R"("mode":"error","times":1.5)") == pointers{"/rules/0/times"});
    CHECK(in_rule(R"("mode":"error","probability":1.1)") == pointers{"/rules/0/probability"});
    CHECK(in_rule(R"("mode":"error","seed":-3)") == pointers{"/rules/0/seed"});
    CHECK(in_rule(R"("mode":"error","code":"x")") == pointers{"/rules/0/code"});
    CHECK(in_rule(R"("mode":"refuse")") == pointers{"/rules/0/code"});
    CHECK(in_rule(R"("mode":"delay")") == pointers{"/rules/0/delay_ms"});
    CHECK(in_rule(R"("mode":"error","delay_ms":600001)") == pointers{"/rules/0/delay_ms"});
    CHECK(in_rule(R"("mode":"crash_before_commit","delay_ms":1)") == pointers{"/rules/0/delay_ms"});
    CHECK(in_rule(R"("mode":"error","call":"void_payment:x")") == pointers{"/rules/0/call"});
    std::string many = R"({"rules":[{"mode":"error"})";
    for (int count = 0; count < 64; ++count)
        many += R"(,{"mode":"error"})";
    CHECK(pointers_of(many + "]}") == pointers{"/rules"});
}

TEST_CASE("fault rules are shown as they were put, with what was left out") {
    const definition_registry registry = make_registry({});
    const auto rules = read_fault_rules(
        R"({"rules":[{"call":"void_payment:2","customer_id":"ann","mode":"refuse","code":"no",
            "detail":"why","times":0,"probability":0.5,"delay_ms":20,"seed":7},{"mode":"delay",
            "delay_ms":1}]})",
        registry
    );
    REQUIRE(rules.has_value());
    CHECK(
        fault_rules_json({{(*rules)[0], 5, 2}, {(*rules)[1]}})
        == R"({"rules":[{"call":"void_payment:2","customer_id":"ann","mode":"refuse","code":"no",)"
           R"("detail":"why","times":0,"probability":5E-1,"seed":7,"delay_ms":20,"matched":5,)"
           R"("injected":2},{"mode":"delay","times":1,"probability":1E0,"seed":0,"delay_ms":1,)"
           R"("matched":0,"injected":0}]})"
    );
}
