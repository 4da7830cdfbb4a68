#include "engine/wake_list.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <utility>

using namespace makegood;

namespace {

saga_id id_of(std::uint8_t number, std::string_view prefix = "chk") {
    std::array<std::uint8_t, 9> random{};
    random[8] = number;
    return saga_id::make(prefix, 1'000, 7, random);
}

instant at(std::int64_t ms) {
    return instant{duration{ms}};
}

using moment_and_saga = std::pair<instant, saga_id>;

moment_and_saga take_next(wake_list& wakes) {
    const wake_up taken = wakes.take_next();
    return {taken.at, taken.id};
}

}  // namespace

TEST_CASE("sagas are looked at in the order of their times, and of one time in that of their ids") {
    wake_list wakes;
    wakes.add(at(70), id_of(1));
    wakes.add(at(5), id_of(3));
    wakes.add(at(5), id_of(2));
    wakes.add(at(5), id_of(2, "ful"));
    wakes.add(at(-1), id_of(9));
    CHECK(wakes.next().at == at(-1));
    CHECK((take_next(wakes) == moment_and_saga{at(-1), id_of(9)}));
    CHECK((take_next(wakes) == moment_and_saga{at(5), id_of(2)}));
    CHECK((take_next(wakes) == moment_and_saga{at(5), id_of(2, "ful")}));
    CHECK((take_next(wakes) == moment_and_saga{at(5), id_of(3)}));
    CHECK((take_next(wakes) == moment_and_saga{at(70), id_of(1)}));
    CHECK(wakes.empty());
}

TEST_CASE("a saga is in the list once for one moment, and taking it out twice does no harm") {
    wake_list wakes;
    wakes.add(at(5), id_of(1));
    wakes.add(at(5), id_of(1));
    wakes.add(at(6), id_of(1));
    wakes.remove(at(5), id_of(1));
    wakes.remove(at(5), id_of(1));
    wakes.remove(at(5'000), id_of(1));
    REQUIRE_FALSE(wakes.empty());
    CHECK((take_next(wakes) == moment_and_saga{at(6), id_of(1)}));
    CHECK(wakes.empty());
}

TEST_CASE("what is recovered at once comes in order; what never wakes is left out") {
    wake_list wakes;
    wakes.add_all({{id_of(1), at(40)}, {id_of(2), never}, {id_of(3), at(33)}, {id_of(4), at(1)}});
    CHECK((take_next(wakes) == moment_and_saga{at(1), id_of(4)}));
    CHECK((take_next(wakes) == moment_and_saga{at(33), id_of(3)}));
    CHECK((take_next(wakes) == moment_and_saga{at(40), id_of(1)}));
    CHECK(wakes.empty());
}

TEST_CASE("whatever comes and goes, the list is a sorted set of moments and sagas") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 chance(seed);
    wake_list wakes;
    std::set<moment_and_saga> expected;
    for (int turn = 0; turn < 20'000; ++turn) {
        const instant when = at(static_cast<std::int64_t>(chance() % 200) - 50);
        const saga_id id = id_of(static_cast<std::uint8_t>(chance() % 16));
        switch (chance() % 4) {
            case 0:
            case 1:
                wakes.add(when, id);
                expected.emplace(when, id);
                break;
            case 2:
                wakes.remove(when, id);
                expected.erase({when, id});
                break;
            case 3:
                REQUIRE(wakes.empty() == expected.empty());
                if (expected.empty()) break;
                REQUIRE((take_next(wakes) == *expected.begin()));
                expected.erase(expected.begin());
                break;
        }
    }
}
