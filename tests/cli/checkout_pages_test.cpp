#include "cli/checkout_pages.hpp"

#include <boost/json/array.hpp>

using namespace makegood::cli;
namespace json = boost::json;

namespace {

// A list of numbered checkouts, of which a page holds those that stand on it, however many are
// asked for at most. The cursor is the number of the next page.
class paged_checkouts final : public checkout_reader {
public:
    explicit paged_checkouts(std::vector<std::vector<int>> pages) : pages_(std::move(pages)) {}

    json::object list(const query_parameters& query) override {
        asked.push_back(query_text(query));
        std::size_t page = 0;
        std::size_t limit = 0;
        for (const auto& [name, value] : query) {
            if (name == "cursor") page = std::stoul(value);
            if (name == "limit") limit = std::stoul(value);
        }
        REQUIRE(pages_.at(page).size() <= limit);
        json::array items;
        for (const int number : pages_[page])
            items.push_back(json::object{{"number", number}});
        json::object answer{{"items", items}};
        if (page + 1 < pages_.size()) answer["next_cursor"] = std::to_string(page + 1);
        return answer;
    }
    json::object checkout(std::string_view) override { return {}; }
    json::array journal(std::string_view) override { return {}; }
    json::object events(const query_parameters&) override { return {}; }
    json::object statistics() override { return {}; }

    std::vector<std::string> asked;

private:
    std::vector<std::vector<int>> pages_;
};

struct read_checkouts {
    std::vector<int> numbers;
    std::string next;
};
read_checkouts read(paged_checkouts& list, const wanted_checkouts& wanted) {
    read_checkouts read;
    read.next = read_pages(list, wanted, [&](const json::object& checkout) {
        read.numbers.push_back(checkout.at("number").to_number<int>());
    });
    return read;
}

}  // namespace

TEST_CASE("a page that is short or empty is not taken for the end of the list") {
    paged_checkouts list({{1, 2}, {}, {3}, {4}});
    const read_checkouts all = read(list, {.query = {{"state", "voiding"}}});
    CHECK(all.numbers == std::vector{1, 2, 3, 4});
    CHECK(all.next.empty());
    CHECK(list.asked.front() == "state=voiding&limit=500");
    CHECK(list.asked.back() == "state=voiding&limit=500&cursor=3");
}

TEST_CASE("so many checkouts as were asked for are gathered, and no more pages than it takes") {
    paged_checkouts list({{1, 2}, {}, {3}, {4}});
    const read_checkouts some = read(list, {.query = {}, .count = 3});
    CHECK(some.numbers == std::vector{1, 2, 3});
    CHECK(some.next == "3");
    CHECK(
        list.asked == std::vector<std::string>{"limit=3", "limit=1&cursor=1", "limit=1&cursor=2"}
    );
    const read_checkouts rest = read(list, {.query = {}, .cursor = "3", .count = 3});
    CHECK(rest.numbers == std::vector{4});
    CHECK(rest.next.empty());
}
