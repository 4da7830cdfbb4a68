#include <catch2/catch.hpp>
#include <chrono>
#include <set>
#include <string>

#include "sagas/registry.hpp"
#include "tests/bench/backend_answers.hpp"
#include "tests/bench/checkout_requests.hpp"
#include "tests/bench/latencies.hpp"
#include "tests/bench/saga_template.hpp"

using namespace makegood;
using namespace makegood::bench;
using namespace std::chrono_literals;

namespace {

constexpr instant noon{std::chrono::hours{490'000}};

definition_registry four_calls() {
    return make_registry(
        {.has_cart = false,
         .has_catalog = false,
         .has_fulfillment = false,
         .has_notification = false,
         .fulfilment_enabled = false}
    );
}

}  // namespace

TEST_CASE("a percentile is the smallest latency that so many do not exceed") {
    latencies seen;
    for (int i = 100; i >= 1; --i)
        seen.add(std::chrono::milliseconds{i});
    CHECK(seen.percentile_ms(0.5) == 50);
    CHECK(seen.percentile_ms(0.501) == 51);
    CHECK(seen.percentile_ms(0.99) == 99);
    CHECK(seen.percentile_ms(0.999) == 100);
    CHECK(seen.percentile_ms(1) == 100);
    seen.add(1us);
    CHECK(seen.percentile_ms(0) == 0.001);
}

TEST_CASE("without latencies every percentile is nothing") {
    CHECK(latencies{}.percentile_ms(0.99) == 0);
}

TEST_CASE("no two requests of a load have the same key") {
    checkout_requests load({.kind = workload::full, .run = "r"});
    std::set<std::string> keys;
    for (int i = 0; i < 1'000; ++i)
        keys.emplace(load.next().message.fields.find("Idempotency-Key"));
    CHECK(keys.size() == 1'000);
}

TEST_CASE("of the declined workload every twentieth card is declined") {
    checkout_requests load({.kind = workload::declined});
    int declined = 0;
    for (int i = 0; i < 1'000; ++i)
        declined += load.next().expected == expectation::is_declined ? 1 : 0;
    CHECK(declined == 50);
}

TEST_CASE("the catalog quotes every line that it was asked for") {
    const http::request asked{
        "POST",
        "/v1/quotes",
        {},
        R"({"customer_id":"c","items":[{"sku":"A","quantity":2},{"sku":"B","quantity":1}],)"
        R"("currency":"EUR"})"};
    CHECK(
        backend_answer_to(asked, noon).body
        == R"({"items":[{"sku":"A","quantity":2,"unit_price":1999,"amount":3998},)"
           R"({"sku":"B","quantity":1,"unit_price":1999,"amount":1999}],)"
           R"("total":5997,"currency":"EUR"})"
    );
}

TEST_CASE("the engine brings a checkout to the end that was wanted") {
    const definition_registry registry = four_calls();
    CHECK(run_checkout(registry, fate::completed, noon).record.status() == saga_status::completed);
    CHECK(run_checkout(registry, fate::failed, noon).record.status() == saga_status::failed);
    CHECK(
        run_checkout(registry, fate::compensated, noon).record.status() == saga_status::compensated
    );
    const saga_template waits = run_checkout(registry, fate::waiting, noon);
    CHECK(waits.record.status() == saga_status::awaiting_customer);
    CHECK(waits.wake_at > noon + 14min);
    CHECK(waits.wake_at < noon + 16min);
}

TEST_CASE("a renamed template is another customer's checkout throughout") {
    saga_template copy = run_checkout(four_calls(), fate::completed, noon);
    const saga_id id = saga_id::make("chk", 1, 2, {3});
    copy.rename(id, customer_id{"cus_9"}, idempotency_key{"k-9"});
    const saga_commit whole = copy.take_commit();
    CHECK(whole.saga->id == id);
    CHECK(whole.saga->customer.value == "cus_9");
    CHECK(whole.claim->key.value == "k-9");
    CHECK(whole.entries.size() == whole.saga->sequence);
    CHECK(std::get<saga_started>(whole.entries.front().event).customer.value == "cus_9");
}
