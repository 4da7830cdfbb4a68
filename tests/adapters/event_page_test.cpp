#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "adapters/api/event_page.hpp"
#include "tests/adapters/openapi_schema.hpp"
#include "tests/adapters/service_under_test.hpp"

using namespace makegood;
using namespace makegood::test;
namespace json = boost::json;

namespace {

const saga_id subject = *saga_id::parse("chk_00000000000000000000000001");

// Events that a test names by their types, of which some were dropped.
class listed_events final : public journal_reader {
public:
    explicit listed_events(std::vector<std::string> types, outbox_position dropped = 0)
        : types_(std::move(types)), dropped_(dropped) {}

    // Told with each event, and every so many milliseconds.
    duration step{1};
    std::size_t reads = 0;
    std::size_t rows = 0;  // that were read
    // What cannot be read.
    std::optional<outbox_position> damaged = {};
    // The second read finds that so many are dropped.
    std::optional<outbox_position> dropped_meanwhile = {};

    store_result<std::vector<positioned_event>> events(outbox_position after, std::size_t at_most)
        override {
        if (++reads == 2 && dropped_meanwhile) dropped_ = *dropped_meanwhile;
        std::vector<positioned_event> found;
        for (outbox_position at = std::max(after, dropped_);
             at < types_.size() && found.size() < at_most; ++at) {
            if (damaged == at + 1) break;
            ++rows;
            const instant time{step * static_cast<std::int64_t>(at)};
            const auto sequence = static_cast<journal_sequence>(at + 1);
            const customer_id customer{"cus_1"};
            found.push_back({at + 1, {types_[at], subject, sequence, time, customer, {}, "{\n}"}});
        }
        if (found.empty() && damaged == std::max(after, dropped_) + 1) {
            return store_error{store_errc::corrupt, "damaged by the test"};
        }
        return found;
    }
    store_result<outbox_state> outbox() override {
        return outbox_state{types_.size(), 0, dropped_};
    }

    store_result<saga_record> load(const saga_id&) override { return none(); }
    store_result<std::vector<journal_entry>> journal(const saga_id&) override { return none(); }
    store_result<saga_page> list(const saga_query&) override { return none(); }
    store_result<std::vector<wake_up>> unfinished() override { return none(); }
    store_result<store_statistics> statistics() override { return none(); }

private:
    static store_error none() { return {store_errc::not_found, "not of this test"}; }

    const std::vector<std::string> types_;
    outbox_position dropped_;
};

using words = std::vector<std::string>;

or_problem<json::object> page_of(
    std::string_view query, std::initializer_list<listed_events*> lanes
) {
    const auto wanted = read_event_query(query, {{}, lanes.size()});
    if (!wanted) return wanted.error();
    std::vector<event_scan> scans;
    for (listed_events* const each : lanes) {
        auto scan = scan_events(
            *each, wanted->filter, begin_of(*wanted, scans.size()), page_limits(*wanted)
        );
        REQUIRE(scan.has_value());
        scans.push_back(std::move(*scan));
    }
    const auto page = event_page_json(*wanted, std::move(scans));
    if (!page) return page.error();
    return json::parse(*page).as_object();
}

words types_in(const json::object& page) {
    words types;
    for (const json::value& item : page.at("items").as_array())
        types.push_back(text_of(item.as_object(), "type"));
    return types;
}

words numbered(std::string_view name, std::size_t count) {
    words types;
    for (std::size_t number = 0; number < count; ++number)
        types.emplace_back(name);
    return types;
}

}  // namespace

TEST_CASE(
    "pages follow each other without a gap, lanes are merged by time, and the last one says so"
) {
    listed_events slow(words{"a", "b", "c"});
    listed_events quick(words{"x", "y", "z"});
    slow.step = duration{10};
    quick.step = duration{4};
    const auto first = page_of("limit=4", {&slow, &quick});
    REQUIRE(first.has_value());
    CHECK(types_in(*first) == words{"a", "x", "y", "z"});
    CHECK(text_of(*first, "next") == "1-3");
    CHECK(first->at("more").as_bool());
    const auto second = page_of("after=1-3", {&slow, &quick});
    REQUIRE(second.has_value());
    CHECK(types_in(*second) == words{"b", "c"});
    CHECK(text_of(*second, "next") == "3-3");
    CHECK_FALSE(second->at("more").as_bool());
    const auto last = page_of("after=3-3", {&slow, &quick});
    REQUIRE(last.has_value());
    CHECK(types_in(*last).empty());
    CHECK(text_of(*last, "next") == "3-3");
    CHECK_FALSE(last->at("more").as_bool());
}

