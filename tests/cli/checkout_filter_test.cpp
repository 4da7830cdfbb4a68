#include "cli/checkout_filter.hpp"

#include "cli/exit_code.hpp"

using namespace makegood::cli;

TEST_CASE("--where reads as the API's query") {
    const checkout_filter filter = parse_where("status=parked,reason=payment_declined");
    CHECK(query_text(filter.query()) == "status=parked&reason=payment_declined");
    CHECK(query_text(parse_where("customer=a b&c").query()) == "customer_id=a%20b%26c");
    CHECK(
        query_text(parse_where("created-after=2026-11-20T08:00:00Z").query())
        == "created_after=2026-11-20T08%3A00%3A00Z"
    );
}

TEST_CASE("--where that would mean everything or nothing is refused") {
    for (const char* wrong :
         {"", ",", "parked", "status=", "status=parkt", "stat=parked", "created_after=yesterday"}) {
        CAPTURE(wrong);
        try {
            static_cast<void>(parse_where(wrong));
            FAIL_CHECK("was taken");
        } catch (const command_failure& failure) {
            CHECK(failure.code() == errc::usage_wrong);
        }
    }
}
