#include "engine/time.hpp"

#include <catch2/catch.hpp>

using namespace makegood;
using namespace std::chrono;

TEST_CASE("instants are written as RFC 3339 in UTC with milliseconds") {
    CHECK(format_instant(instant{}) == "1970-01-01T00:00:00.000Z");
    CHECK(
        format_instant(instant{sys_days{2026y / 11 / 20}} + 8h + 15min + 30s + 123ms)
        == "2026-11-20T08:15:30.123Z"
    );
}

TEST_CASE("instants are read with any offset and any fraction") {
    const instant expected{sys_days{2026y / 11 / 20} + 8h + 15min + 30s + 120ms};
    CHECK(parse_instant("2026-11-20T08:15:30.12Z") == expected);
    CHECK(parse_instant("2026-11-20T08:15:30.120999Z") == expected);
    CHECK(parse_instant("2026-11-20t09:15:30.12+01:00") == expected);
    CHECK(parse_instant("2026-11-20T08:15:30Z") == expected - 120ms);
    CHECK(parse_instant("2024-02-29T00:00:00Z"));
}

TEST_CASE("what is not RFC 3339 is no instant") {
    for (const char* text :
         {"", "2026-11-20", "2026-11-20T08:15:30", "2026-13-20T08:15:30Z", "2025-02-29T00:00:00Z",
          "2026-11-20T24:15:30Z", "2026-11-20T08:15:30.Z", "2026-11-20T08:15:30+0100",
          "2026-11-20T08:15:30Zjunk", "20261120T081530Z", "2026-11-20T08:15:3xZ"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_instant(text));
    }
}
