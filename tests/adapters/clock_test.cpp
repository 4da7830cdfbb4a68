#include <catch2/catch.hpp>

#include "adapters/clock/clock.hpp"
#include "adapters/clock/onward_time.hpp"
#include "adapters/lane/retention.hpp"

using namespace makegood;
using namespace std::chrono_literals;

namespace {

// The two clocks of a machine, as somebody sets them.
struct two_clocks {
    std::chrono::nanoseconds wall = 500'000h;
    std::chrono::nanoseconds steady = 3h;

    void pass(std::chrono::nanoseconds passed) {
        wall += passed;
        steady += passed;
    }
    std::chrono::nanoseconds told() { return time.told(wall, steady); }

    onward_time time;
};

}  // namespace

TEST_CASE("time is the wall clock's as long as that goes on") {
    two_clocks clocks;
    for (int step = 0; step < 100; ++step) {
        CHECK(clocks.told() == clocks.wall);
        clocks.pass(17ms);
    }
    clocks.wall += 24h;
    CHECK(clocks.told() == clocks.wall);
}

TEST_CASE("a wall clock that is set back slows time down and does not stop it, until it caught up"
) {
    two_clocks clocks;
    const auto before = clocks.told();
    clocks.wall -= 1h;
    CHECK(clocks.told() == before);
    clocks.pass(10min);
    CHECK(clocks.told() == before + 5min);
    clocks.pass(1h + 49min);
    CHECK(clocks.told() == before + 59min + 30s);
    CHECK(clocks.told() > clocks.wall);
    clocks.pass(1min);
    CHECK(clocks.told() == clocks.wall);
    clocks.pass(1min);
    CHECK(clocks.told() == clocks.wall);
}

TEST_CASE("time never goes back, however the wall clock jumps") {
    two_clocks clocks;
    std::uint64_t chance = 11;
    auto last = clocks.told();
    for (int step = 0; step < 10'000; ++step) {
        chance = chance * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
        clocks.pass(std::chrono::milliseconds{chance >> 54});
        if (step % 7 == 0) clocks.wall += std::chrono::milliseconds{(chance >> 40) % 100'000} - 50s;
        const auto told = clocks.told();
        REQUIRE(told >= last);
        REQUIRE(told >= clocks.wall);
        last = told;
    }
}

TEST_CASE("a moment is the same on both clocks, there and back") {
    const steady_instant moment = steady_now() + 10s;
    const auto apart = steady_moment_of(wall_moment_of(moment)) - moment;
    CHECK(apart > -2s);
    CHECK(apart < 2s);
}

TEST_CASE("keys are kept for as long as was said, also when the wall clock jumps ahead") {
    retention keys(24h);
    instant wall{std::chrono::hours{500'000}};
    steady_instant steady{3h};
    const instant ended = wall;  // a checkout of just now
    CHECK(keys.forgotten_before(wall, steady) == wall - 24h);
    wall += 1min;
    steady += 1min;
    CHECK(keys.forgotten_before(wall, steady) == wall - 24h);

    wall += 24h;
    CHECK(keys.forgotten_before(wall, steady) == ended + 1min - 24h);
    for (int hour = 0; hour < 23; ++hour) {
        wall += 1h;
        steady += 1h;
        CHECK(keys.forgotten_before(wall, steady) < ended);
    }
    wall += 1h;
    steady += 1h;
    CHECK(keys.forgotten_before(wall, steady) >= ended);
}

TEST_CASE("the moment up to which keys are forgotten never goes back") {
    retention keys(24h);
    const instant wall{std::chrono::hours{500'000}};
    const instant before = keys.forgotten_before(wall, steady_instant{3h});
    CHECK(keys.forgotten_before(wall - 5h, steady_instant{4h}) == before);
}
