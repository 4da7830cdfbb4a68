#include "simulation/agenda.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace makegood;
using namespace makegood::simulation;
using namespace std::chrono_literals;

TEST_CASE("what is due first happens first, and of one moment what was planned first") {
    agenda time;
    const instant began = time.now();
    std::string order;
    time.after(20ms, [&] { order += 'c'; });
    time.after(10ms, [&] { order += 'a'; });
    time.after(10ms, [&] { order += 'b'; });
    while (time.step()) {
    }
    CHECK(order == "abc");
    CHECK(time.now() - began == 20ms);
    CHECK(time.steps() == 3);
}

TEST_CASE("what is planned for the past happens now: time does not go back") {
    agenda time;
    instant seen{};
    time.after(10ms, [&] { time.at(time.now() - 5ms, [&] { seen = time.now(); }); });
    const instant began = time.now();
    while (time.step()) {
    }
    CHECK(seen - began == 10ms);
}
