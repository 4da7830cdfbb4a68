#include <signal.h>

#include <catch2/catch.hpp>

#include "tests/adapters/service_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

namespace {

service_setup with_notice(duration notice) {
    return {.change = [notice](service_options& options) { options.drain.notice = notice; }};
}

}  // namespace

TEST_CASE("a drain lets the requests under way finish and ends with exit code 0") {
    service_under_test served;
    served.start();
    served.store().hold_commits();
    auto starting = std::async(std::launch::async, [&] {
        return served.post("/v1/checkouts", checkout_body(), {{"Idempotency-Key", "k-1"}});
    });
    served.store().wait_for_held_commit();
    served.stop();
    served.store().release_commits();
    CHECK(starting.get().status == 202);
    CHECK(served.wait_for_exit() == 0);
}

TEST_CASE("a drain ends waits with the checkout as it is; it resumes at the next start") {
    service_under_test served;
    served.behind().hold("/v1/orders");
    served.start();
    auto waiting = std::async(std::launch::async, [&] { return served.check_out("k-1"); });
    served.behind().wait_for("/v1/orders", 1);
    served.stop();
    const http::response answer = waiting.get();
    CHECK(answer.status == 202);
    CHECK(text_of(object_of(answer), "state") == "ordering");
    REQUIRE(served.wait_for_exit() == 0);

    served.behind().release();
    served.start_again();
    const std::string checkout = "/v1/checkouts/" + text_of(object_of(answer), "id");
    const http::response ended = served.get(checkout, {{"Prefer", "wait=60"}});
    CHECK(text_of(object_of(ended), "status") == "completed");
}

TEST_CASE("during the notice /readyz is red, new checkouts are refused and reads are answered") {
    service_under_test served(with_notice(std::chrono::hours{1}));
    served.start();
    const std::string id = text_of(object_of(served.check_out("k-1")), "id");
    served.stop();
    const http::response red = served.get_until("/readyz", [](const http::response& answer) {
        return answer.status == 503;
    });
    CHECK(code_of(red) == "draining");
    const http::response refused = served.check_out("k-2");
    CHECK(refused.status == 503);
    CHECK(code_of(refused) == "draining");
    CHECK(refused.fields.contains("Retry-After"));
    CHECK(served.get("/v1/checkouts/" + id).status == 200);
    served.stop();
    CHECK(served.wait_for_exit() == 1);
}

TEST_CASE("a service that was never run can be destroyed") {
    service_under_test served;
    CHECK(served.port() != 0);
}

TEST_CASE("after its end the service takes no signals, so that one ends a process that still waits"
) {
    service_setup listening;
    listening.change = [](service_options& options) { options.handles_signals = true; };
    service_under_test served(listening);
    served.start();
    struct sigaction in_force {};
    REQUIRE(::sigaction(SIGTERM, nullptr, &in_force) == 0);
    CHECK(in_force.sa_handler != SIG_DFL);
    served.stop();
    CHECK(served.wait_for_exit() == 0);
    REQUIRE(::sigaction(SIGTERM, nullptr, &in_force) == 0);
    CHECK(in_force.sa_handler == SIG_DFL);
}