TEST_CASE("a page steps over what its filter does not take, however much that is") {
    words types = numbered("a", 12'000);
    types[7'000] = "b";
    listed_events lane(types);
    const auto first = page_of("type=b", {&lane});
    REQUIRE(first.has_value());
    CHECK(types_in(*first).empty());
    CHECK(text_of(*first, "next") == "5000");
    CHECK(first->at("more").as_bool());
    const auto second = page_of("type=b&after=5000", {&lane});
    REQUIRE(second.has_value());
    CHECK(types_in(*second) == words{"b"});
    CHECK(text_of(*second, "next") == "10000");
    const auto third = page_of("type=b&after=10000", {&lane});
    REQUIRE(third.has_value());
    CHECK(text_of(*third, "next") == "12000");
    CHECK_FALSE(third->at("more").as_bool());
}

TEST_CASE("a page begins with the oldest kept, or with what comes, or behind a position") {
    listed_events lane(words{"a", "b", "c"}, 1);
    CHECK(types_in(*page_of("", {&lane})) == words{"b", "c"});
    CHECK(types_in(*page_of("after=start", {&lane})) == words{"b", "c"});
    CHECK(types_in(*page_of("after=2", {&lane})) == words{"c"});
    CHECK(types_in(*page_of("after=1", {&lane})) == words{"b", "c"});
    const auto now = page_of("after=now", {&lane});
    CHECK(types_in(*now).empty());
    CHECK(text_of(*now, "next") == "3");
}

TEST_CASE("a page behind which events were dropped is refused, and so is one beyond the newest") {
    listed_events lane(words{"a", "b", "c"}, 2);
    const auto gone = page_of("after=0", {&lane});
    REQUIRE(gone.has_error());
    CHECK(gone.error().status == 410);
    CHECK(gone.error().code == "events-gone");
    CHECK(gone.error().detail.starts_with("2 events"));
    listed_events all_gone(words{"a", "b", "c"}, 3);
    CHECK(page_of("after=1", {&all_gone}).error().status == 410);
    CHECK(page_of("after=4", {&lane}).error().status == 400);
    CHECK(page_of("after=4", {&all_gone}).error().status == 400);
}

TEST_CASE("what is dropped while a scan is under way ends it, and the next one tells") {
    listed_events lane(numbered("a", 1'200));
    lane.dropped_meanwhile = 900;
    const auto first = scan_events(lane, {}, 0, {.found = 5'000});
    REQUIRE(first.has_value());
    CHECK(first->found.size() == 500);
    CHECK(first->last == 500);
    CHECK(first->missing == first->after);
    CHECK_FALSE(first->at_end);
    const auto second = scan_events(lane, {}, first->last, {.found = 5'000});
    REQUIRE(second.has_value());
    CHECK(second->missing == 900);
    CHECK(second->found.size() == 300);
    CHECK(second->at_end);
}

TEST_CASE("what stands before damage is shown, and the damage is told of by the next page") {
    listed_events lane(words{"a", "b", "c", "d"});
    lane.damaged = 3;
    const auto page = page_of("", {&lane});
    REQUIRE(page.has_value());
    CHECK(types_in(*page) == words{"a", "b"});
    CHECK(page->at("more").as_bool());
    const auto next = scan_events(lane, {}, 2, {.found = 5'000});
    REQUIRE(next.has_error());
    CHECK(next.error().code == store_errc::corrupt);
}

TEST_CASE("a page of everything reads no more than it shows and whether there is more") {
    listed_events lane(numbered("a", 1'000));
    const auto some = page_of("limit=3", {&lane});
    CHECK(types_in(*some).size() == 3);
    CHECK(some->at("more").as_bool());
    CHECK(lane.rows == 3 + 1);
    CHECK_FALSE(page_of("limit=3&after=997", {&lane})->at("more").as_bool());
}

TEST_CASE("a scan holds no more bytes than it may") {
    listed_events lane(numbered("a", 100));
    const auto one = scan_events(lane, {}, 0, {.found = 100, .bytes = 1});
    REQUIRE(one.has_value());
    CHECK(one->found.size() == 1);
    CHECK_FALSE(one->at_end);
    CHECK(one->found[0].text.find('\n') == std::string::npos);
}

TEST_CASE("one position has one text") {
    const event_history unmarked{{}, 2};
    const event_history marked = event_history_of("0f6c93ab12ef7788", 2);
    CHECK(position_text({}, {17, 204}) == "17-204");
    CHECK(position_text(marked.mark, {17, 204}) == "0f6c93ab12ef.17-204");
    CHECK(parse_position("17-204", unmarked).positions == event_positions{17, 204});
    CHECK(parse_position("0f6c93ab12ef.17-204", marked).positions == event_positions{17, 204});
    CHECK(
        parse_position("18446744073709551615", {{}, 1}).positions
        == event_positions{~outbox_position{0}}
    );
    for (const char* const wrong :
         {"", "-", "1-", "-1", "01", "1-2-3", "1", " 1-2", "1-2 ", "a-b", "1--2",
          "18446744073709551616-1", "1,2", "+1-2"}) {
        INFO(wrong);
        CHECK_FALSE(parse_position(wrong, unmarked).positions.has_value());
        CHECK_FALSE(parse_position("0f6c93ab12ef." + std::string(wrong), marked).positions);
    }
    for (const char* const wrong : {"17-204", ".17-204", "0f6c.17-204", "0F6C93AB12EF.17-204"}) {
        INFO(wrong);
        const parsed_position read = parse_position(wrong, marked);
        CHECK_FALSE(read.positions.has_value());
        CHECK_FALSE(read.is_foreign);
    }
}

TEST_CASE("a position of before a backup was restored is gone, however it compares") {
    std::string folder = "0f6c93ab12ef77880f6c93ab12ef7788";
    service_under_test served({.keeps_events = true, .change = [&folder](service_options& options) {
                                   options.folder_id = folder;
                               }});
    served.start();
    REQUIRE(served.check_out("k-1").status == 200);
    const auto page_after = [&served](const std::string& position) {
        return served.get("/v1/events?after=" + position, {{"Accept", "application/json"}});
    };
    const std::string next = text_of(object_of(page_after("start")), "next");
    CHECK(next == "0f6c93ab12ef.5");
    CHECK(page_after(next).status == 200);
    served.stop();
    REQUIRE(served.wait_for_exit() == 0);
    folder = "ffffffffffff77880f6c93ab12ef7788";
    served.start_again();
    const http::response gone = page_after(next);
    CHECK(gone.status == 410);
    CHECK(code_of(gone) == "events-gone");
    CHECK(served.get("/v1/events", {{"Last-Event-ID", next}}).status == 410);
    CHECK(served.get("/v1/events", {{"Last-Event-ID", "5"}}).status == 400);
    CHECK(page_after("ffffffffffff.5").status == 200);
}

TEST_CASE("a query of events that is wrong is refused with what is wrong in it") {
    service_under_test served({.keeps_events = true});
    served.start();
    const auto pointer_of = [](const http::response& refused) {
        REQUIRE(refused.status == 400);
        CHECK(code_of(refused) == "invalid-field");
        return text_of(object_of(refused).at("errors").at(0).as_object(), "pointer");
    };
    const std::pair<const char*, const char*> both[] = {
        {"type=", "/type"},    {"type=a,,b", "/type"}, {"type=Checkout", "/type"},
        {"type=*.x", "/type"}, {"id=cus_1", "/id"},    {"after=1-2", "/after"},
        {"after=1", "/after"}, {"after=-1", "/after"}, {"cursor=x", "/cursor"},
        {"id=x&id=y", "/id"},
    };
    for (const auto& [query, pointer] : both) {
        INFO(query);
        const std::string target = std::string("/v1/events?") + query;
        CHECK(pointer_of(served.get(target)) == pointer);
        CHECK(pointer_of(served.get(target, {{"Accept", "application/json"}})) == pointer);
    }
    CHECK(pointer_of(served.get("/v1/events?limit=10")) == "/limit");
    CHECK(
        pointer_of(served.get("/v1/events?limit=501", {{"Accept", "application/json"}})) == "/limit"
    );
    for (const char* const wrong : {"chk_1", "7"}) {
        CHECK(pointer_of(served.get("/v1/events", {{"Last-Event-ID", wrong}})) == "/Last-Event-ID");
    }
}

TEST_CASE("a page of events is as described, and asks for the usual number of them") {
    service_under_test served({.keeps_events = true});
    served.start();
    for (int number = 0; number < 11; ++number)
        static_cast<void>(served.check_out("k-" + std::to_string(number)));
    const http::response answer = served.get("/v1/events", {{"Accept", "Application/JSON"}});
    REQUIRE(answer.status == 200);
    CHECK(differences(json::parse(answer.body), "event_page") == words());
    CHECK(object_of(answer).at("items").as_array().size() == 50);
    CHECK(text_of(object_of(answer), "next") == "50");
    CHECK(served.get("/v1/events", {{"Accept", "application/json"}}).body == answer.body);
}

TEST_CASE("a HEAD of the stream is answered at once, and a server that keeps no events says so") {
    service_under_test served({.keeps_events = true});
    served.start();
    const std::string head = exchange_bytes(
        served.port(), "HEAD /v1/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    );
    CHECK(head.starts_with("HTTP/1.1 200 "));
    CHECK(head.ends_with("\r\n\r\n"));
    CHECK(exchange(served.port(), "POST", "/v1/events").status == 405);

    service_under_test silent({.keeps_events = false});
    silent.start();
    for (const char* const accepted : {"application/json", "text/event-stream"}) {
        const http::response refused = silent.get("/v1/events", {{"Accept", accepted}});
        REQUIRE(refused.status == 404);
        CHECK(code_of(refused) == "events-not-kept");
    }
}
