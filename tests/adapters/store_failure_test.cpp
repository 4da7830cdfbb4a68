#include <catch2/catch.hpp>
#include <future>

#include "tests/adapters/service_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

namespace {

bool is_ok(const http::response& answer) {
    return answer.status == 200;
}

}  // namespace

TEST_CASE("a full disk turns new checkouts away and /readyz red, until the store commits again") {
    service_under_test served;
    served.behind().hold("/v1/orders");
    served.start();
    const std::string earlier = "/v1/checkouts/" + served.begin_checkout("k-0");
    served.behind().wait_for("/v1/orders", 1);

    served.store().fail_commits(store_errc::full);
    const http::response refused = served.check_out("k-1");
    CHECK(refused.status == 503);
    CHECK(code_of(refused) == "store-unavailable");
    CHECK(refused.fields.contains("Retry-After"));
    CHECK(code_of(served.get("/readyz")) == "store-unavailable");
    CHECK(served.get("/healthz").status == 200);
    CHECK(
        served.get("/metrics").body.find("makegood_store_healthy{lane=\"0\"} 0")
        != std::string::npos
    );
    // While nothing can be written, what is written can be read, and nothing leaves.
    CHECK(served.get(earlier).status == 200);
    CHECK(served.behind().seen("/v1/quotes").size() == 1);
    served.behind().release();

    served.store().fail_commits(std::nullopt);
    CHECK(served.get_until("/readyz", is_ok).status == 200);
    CHECK(served.check_out("k-1").status == 200);
    const http::response ended = served.get(earlier, {{"Prefer", "wait=60"}});
    CHECK(text_of(object_of(ended), "status") == "completed");
}

TEST_CASE("a disk that hangs turns /readyz red and new checkouts away, until the commit returns") {
    service_setup impatient;
    impatient.change = [](service_options& options) {
        options.commit_time_max = std::chrono::milliseconds{20};
    };
    service_under_test served(impatient);
    served.start();
    served.store().hold_commits();
    auto starting = std::async(std::launch::async, [&] { return served.check_out("k-1"); });
    served.store().wait_for_held_commit();
    const auto is_red = [](const http::response& answer) { return answer.status == 503; };
    CHECK(code_of(served.get_until("/readyz", is_red)) == "store-unavailable");
    CHECK(code_of(served.check_out("k-2")) == "store-unavailable");
    CHECK(
        served.get("/metrics").body.find("makegood_store_healthy{lane=\"0\"} 0")
        != std::string::npos
    );
    served.store().release_commits();
    CHECK(starting.get().status == 200);
    CHECK(served.get_until("/readyz", is_ok).status == 200);
    CHECK(served.check_out("k-2").status == 200);
}

TEST_CASE("nothing leaves the process before the commit has returned") {
    service_under_test served;
    served.start();
    served.store().hold_commits();
    auto starting = std::async(std::launch::async, [&] { return served.check_out("k-1"); });
    served.store().wait_for_held_commit();
    CHECK(served.get("/healthz").status == 200);
    CHECK(served.behind().seen("/").empty());
    served.store().release_commits();
    CHECK(starting.get().status == 200);
}

TEST_CASE("when the store has another owner the process gives up") {
    service_under_test served;
    served.start();
    static_cast<void>(served.store().open_writer());
    auto asking = std::async(std::launch::async, [&] { return served.check_out("k-1"); });
    CHECK(served.wait_for_exit() == 1);
    // Nobody is told anything by a process that may not write any more.
    served.close_sockets();
    CHECK_THROWS(asking.get());
    CHECK(served.behind().seen("/").empty());
}

TEST_CASE("what was accepted goes on after the process has died") {
    service_under_test served;
    served.behind().hold("/v1/orders");
    served.start();
    const std::string checkout = "/v1/checkouts/" + served.begin_checkout("k-1");
    served.behind().wait_for("/v1/orders", 1);
    served.stop();
    served.stop();
    CHECK(served.wait_for_exit() == 1);

    served.behind().release();
    served.start_again();
    const http::response ended = served.get(checkout, {{"Prefer", "wait=60"}});
    CHECK(text_of(object_of(ended), "status") == "completed");
    const auto orders = served.behind().seen("/v1/orders");
    REQUIRE(orders.size() == 2);
    CHECK(orders[0].fields.find("Idempotency-Key") == orders[1].fields.find("Idempotency-Key"));
    CHECK(orders[0].body == orders[1].body);
}

TEST_CASE("a service whose recovery fails ends with exit code 1") {
    service_under_test served;
    served.store().fail_reads(store_errc::io);
    served.start_without_waiting();
    CHECK(served.wait_for_exit() == 1);
}

TEST_CASE("while recovery reads, /readyz says so and checkouts are turned away") {
    service_under_test served;
    served.store().hold_reads();
    served.start_without_waiting();
    served.store().wait_for_held_read();
    CHECK(code_of(served.get("/readyz")) == "starting");
    CHECK(code_of(served.check_out("k-1")) == "starting");
    served.store().release_reads();
    CHECK(served.get_until("/readyz", is_ok).status == 200);
    CHECK(served.check_out("k-1").status == 200);
}
