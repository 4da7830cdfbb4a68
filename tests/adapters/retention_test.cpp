#include <catch2/catch.hpp>

#include "adapters/clock/clock.hpp"
#include "tests/adapters/service_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

namespace {

service_setup keeping(duration keys, std::optional<duration> sagas) {
    service_setup setup;
    setup.change = [keys, sagas](service_options& options) {
        options.key_retention = keys;
        options.saga_retention = sagas;
    };
    return setup;
}

bool says(const http::response& answer, std::string_view line) {
    return answer.body.find(std::string(line) + "\n") != std::string::npos;
}

// No broker is there.
void publish_to_nobody(service_options& options) {
    options.publishing.emplace().settings["bootstrap.servers"] = "127.0.0.1:1";
    for (lane_store& each : options.lanes)
        each.events = each.readers.front();
}

}  // namespace

TEST_CASE("a checkout that ended before its retention is dropped, counted, and not found any more"
) {
    service_under_test served(keeping(duration{0}, duration{0}));
    served.start();
    const std::string id = text_of(object_of(served.check_out("k-1")), "id");
    served.stop();
    REQUIRE(served.wait_for_exit() == 0);
    // What is outdated goes as soon as a lane has recovered.
    served.start_again();
    const http::response answer = served.get_until("/v1/checkouts/" + id, [](const auto& each) {
        return each.status == 404;
    });
    CHECK(code_of(answer) == "not-found");
    const http::response metrics = served.get_until("/metrics", [](const auto& each) {
        return says(each, "makegood_sagas_pruned_total 1");
    });
    CHECK(says(metrics, "makegood_keys_forgotten_total 1"));
    CHECK(says(metrics, "makegood_sagas{saga=\"checkout\",status=\"completed\"} 0"));
    CHECK(served.check_out("k-1").status == 200);
}

TEST_CASE("no checkout is dropped before its key may be") {
    service_under_test served(keeping(std::chrono::hours{24}, duration{0}));
    served.start();
    CHECK(served.store().wait_for_prune() <= now() - std::chrono::hours{24});
}

TEST_CASE("a retention of checkouts that is longer than that of keys counts") {
    service_under_test served(keeping(std::chrono::hours{24}, std::chrono::hours{72}));
    served.start();
    CHECK(served.store().wait_for_prune() <= now() - std::chrono::hours{72});
}

TEST_CASE("old events go where nobody sends them, and stay where somebody has yet to") {
    const bool has_publisher = GENERATE(false, true);
    CAPTURE(has_publisher);
    service_setup setup = keeping(duration{0}, {});
    setup.keeps_events = true;
    setup.change = [has_publisher, keep = setup.change](service_options& options) {
        keep(options);
        options.event_retention = duration{0};
        if (has_publisher) publish_to_nobody(options);
    };
    service_under_test served(std::move(setup));
    served.start();
    REQUIRE(served.check_out("k-1").status == 200);
    served.stop();
    REQUIRE(served.wait_for_exit() == 0);
    served.start_again();
    // Keys go after events.
    static_cast<void>(served.get_until("/metrics", [](const auto& each) {
        return says(each, "makegood_keys_forgotten_total 1");
    }));
    const auto kept = served.store().reader().outbox();
    REQUIRE(kept.has_value());
    CHECK(kept->newest == 5);
    CHECK(kept->dropped == (has_publisher ? 0 : 5));
}

TEST_CASE("what was not sent outlives a start that forgot the brokers") {
    service_setup setup{.keeps_events = true, .change = [](service_options& options) {
                            options.event_retention = std::chrono::hours{1};
                        }};
    service_under_test served(std::move(setup));
    served.start();
    // As soon as it has recovered.
    const auto first = served.store().wait_for_drop();
    CHECK(first == droppable_events::sent);
}

TEST_CASE("what is merely kept for readers does not count as waiting to be sent") {
    const bool has_publisher = GENERATE(false, true);
    CAPTURE(has_publisher);
    service_setup setup{.keeps_events = true};
    if (has_publisher) setup.change = publish_to_nobody;
    service_under_test served(std::move(setup));
    served.start();
    REQUIRE(served.check_out("k-1").status == 200);
    const auto statistics = object_of(served.get("/v1/statistics"));
    CHECK(statistics.at("events_waiting").as_int64() == (has_publisher ? 5 : 0));
}
