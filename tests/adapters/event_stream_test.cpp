#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "adapters/lane/partition_map.hpp"
#include "engine/limits.hpp"
#include "tests/adapters/event_reader.hpp"

using namespace makegood;
using namespace makegood::test;

namespace {

using words = std::vector<std::string>;
const words way_to_the_end{
    "checkout.accepted", "checkout.inventory_reserved", "checkout.payment_authorized",
    "checkout.order_created", "checkout.completed"};

service_setup keeping_events(std::function<void(service_options&)> change = {}) {
    return {.keeps_events = true, .change = std::move(change)};
}

words types_of(const std::vector<event_block>& events) {
    words types;
    for (const event_block& each : events)
        types.push_back(each.type);
    return types;
}

std::string member_of(const event_block& told, std::string_view name) {
    return text_of(boost::json::parse(told.data).as_object(), name);
}

bool says(const http::response& answer, std::string_view line) {
    return answer.body.find(std::string(line) + "\n") != std::string::npos;
}

void wait_for_streams(const service_under_test& served, int count) {
    const std::string line = "makegood_event_streams{lane=\"0\"} " + std::to_string(count);
    static_cast<void>(served.get_until("/metrics", [&line](const http::response& each) {
        return says(each, line);
    }));
}

// As large as one may be.
std::string large_body() {
    std::string body = checkout_body();
    body.pop_back();
    body += R"(,"metadata":{)";
    for (std::size_t pair = 0; pair < limits::metadata_pairs_max; ++pair) {
        if (pair > 0) body += ',';
        body += "\"m" + std::to_string(pair) + "\":\""
                + std::string(limits::metadata_bytes_max, 'x') + "\"";
    }
    return body + "}}";
}

}  // namespace

TEST_CASE("a stream begins with its position and tells what happens from then on, as it happens") {
    service_under_test served(keeping_events());
    served.start();
    static_cast<void>(served.check_out("before"));
    event_reader reader(served.port());
    CHECK(reader.head().find("\r\nContent-Type: text/event-stream\r\n") != std::string::npos);
    CHECK(reader.head().find("\r\nCache-Control: no-store\r\n") != std::string::npos);
    CHECK(reader.next() == event_block{.id = "5", .type = {}, .data = {}, .retry = "1000"});

    const std::string id = text_of(object_of(served.check_out("k-1")), "id");
    const auto events = reader.read_to("checkout.completed");
    CHECK(types_of(events) == way_to_the_end);
    for (std::size_t index = 0; index < events.size(); ++index) {
        CHECK(events[index].id == std::to_string(6 + index));
        CHECK(member_of(events[index], "type") == events[index].type);
        CHECK(member_of(events[index], "subject") == id);
        CHECK(member_of(events[index], "source") == "/makegood");
    }
    CHECK(says(served.get("/metrics"), "makegood_events_streamed_total 5"));
}

TEST_CASE("a reader that comes back gets what it has not seen, each once, after a restart too") {
    service_under_test served(keeping_events());
    served.start();
    static_cast<void>(served.check_out("k-1"));
    std::string seen;
    {
        event_reader reader(served.port(), "after=start");
        CHECK(reader.next().id == "0");
        CHECK(reader.next_event().type == way_to_the_end[0]);
        seen = reader.next_event().id;
    }
    served.stop();
    REQUIRE(served.wait_for_exit() == 0);
    served.start_again();
    static_cast<void>(served.check_out("k-2"));
    // What it asked for at first stands in its URL still.
    event_reader reader(served.port(), "after=start", {{"Last-Event-ID", seen}});
    CHECK(
        types_of(reader.read_to("checkout.completed"))
        == words(way_to_the_end.begin() + 2, way_to_the_end.end())
    );
    CHECK(types_of(reader.read_to("checkout.completed")) == way_to_the_end);
}

