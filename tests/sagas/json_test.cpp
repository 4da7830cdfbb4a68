#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "sagas/json/body_reading.hpp"
#include "sagas/json/canonical.hpp"
#include "sagas/json/card_numbers.hpp"
#include "sagas/json/strict_reading.hpp"
#include "sagas/json/writing.hpp"

namespace makegood::testing {
namespace {

TEST_CASE("card numbers are recognised in the ways that people write them") {
    const auto number = GENERATE(
        "4242424242424242", "4242 4242 4242 4242", "5555-5555-5555-4444", "card: 378282246310005.",
        "3782 822463 10005", "2026-11-20 4242 4242 4242 4242", "(6011111111111117)",
        "30569309025904", "4222222222222", "6304000000000000000 paid", "4242.4242.4242.4242",
        "4242/4242/4242/4242", "3782.822463.10005", "pay 4242_4242_4242_4242 now",
        "4242\xC2\xA0"
        "4242\xC2\xA0"
        "4242\xC2\xA0"
        "4242",
        "4242\xE2\x80\x93"
        "4242-4242 4242",
        "4242,4242,4242,4242"
    );
    CHECK(json::holds_card_number(number));
}

TEST_CASE("what is no card number is left alone") {
    const auto text = GENERATE(
        "", "4242424242424241", "ord_4242424242424242", "a4242424242424242", "4242424242424242b",
        "42424242424242424242", "424242424242", "1790000000000", "4242  4242  4242  4242",
        "2026-11-20T08:15:30.123Z", "+41 44 668 18 00", "42424242.42424242", "3.78282246310005",
        "42/42/42/42/42/42/42/42", "4242..4242..4242..4242"
    );
    CHECK_FALSE(json::holds_card_number(text));
}

TEST_CASE("card numbers are taken out of texts") {
    CHECK(
        json::without_card_numbers("a 4242424242424242, b 5555-5555-5555-4444")
        == "a [card number removed], b [card number removed]"
    );
    CHECK(json::without_card_numbers("nothing here") == "nothing here");
}

TEST_CASE("canonical text has one spelling for one meaning") {
    const auto canonical = [](std::string_view text) {
        return json::canonical_text(boost::json::parse(text));
    };
    CHECK(
        canonical(R"( { "b" : [ 1 , 2.0 , 1e2, -0.0 ], "a" : null } )")
        == R"({"a":null,"b":[1,2,100,0]})"
    );
    CHECK(
        canonical(R"({"a":0.1,"b":true,"c":18446744073709551615})")
        == R"({"a":0.1,"b":true,"c":18446744073709551615})"
    );
    CHECK(canonical("\"\\u0041\\/\\u00fc\"") == "\"A/ü\"");
    CHECK(canonical(R"({"b":{"d":1,"c":2},"a":{}})") == R"({"a":{},"b":{"c":2,"d":1}})");
}

TEST_CASE("numbers are read exactly, and those that are out of range not at all") {
    const auto kept = [](std::string_view text) {
        return json::compact_text(*json::read_strictly(text));
    };
    CHECK(kept(R"({"lon":47.376886,"lat":8.541694})") == R"({"lon":47.376886,"lat":8.541694})");
    CHECK(kept("[4242424242424242.0,1e2,0.1]") == "[4242424242424242,100,0.1]");
    CHECK(json::read_strictly(R"({"a":[1,1e400]})").error().pointer == "/a/1");
}

TEST_CASE("a body is refused before it is read, with the reason") {
    CHECK_FALSE(json::refuse_body(R"({"actor":"ann"})").has_value());
    CHECK(json::refuse_body("{")->code == "invalid-json");
    CHECK(json::refuse_body(R"({"a":["4242424242424242"]})")->problems[0].pointer == "/a/0");
    CHECK(json::refuse_body(R"([4242424242424242])")->code == "card-number-refused");
}

TEST_CASE("objects are written with every text escaped") {
    CHECK(
        json::object_text()
            .text("a\"", "\\ \n\t\r\x01 ü")
            .number("b", std::numeric_limits<std::int64_t>::min())
            .text_unless_empty("c", "")
            .fragment("d", "[1]")
            .fragment_unless_empty("e", "")
            .finish()
        == "{\"a\\\"\":\"\\\\ \\n\\t\\r\\u0001 ü\",\"b\":-9223372036854775808,\"d\":[1]}"
    );
    CHECK(json::object_text().finish() == "{}");
}

TEST_CASE("an object in an object is written in its place") {
    json::object_text out;
    out.number("a", 1);
    json::object_text inner = out.object("b");
    inner.object("c").text("d", "e").finish();
    inner.finish();
    out.object("f").finish();
    CHECK(out.text("g", "h").finish() == R"({"a":1,"b":{"c":{"d":"e"}},"f":{},"g":"h"})");
}

TEST_CASE("a pointer to a member given twice finds it in the depth") {
    const auto read = json::read_strictly(R"({"a":[{"x":1},[2,{"b/":1,"b/":2}]]})");
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().pointer == "/a/1/1/b~1");
    CHECK(json::read_strictly(R"({"a":{"x":1},"b":{"x":1}})").has_value());
}

}  // namespace
}  // namespace makegood::testing
