#include "cli/event_feed.hpp"

#include <algorithm>

#include "cli/exit_code.hpp"

using namespace makegood::cli;
namespace json = boost::json;

namespace {

using words = std::vector<std::string>;

// Numbered events, of which the first ones may be dropped; a page has two at most.
class numbered_events final : public checkout_reader {
public:
    std::size_t newest = 0;
    std::size_t dropped = 0;
    words asked = {};  // after, limit and the filter of every query

    json::object events(const query_parameters& query) override {
        words values;
        for (const auto& [name, value] : query)
            values.push_back(name + "=" + value);
        asked.push_back(values[0] + " " + values[1] + " " + values[2]);
        const std::string after = query[1].second;
        const std::size_t begin = after == "start" ? dropped : std::stoul(after);
        if (begin < dropped) throw command_failure(errc::gone, "events-gone: some");
        const std::size_t end = std::min({begin + 2, begin + std::stoul(query[2].second), newest});
        json::array items;
        for (std::size_t number = begin + 1; number <= end; ++number)
            items.emplace_back(json::object{{"id", std::to_string(number)}});
        return {{"items", items}, {"next", std::to_string(end)}, {"more", end < newest}};
    }
    json::object list(const query_parameters&) override { return {}; }
    json::object checkout(std::string_view) override { return {}; }
    json::array journal(std::string_view) override { return {}; }
    json::object statistics() override { return {}; }
};

struct heard {
    words ids = {};
    words missed = {};

    event_feed feed(std::string after, std::optional<std::size_t> limit = {}) {
        return {
            {{{"type", "a"}}, std::move(after), limit},
            {.event = [this](const json::object& told) { ids.push_back(text_of(told, "id")); },
             .missed = [this](const std::string& why) { missed.push_back(why); }}};
    }
};

}  // namespace

TEST_CASE("a feed reads page after page, and later what has come since") {
    numbered_events server;
    server.newest = 3;
    heard told;
    event_feed feed = told.feed("start");
    CHECK(feed.read_on(server));
    CHECK(told.ids == words{"1", "2", "3"});
    CHECK(feed.rest().empty());
    CHECK(feed.read_on(server));
    server.newest = 5;
    CHECK(feed.read_on(server));
    CHECK(told.ids == words{"1", "2", "3", "4", "5"});
    CHECK(server.asked[0] == "type=a after=start limit=500");
    CHECK(server.asked[1] == "type=a after=2 limit=500");
}

TEST_CASE("a feed ends with as many as were wanted, and says where it goes on") {
    numbered_events server;
    server.newest = 5;
    heard told;
    event_feed feed = told.feed("start", 3);
    CHECK_FALSE(feed.read_on(server));
    CHECK(told.ids == words{"1", "2", "3"});
    CHECK(feed.count() == 3);
    CHECK(feed.rest() == "3");
    CHECK(server.asked[1] == "type=a after=2 limit=1");
}

TEST_CASE("a feed tells what it has missed, and goes on with the oldest that is kept") {
    numbered_events server;
    server.newest = 2;
    heard told;
    event_feed feed = told.feed("start");
    CHECK(feed.read_on(server));
    server.newest = 9;
    server.dropped = 7;
    CHECK(feed.read_on(server));
    CHECK(told.ids == words{"1", "2", "8", "9"});
    CHECK(told.missed == words{"events-gone: some"});
}
