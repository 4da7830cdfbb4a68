#include "engine/ports/list_page.hpp"

#include <catch2/catch.hpp>

using namespace makegood;

namespace {

list_position at(std::int64_t ms, std::uint8_t number = 0) {
    return {instant{duration{ms}}, saga_id::make("chk", ms, 7, {number})};
}

struct shown {
    list_position where;
    bool operator==(const shown&) const = default;
};
list_position position_of(const shown& item) {
    return item.where;
}
using pages = std::vector<list_page<shown>>;
using items = std::vector<shown>;

}  // namespace

TEST_CASE("lists that end are one list, newest first, and of one moment the higher id first") {
    const auto merged = merge_pages<shown>(
        pages{{{{at(9)}, {at(5, 1)}}, {}}, {{{at(7)}, {at(5, 2)}}, {}}, {{}, {}}}, 10
    );
    CHECK((merged.items == items{{at(9)}, {at(7)}, {at(5, 2)}, {at(5, 1)}}));
    CHECK_FALSE(merged.next.has_value());
}

TEST_CASE("a list that goes on behind the limit is continued after the last one shown") {
    const auto merged =
        merge_pages<shown>(pages{{{{at(9)}, {at(5)}}, {}}, {{{at(7)}, {at(6)}}, at(6)}}, 2);
    CHECK((merged.items == items{{at(9)}, {at(7)}}));
    CHECK((merged.next == at(7)));
}

TEST_CASE("nothing is shown that is older than what one of the stores has not looked at yet") {
    const auto merged =
        merge_pages<shown>(pages{{{{at(9)}, {at(5)}, {at(1)}}, at(1)}, {{}, at(6)}, {{}, {}}}, 10);
    CHECK((merged.items == items{{at(9)}}));
    CHECK((merged.next == at(6)));
    SECTION("not even anything") {
        const auto empty = merge_pages<shown>(pages{{{{at(5)}}, {}}, {{}, at(6)}}, 10);
        CHECK(empty.items.empty());
        CHECK((empty.next == at(6)));
    }
}
