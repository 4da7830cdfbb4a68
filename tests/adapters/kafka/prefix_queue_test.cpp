#include "adapters/kafka/prefix_queue.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace makegood::kafka;

namespace {

using queue = prefix_queue<std::string>;

void finish(queue& items, message_position position) {
    queue::entry* found = items.find(position);
    REQUIRE(found != nullptr);
    found->finished = true;
}

std::vector<std::string> dropped(queue& items) {
    std::vector<std::string> gone;
    static_cast<void>(items.drop_prefix([&](queue::entry& each) { gone.push_back(each.item); }));
    return gone;
}

}  // namespace

TEST_CASE("finished items leave when everything before them is finished") {
    queue items;
    items.push(3, "a");
    items.push(7, "b");
    items.push(8, "c");
    finish(items, 7);
    CHECK(dropped(items).empty());
    finish(items, 3);
    CHECK(dropped(items) == std::vector<std::string>{"a", "b"});
    CHECK(items.size() == 1);
    finish(items, 8);
    CHECK(items.drop_prefix([](const auto&) {}) == message_position{8});
    CHECK(items.empty());
    CHECK_FALSE(items.drop_prefix([](const auto&) {}));
}

TEST_CASE("a position that is not here is not found") {
    queue items;
    items.push(3, "a");
    items.push(7, "b");
    CHECK(items.find(2) == nullptr);
    CHECK(items.find(5) == nullptr);
    CHECK(items.find(8) == nullptr);
    finish(items, 3);
    CHECK(dropped(items).size() == 1);
    CHECK(items.find(3) == nullptr);
}
