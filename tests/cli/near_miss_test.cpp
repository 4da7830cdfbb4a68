#include "cli/near_miss.hpp"

using namespace makegood::cli;

namespace {

const std::vector<std::string> words{"listen", "lanes", "data", "insufficient_stock"};

}  // namespace

TEST_CASE("a slip of the fingers finds the word that was meant") {
    CHECK(near_misses("litsen", words) == std::vector<std::string>{"listen"});
    CHECK(near_misses("lane", words) == std::vector<std::string>{"lanes"});
    CHECK(
        near_misses("Insufficient-Stock", words) == std::vector<std::string>{"insufficient_stock"}
    );
    CHECK(near_misses("stock", words) == std::vector<std::string>{"insufficient_stock"});
}

TEST_CASE("what is like nothing suggests nothing") {
    CHECK(near_misses("zebra", words).empty());
    CHECK(did_you_mean("zebra", words).empty());
    CHECK(did_you_mean("dta", words) == " (did you mean \"data\"?)");
}
