#include "cli/change_feed.hpp"

#include "cli/exit_code.hpp"

using namespace makegood::cli;
namespace json = boost::json;

namespace {

// A server's checkouts, by id, in memory.
class remembered_checkouts final : public checkout_reader {
public:
    void put(const std::string& id, const std::string& status, const std::string& updated_at) {
        checkouts_[id] = {{"id", id}, {"status", status}, {"updated_at", updated_at}};
    }

    json::object list(const query_parameters& query) override {
        json::array items;
        for (const auto& [id, checkout] : checkouts_) {
            bool wanted = !hides_ended_ || text_of(checkout, "status") == "running";
            for (const auto& [name, value] : query) {
                if (name == "status") wanted = text_of(checkout, "status") == value;
            }
            if (wanted) items.emplace_back(checkout);
        }
        return {{"items", items}};
    }
    json::object checkout(std::string_view id) override { return checkouts_.at(std::string{id}); }
    json::array journal(std::string_view) override { return {}; }
    json::object events(const query_parameters&) override { return {}; }
    json::object statistics() override { return {}; }

    // As if so many newer ones had come that ended ones are on no page any more.
    void hide_ended() { hides_ended_ = true; }

private:
    std::map<std::string, json::object> checkouts_;
    bool hides_ended_ = false;
};

std::vector<std::string> ids_of(const std::vector<json::object>& changes) {
    std::vector<std::string> ids;
    for (const json::object& change : changes)
        ids.push_back(text_of(change, "id"));
    return ids;
}

using ids = std::vector<std::string>;

}  // namespace

TEST_CASE("the first look shows what is open, later ones what changed") {
    remembered_checkouts server;
    server.put("a", "running", "1");
    server.put("b", "completed", "2");
    change_feed feed;
    CHECK(ids_of(feed.changes(server)) == ids{"a"});
    CHECK(feed.changes(server).empty());
    server.put("a", "compensating", "4");
    server.put("c", "running", "3");
    CHECK(ids_of(feed.changes(server)) == ids{"c", "a"});
    server.put("d", "completed", "5");
    CHECK(ids_of(feed.changes(server)) == ids{"d"});
}

TEST_CASE("an end is seen even when the checkout is on no page any more") {
    remembered_checkouts server;
    server.put("a", "running", "1");
    change_feed feed;
    static_cast<void>(feed.changes(server));
    server.put("a", "completed", "2");
    server.hide_ended();
    const auto changes = feed.changes(server);
    REQUIRE(ids_of(changes) == ids{"a"});
    CHECK(text_of(changes.front(), "status") == "completed");
    CHECK(feed.changes(server).empty());
}