TEST_CASE("a stream tells only what its filter takes") {
    service_under_test served(keeping_events());
    served.start();
    event_reader ends(served.port(), "type=checkout.completed,checkout.failed");
    event_reader payments(served.port(), "type=checkout.p*&customer_id=cus_7");
    const std::string id = text_of(object_of(served.check_out("k-1")), "id");
    event_reader one(served.port(), "after=start&id=" + id);
    static_cast<void>(served.check_out("k-2", "cus_7"));
    CHECK(ends.next_event().type == "checkout.completed");
    CHECK(member_of(ends.next_event(), "partitionkey") == "cus_7");
    const event_block paid = payments.next_event();
    CHECK(paid.type == "checkout.payment_authorized");
    CHECK(member_of(paid, "partitionkey") == "cus_7");
    for (const event_block& each : one.read_to("checkout.completed"))
        CHECK(member_of(each, "subject") == id);
}

TEST_CASE("a stream tells the events of all lanes, and goes on in each of them") {
    service_under_test served({.lanes = 2, .keeps_events = true});
    served.start();
    event_reader reader(served.port());
    CHECK(reader.next().id == "0-0");
    const auto customer_of = [&served](std::size_t lane) {
        for (int number = 0;; ++number) {
            std::string customer = "cus_" + std::to_string(number);
            if (partition_map(2).lane_of(partition_of(customer_id{customer})) == lane)
                return customer;
        }
    };
    std::string seen;
    for (const std::size_t lane : {0U, 1U, 0U}) {
        const std::string customer = customer_of(lane);
        static_cast<void>(served.check_out("k-" + std::to_string(lane) + seen, customer));
        const auto events = reader.read_to("checkout.completed");
        CHECK(types_of(events) == way_to_the_end);
        for (const event_block& each : events)
            CHECK(member_of(each, "partitionkey") == customer);
        seen = events.back().id;
    }
    CHECK(seen == "10-5");
    event_reader again(served.port(), {}, {{"Last-Event-ID", "9-4"}});
    CHECK(again.next_event().type == "checkout.completed");
    CHECK(again.next_event().type == "checkout.completed");
}

TEST_CASE("a silent stream says so, and moves on over what its reader does not want") {
    service_under_test served(keeping_events([](service_options& options) {
        options.event_keep_alive = duration{10};
    }));
    served.start();
    event_reader reader(served.port(), "type=nothing");
    static_cast<void>(served.check_out("k-1"));
    CHECK(reader.until_id([](const std::string& id) { return id == "5"; }) == "5");
}

TEST_CASE("a stream moves on while events that its reader does not want come without end") {
    service_under_test served(keeping_events([](service_options& options) {
        options.event_keep_alive = duration{10};
    }));
    served.start();
    event_reader reader(served.port(), "type=nothing");
    std::atomic<bool> is_enough = false;
    constexpr std::size_t most = 300;
    auto load = std::async(std::launch::async, [&] {
        for (std::size_t number = 0; number < most && !is_enough; ++number)
            static_cast<void>(served.check_out("k-" + std::to_string(number)));
    });
    const std::string id = reader.until_id([](const std::string& seen) { return seen != "0"; });
    is_enough = true;
    load.get();
    CHECK(std::stoul(id) < most * way_to_the_end.size());
}

TEST_CASE("a reader that has missed events is told how many, and goes on with the oldest kept") {
    service_under_test served(keeping_events([](service_options& options) {
        options.event_retention = duration{0};
    }));
    served.start();
    static_cast<void>(served.check_out("k-1"));
    served.stop();
    REQUIRE(served.wait_for_exit() == 0);
    // What is outdated goes as soon as a lane has recovered, though nobody has sent it.
    served.start_again();
    const auto page_after = [&served](const std::string& position) {
        return served.get("/v1/events?after=" + position, {{"Accept", "application/json"}});
    };
    const steady_instant until = steady_now() + event_reader::patience;
    while (page_after("1").status != 410 && steady_now() < until) {
    }
    CHECK(code_of(page_after("1")) == "events-gone");
    CHECK(page_after("5").status == 200);
    CHECK(page_after("start").status == 200);
    static_cast<void>(served.check_out("k-2"));
    event_reader reader(served.port(), {}, {{"Last-Event-ID", "1"}});
    const event_block gap = reader.next_event();
    CHECK(gap.type == "makegood.gap");
    CHECK(gap.data == R"({"missed":4})");
    CHECK(gap.id == "5");
    CHECK(types_of(reader.read_to("checkout.completed")) == way_to_the_end);
}

