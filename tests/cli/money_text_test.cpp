#include "cli/money_text.hpp"

#include <catch2/catch.hpp>

using makegood::cli::money_text;

TEST_CASE("amounts are shown with the digits that their currency has") {
    CHECK(money_text(12'999, "USD") == "129.99 USD");
    CHECK(money_text(5, "EUR") == "0.05 EUR");
    CHECK(money_text(0, "EUR") == "0.00 EUR");
    CHECK(money_text(12'999, "JPY") == "12999 JPY");
    CHECK(money_text(12'999, "KWD") == "12.999 KWD");
    CHECK(money_text(-150, "USD") == "-1.50 USD");
}
