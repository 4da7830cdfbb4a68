#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <optional>

#include "adapters/clock/clock.hpp"
#include "adapters/participants/complete_attempt.hpp"
#include "adapters/participants/http_participants.hpp"
#include "adapters/telemetry/log.hpp"
#include "sagas/registry.hpp"
#include "tests/adapters/backends.hpp"
#include "tests/adapters/service_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

namespace {

// Participants on a loop of their own, one attempt at a time.
struct caller {
    explicit caller(std::string url, backend_options options = {}) {
        open_log({.level = log_level::silent, .form = log_form::readable});
        options.url = std::move(url);
        participants.emplace(io, http_participants::backend_map{{"payment", options}}, counted);
    }
    ~caller() { participants->close(); }

    attempt_outcome attempt(duration limit = std::chrono::seconds{30}) {
        std::optional<attempt_outcome> ended;
        participants->send(call(limit), [&ended](attempt_outcome outcome) { ended = outcome; });
        CHECK_FALSE(ended.has_value());  // never inside send()
        while (!ended)
            io.run_one();
        return *ended;
    }

    static perform_call call(duration limit) {
        perform_call wanted;
        wanted.id = *saga_id::parse("chk_00000000000000000000000000");
        wanted.call = {call_name{"authorize_payment"}, 0};
        wanted.attempt = 1;
        wanted.backend = backend_name{"payment"};
        wanted.request = {"POST", "/v1/authorizations", R"({"authorization_id":"aut_1"})"};
        wanted.idempotency_key = "chk_00000000000000000000000000:authorize_payment";
        wanted.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        wanted.deadline = now() + limit;
        wanted.budget_left = duration{12'345};
        return wanted;
    }

    std::optional<live_note> note() const {
        return participants->note(backend_name{"payment"}, {call_name{"authorize_payment"}, 0});
    }

    boost::asio::io_context io{1};
    const boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
        io.get_executor()};
    metrics all;
    definition_registry registry = make_registry({});
    call_metrics counted{all, registry, 0};
    std::optional<http_participants> participants;
};

// A port that nobody listens on.
std::string closed_url() {
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor taken(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
    return "http://127.0.0.1:" + std::to_string(taken.local_endpoint().port());
}

breaker_options trips_after(std::uint32_t failures) {
    breaker_options options;
    options.failures_in_a_row_max = failures;
    options.open_time = std::chrono::hours{1};
    options.open_time_max = std::chrono::hours{1};
    return options;
}

}  // namespace

TEST_CASE("an attempt that fails in this process ends without an answer, and does end") {
    open_log({.level = log_level::silent, .form = log_form::readable});
    boost::asio::io_context io{1};
    const auto fails = []() -> boost::asio::awaitable<attempt_outcome> {
        throw std::bad_alloc();
        co_return no_answer{};
    };
    std::vector<attempt_outcome> ended;
    const auto done = [&ended](attempt_outcome outcome) { ended.push_back(std::move(outcome)); };
    auto completing = complete_attempt(fails(), done);
    boost::asio::co_spawn(io, std::move(completing), boost::asio::detached);
    io.run();
    REQUIRE(ended.size() == 1);
    CHECK(std::get<no_answer>(ended[0]).reached);
}

TEST_CASE("an attempt that ends within a millisecond still counts for the time that it took") {
    backends behind;
    caller calls(behind.url());
    static_cast<void>(calls.attempt());
    const std::string metrics = calls.all.text();
    const std::string_view sum = "makegood_call_duration_seconds_sum{call=\"authorize_payment\"} ";
    const auto at = metrics.find(sum);
    REQUIRE(at != std::string::npos);
    const double milliseconds = std::stod(metrics.substr(at + sum.size())) * 1'000;
    CHECK(milliseconds > 0);
    CHECK(milliseconds != std::round(milliseconds));
    for (const char* const bucket : {"le=\"0.0002\"", "le=\"30\""}) {
        INFO(bucket);
        CHECK(metrics.find(bucket) != std::string::npos);
    }
}

TEST_CASE("a call carries its key as given, its deadline and its trace") {
    backends behind;
    caller calls(behind.url());
    const attempt_outcome outcome = calls.attempt();
    REQUIRE(std::holds_alternative<backend_answer>(outcome));
    CHECK(std::get<backend_answer>(outcome).status == 201);
    const auto seen = behind.seen("/v1/authorizations");
    REQUIRE(seen.size() == 1);
    CHECK(
        seen[0].fields.find("Idempotency-Key") == "chk_00000000000000000000000000:authorize_payment"
    );
    CHECK(seen[0].fields.find("Makegood-Deadline-Ms") == "12345");
    CHECK(seen[0].fields.find("traceparent").starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
    CHECK(seen[0].body == R"({"authorization_id":"aut_1"})");
}

TEST_CASE("an answer's Retry-After reaches the engine") {
    backends behind;
    behind.answer_with([](const http::request&) -> std::optional<http::response> {
        http::response busy{503, "application/json", {}, "{}"};
        busy.fields.add("Retry-After", "7");
        return busy;
    });
    caller calls(behind.url());
    const auto outcome = calls.attempt();
    CHECK(std::get<backend_answer>(outcome).status == 503);
    CHECK(std::get<backend_answer>(outcome).retry_after == std::chrono::seconds{7});
}

TEST_CASE("a refused connection was surely not seen, a cut or unreadable answer may have been") {
    caller nowhere(closed_url());
    const auto refused = std::get<no_answer>(nowhere.attempt());
    CHECK_FALSE(refused.reached);
    CHECK_FALSE(refused.detail.empty());

    backends behind;
    behind.answer("/v1/authorizations", 0, "");
    caller cut(behind.url());
    CHECK(std::get<no_answer>(cut.attempt()).reached);

    behind.forget_rules();
    behind.answer("/v1/authorizations", 200, std::string(300, 'x'));
    caller flooded(behind.url(), {.answer_bytes_max = 200});
    CHECK(std::get<no_answer>(flooded.attempt()).reached);
}

TEST_CASE("a call ends by its deadline or the backend's own limit without an answer") {
    backends behind;
    behind.hold("/v1/authorizations");
    caller calls(behind.url());
    CHECK(std::get<no_answer>(calls.attempt(duration{30})).reached);
    caller hasty(behind.url(), {.call_time_max = duration{30}});
    CHECK(std::get<no_answer>(hasty.attempt()).reached);
}

TEST_CASE("a backend that is not configured was surely not reached") {
    caller calls(closed_url());
    perform_call other = caller::call(std::chrono::seconds{1});
    other.backend = backend_name{"order"};
    std::optional<attempt_outcome> ended;
    calls.participants->send(other, [&ended](attempt_outcome outcome) { ended = outcome; });
    while (!ended)
        calls.io.run_one();
    CHECK_FALSE(std::get<no_answer>(*ended).reached);
    CHECK(std::get<no_answer>(*ended).detail.find("order") != std::string::npos);
}

TEST_CASE("a failing backend's circuit opens: calls are deferred, not decided") {
    backends behind;
    behind.answer("/v1/authorizations", 500, "{}");
    caller calls(behind.url(), {.breaker = trips_after(3)});
    for (int failure = 0; failure < 3; ++failure) {
        CHECK_FALSE(calls.note().has_value());
        CHECK(std::holds_alternative<backend_answer>(calls.attempt()));
    }
    const instant before = now();
    const auto deferred = std::get<call_deferred>(calls.attempt());
    CHECK(deferred.until > before + std::chrono::minutes{59});
    CHECK(behind.seen("/v1/authorizations").size() == 3);
    REQUIRE(calls.note().has_value());
    CHECK(calls.note()->circuit == "open");
    CHECK(
        calls.all.text().find("makegood_circuit_state{backend=\"payment\",lane=\"0\"} 2")
        != std::string::npos
    );
}

TEST_CASE("a checkout outlives an open circuit and shows it") {
    service_under_test served({.change = [](service_options& options) {
        breaker_options& breaker = options.backends["payment"].breaker;
        breaker.failures_in_a_row_max = 2;
        breaker.open_time = duration{200};
    }});
    served.behind().answer("/v1/authorizations", 503, "{}");
    served.start();
    const std::string checkout = "/v1/checkouts/" + served.begin_checkout("k-1");
    static_cast<void>(served.get_until(checkout, [](const http::response& answer) {
        return answer.body.find("\"circuit\":\"") != std::string::npos;
    }));
    served.behind().forget_rules();
    const http::response ended = served.get(checkout, {{"Prefer", "wait=60"}});
    CHECK(text_of(object_of(ended), "status") == "completed");
}