TEST_CASE("past the limit of streams a reader is asked to come back, and may once another is gone"
) {
    service_under_test served(keeping_events([](service_options& options) {
        options.event_streams_max = 1;
        options.event_keep_alive = duration{10};
    }));
    served.start();
    {
        event_reader reader(served.port());
        wait_for_streams(served, 1);
        const http::response refused = served.get("/v1/events");
        CHECK(refused.status == 503);
        CHECK(code_of(refused) == "overloaded");
        CHECK(refused.fields.find("Retry-After") == "1");
    }
    wait_for_streams(served, 0);
    event_reader reader(served.port());
    CHECK(reader.next().retry == "1000");
}

TEST_CASE("a reader that does not take what it is sent is dropped, and holds up nobody") {
    service_under_test served(keeping_events([](service_options& options) {
        options.write_time_max = duration{50};
    }));
    served.start();
    for (int number = 0; number < 150; ++number) {
        static_cast<void>(served.post(
            "/v1/checkouts", large_body(),
            {{"Idempotency-Key", std::to_string(number)}, {"Prefer", "wait=60"}}
        ));
    }
    event_reader deaf(served.port(), "after=start", {}, event_reader::window::small);
    event_reader other(served.port());
    wait_for_streams(served, 1);
    static_cast<void>(served.check_out("k-1"));
    CHECK(types_of(other.read_to("checkout.completed")) == way_to_the_end);
    CHECK_FALSE(deaf.reads_to_end());
}

TEST_CASE("a drain ends streams, and does not wait for them") {
    service_under_test served(keeping_events([](service_options& options) {
        options.drain.patience = std::chrono::hours{1};
    }));
    served.start();
    event_reader reader(served.port());
    CHECK(reader.next().retry == "1000");
    served.stop();
    CHECK_FALSE(reader.reads_to_end());  // it is cut: it waited for events
    CHECK(served.wait_for_exit() == 0);
}

TEST_CASE("a stream whose store cannot be read is not begun, and one that was is cut") {
    service_under_test served(keeping_events());
    served.start();
    event_reader reader(served.port());
    CHECK(reader.next().retry == "1000");
    // Its first look is over, and found nothing.
    static_cast<void>(served.check_out("k-1"));
    CHECK(types_of(reader.read_to("checkout.completed")) == way_to_the_end);
    served.store().fail_reads(store_errc::io);
    CHECK(served.get("/v1/events").status == 503);
    CHECK(served.get("/v1/events", {{"Accept", "application/json"}}).status == 503);
    static_cast<void>(served.check_out("k-2"));
    CHECK_FALSE(reader.reads_to_end());
}

TEST_CASE("a stream tells of damage once, stays, and goes on when what it wants can be read again"
) {
    service_under_test served(keeping_events());
    served.start();
    event_reader reader(served.port());
    CHECK(reader.next().retry == "1000");
    static_cast<void>(served.check_out("k-1"));
    CHECK(types_of(reader.read_to("checkout.completed")) == way_to_the_end);
    served.store().fail_reads(store_errc::corrupt);
    static_cast<void>(served.check_out("k-2"));
    const event_block told = reader.next_event();
    CHECK(told.type == "makegood.unreadable");
    CHECK(member_of(told, "code") == "store-corrupt");
    CHECK_FALSE(member_of(told, "detail").empty());
    CHECK(served.get("/v1/events").status == 500);
    served.store().fail_reads({});
    static_cast<void>(served.check_out("k-3"));
    CHECK(types_of(reader.read_to("checkout.completed")) == way_to_the_end);
    CHECK(types_of(reader.read_to("checkout.completed")) == way_to_the_end);
}
