#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <optional>

#include "adapters/clock/clock.hpp"
#include "adapters/fault_injection/faulty_participants.hpp"
#include "adapters/telemetry/log.hpp"

using namespace makegood;

namespace {

// Keeps what is sent until the test answers it.
struct kept_participants final : participants {
    void send(const perform_call& call, completion done) override {
        keys.push_back(call.idempotency_key);
        waiting.push_back(std::move(done));
    }
    [[nodiscard]] std::optional<live_note> note(backend_name, const call_reference&)
        const override {
        return std::nullopt;
    }
    void answer(attempt_outcome outcome) {
        REQUIRE_FALSE(waiting.empty());
        const completion done = std::move(waiting.front());
        waiting.erase(waiting.begin());
        done(std::move(outcome));
    }

    std::vector<std::string> keys;
    std::vector<completion> waiting;
};

const backend_answer authorized{201, R"({"status":"authorized"})", {}};

// One call through one rule.
struct faulty_call {
    explicit faulty_call(fault_mode mode, duration delay = {}, duration time = duration{60'000}) {
        open_log({.level = log_level::silent, .form = log_form::readable});
        fault_rule rule;
        rule.mode = mode;
        rule.delay = delay;
        rule.code = "card_declined";
        rule.detail = "says \"no\"";
        rules.replace({rule});
        perform_call call;
        call.id = *saga_id::parse("chk_00000000000000000000000000");
        call.call = {call_name{"authorize_payment"}, 0};
        call.idempotency_key = "key-1";
        call.deadline = now() + time;
        faulty.send(call, [this](attempt_outcome outcome) {
            ++completions;
            ended = std::move(outcome);
        });
        CHECK(completions == 0);  // never inside send()
    }

    template <class Outcome>
    Outcome outcome() {
        while (!ended)
            io.run_one();
        io.poll();
        CHECK(completions == 1);
        return std::get<Outcome>(*ended);
    }

    boost::asio::io_context io{1};
    const boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
        io.get_executor()};
    metrics all;
    fault_rules rules{all};
    known_sagas sagas;
    kept_participants real;
    faulty_participants faulty{io, real, rules, sagas};
    std::optional<attempt_outcome> ended;
    int completions = 0;
};

}  // namespace

TEST_CASE("an injected refusal is a refusal with the rule's code, and nothing is sent") {
    faulty_call call(fault_mode::refuse);
    const auto answer = call.outcome<backend_answer>();
    CHECK(answer.status == 409);
    CHECK(answer.body == R"({"code":"card_declined","detail":"says \"no\""})");
    CHECK(call.real.keys.empty());
}

TEST_CASE("an injected error is a 503, and nothing is sent") {
    faulty_call call(fault_mode::error);
    CHECK(call.outcome<backend_answer>().status == 503);
    CHECK(call.real.keys.empty());
}

TEST_CASE("a timeout before leaves the outcome unknown at once, and nothing is sent") {
    faulty_call call(fault_mode::timeout_before);
    CHECK(call.outcome<no_answer>().reached);
    CHECK(call.real.keys.empty());
}

TEST_CASE("a timeout after loses the answer of a call that was made") {
    faulty_call call(fault_mode::timeout_after);
    REQUIRE(call.real.keys.size() == 1);
    CHECK(call.completions == 0);
    call.real.answer(authorized);
    CHECK(call.outcome<no_answer>().detail == "no answer: injected fault timeout_after");
}

TEST_CASE("a timeout after says nothing of its own about a call that was not made") {
    faulty_call call(fault_mode::timeout_after);
    call.real.answer(no_answer{false, "connection refused"});
    CHECK(call.outcome<no_answer>().detail == "connection refused");
}

TEST_CASE("a duplicate is sent again under its key when the first was answered") {
    faulty_call call(fault_mode::duplicate);
    CHECK(call.real.keys == std::vector<std::string>{"key-1"});
    call.real.answer(authorized);
    CHECK(call.completions == 0);
    CHECK(call.real.keys == std::vector<std::string>{"key-1", "key-1"});
    call.real.answer(backend_answer{200, "{}", {}});
    CHECK(call.outcome<backend_answer>().status == 200);
}

TEST_CASE("a duplicate without an answer leaves the first answer in force") {
    faulty_call call(fault_mode::duplicate);
    call.real.answer(authorized);
    call.real.answer(no_answer{});
    CHECK(call.outcome<backend_answer>().status == 201);
}

TEST_CASE("a delayed call is sent later, and an answer comes as if it were not") {
    faulty_call call(fault_mode::delay, duration{1});
    CHECK(call.real.keys.empty());
    while (call.real.keys.empty())
        call.io.run_one();
    call.real.answer(authorized);
    CHECK(call.outcome<backend_answer>().status == 201);
}

TEST_CASE("a call that is delayed beyond its deadline has no answer, and still arrives later") {
    faulty_call call(fault_mode::delay, duration{60}, duration{20});
    CHECK(call.outcome<no_answer>().reached);
    while (call.real.keys.empty())
        call.io.run_one();
    CHECK(call.real.keys == std::vector<std::string>{"key-1"});
    call.real.answer(authorized);
    call.io.poll();
    CHECK(call.completions == 1);  // nobody is told of it
}

TEST_CASE("any other mode beyond the attempt's deadline ends there, and nothing is ever sent") {
    faulty_call call(fault_mode::timeout_after, duration{600'000}, duration{20});
    CHECK(call.outcome<no_answer>().reached);
    CHECK(call.real.keys.empty());
}

TEST_CASE("any mode may be delayed") {
    faulty_call call(fault_mode::error, duration{1});
    CHECK(call.outcome<backend_answer>().status == 503);
}

TEST_CASE("a call that no rule strikes is sent as it is") {
    faulty_call call(fault_mode::error);
    CHECK(call.outcome<backend_answer>().status == 503);
    call.ended.reset();
    call.completions = 0;
    perform_call next;
    next.call = {call_name{"authorize_payment"}, 0};
    next.idempotency_key = "key-2";
    call.faulty.send(next, [&call](attempt_outcome outcome) {
        ++call.completions;
        call.ended = std::move(outcome);
    });
    CHECK(call.real.keys == std::vector<std::string>{"key-2"});
    call.real.answer(authorized);
    CHECK(call.outcome<backend_answer>().status == 201);
}
