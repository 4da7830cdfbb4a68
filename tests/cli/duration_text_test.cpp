#include "cli/duration_text.hpp"

using namespace makegood;
using namespace makegood::cli;

TEST_CASE("a duration is a whole number and a unit") {
    CHECK(parse_duration("250ms") == duration{250});
    CHECK(parse_duration("900s") == duration{900'000});
    CHECK(parse_duration("15m") == duration{900'000});
    CHECK(parse_duration("24h") == duration{86'400'000});
    CHECK(parse_duration("7d") == duration{604'800'000});
    CHECK(parse_duration("0s") == duration{0});
    for (const char* wrong :
         {"", "15", "s", "-1s", "1.5s", "1 s", "1S", "99999999999999999999s",
          "9223372036854775807d"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_duration(wrong).has_value());
    }
}

TEST_CASE("a duration is written in the largest unit that keeps it exact") {
    CHECK(format_duration(duration{900'000}) == "15m");
    CHECK(format_duration(duration{90'000}) == "90s");
    CHECK(format_duration(duration{1'500}) == "1500ms");
    CHECK(format_duration(duration{0}) == "0s");
    for (const std::int64_t length : {1LL, 1'000LL, 61'000LL, 3'600'000LL, 86'400'000LL, 7LL}) {
        CHECK(parse_duration(format_duration(duration{length})) == duration{length});
    }
}

TEST_CASE("a duration for people is short") {
    CHECK(describe_duration(duration{340}) == "340 ms");
    CHECK(describe_duration(duration{2'450}) == "2.4 s");
    CHECK(describe_duration(duration{200'000}) == "3 min 20 s");
    CHECK(describe_duration(duration{7'500'000}) == "2 h 5 min");
    CHECK(describe_duration(duration{273'600'000}) == "3 d 4 h");
    CHECK(describe_duration(duration{-5}) == "-5 ms");
}
