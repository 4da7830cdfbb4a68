#include "simulation/faults.hpp"

#include <catch2/catch.hpp>

using namespace makegood;
using namespace makegood::simulation;

TEST_CASE("a list of faults begins with a preset or with nothing, and says what it means") {
    const auto rates = fault_rates::parse("heavy,crash=0,lost_answer=0.5");
    REQUIRE(rates.has_value());
    CHECK(rates->of(fault_kind::crash) == 0);
    CHECK(rates->of(fault_kind::lost_answer) == 0.5);
    CHECK(rates->of(fault_kind::duplicate) > 0);
    CHECK(fault_rates::parse("none")->text() == "none");
    CHECK(fault_rates::parse("duplicate=0.25")->text() == "none,duplicate=0.25");
}

TEST_CASE("every preset can be written as a list that means the same") {
    for (const char* preset : {"none", "light", "heavy"}) {
        const std::string text = fault_rates::parse(preset)->text();
        CHECK(fault_rates::parse(text)->text() == text);
    }
}

TEST_CASE("a list that cannot be read is refused with what would do") {
    CHECK_THAT(fault_rates::parse("haevy").error(), Catch::Contains("neither none, light, heavy"));
    CHECK_THAT(fault_rates::parse("crash=2").error(), Catch::Contains("crash=0.1"));
    CHECK_THAT(fault_rates::parse("crash=").error(), Catch::Contains("from 0 to 1"));
    CHECK_FALSE(fault_rates::parse("light,heavy").has_value());
    CHECK_FALSE(fault_rates::parse("").has_value());
}

TEST_CASE("leaving one fault out changes no other's chances") {
    fault_rates some = *fault_rates::parse("lost_answer=0.3,crash=0.3");
    weather with(7, some);
    some.set(fault_kind::crash, 0);
    weather without(7, some);
    for (int i = 0; i < 1'000; ++i) {
        static_cast<void>(with.strikes(fault_kind::crash));
        static_cast<void>(without.strikes(fault_kind::crash));
        REQUIRE(with.strikes(fault_kind::lost_answer) == without.strikes(fault_kind::lost_answer));
    }
    CHECK(without.counts()[static_cast<std::size_t>(fault_kind::crash)] == 0);
    CHECK(with.counts()[static_cast<std::size_t>(fault_kind::crash)] > 200);
}

TEST_CASE("nothing strikes once the weather has cleared up") {
    weather sky(7, *fault_rates::parse("crash=1"));
    CHECK(sky.strikes(fault_kind::crash));
    sky.clear_up();
    CHECK_FALSE(sky.strikes(fault_kind::crash));
}
