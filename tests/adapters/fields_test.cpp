#include <catch2/catch.hpp>

#include "adapters/api/cursor.hpp"
#include "adapters/api/idempotency_key_field.hpp"
#include "adapters/api/prefer_field.hpp"
#include "adapters/participants/retry_after.hpp"
#include "adapters/telemetry/log.hpp"
#include "adapters/telemetry/trace_context.hpp"

using namespace makegood;

namespace {

http::field_list with(std::string name, std::vector<std::string> values) {
    http::field_list fields;
    for (std::string& value : values)
        fields.add(name, std::move(value));
    return fields;
}

std::string key_of(std::string value) {
    const auto key = read_idempotency_key(with("idempotency-key", {std::move(value)}));
    return key ? key->value : "! " + std::string(key.error().code);
}

preferences prefer(std::vector<std::string> values) {
    return read_preferences(with("prefer", std::move(values)));
}

const instant noon = *parse_instant("1994-11-06T08:49:30Z");

}  // namespace

TEST_CASE("an idempotency key is a quoted string or a bare token of visible ASCII") {
    CHECK(key_of("abc-123") == "abc-123");
    CHECK(key_of("\"abc-123\"") == "abc-123");
    CHECK(key_of(R"("a\"b\\c")") == R"(a"b\c)");
    CHECK(key_of(std::string(255, 'k')) == std::string(255, 'k'));
    for (const std::string& wrong :
         {std::string(256, 'k'), std::string("\"\""), std::string("\"abc"), std::string("\"a\"b\""),
          std::string(R"("a\b")"), std::string("a b"), std::string("\"a b\""),
          std::string("k\xc3\xa4"), std::string("\""), std::string(R"("a\")")}) {
        INFO(wrong);
        CHECK(key_of(wrong) == "! idempotency-key-invalid");
    }
    CHECK(read_idempotency_key({}).error().code == "idempotency-key-missing");
    CHECK(
        read_idempotency_key(with("Idempotency-Key", {"a", "a"})).error().code
        == "idempotency-key-invalid"
    );
}

TEST_CASE("preferences are read as RFC 7240 wants") {
    CHECK(prefer({"wait=10"}).wait == std::chrono::seconds{10});
    CHECK(prefer({"respond-async, WAIT = \"10\"; strict"}).wait == std::chrono::seconds{10});
    CHECK(prefer({"respond-async", "wait=3"}).respond_async);
    CHECK(prefer({"wait=3, wait=9"}).wait == std::chrono::seconds{3});
    CHECK(prefer({"x=\"a, wait=9\"; y, wait=2"}).wait == std::chrono::seconds{2});
    CHECK(prefer({"wait=3600"}).wait == std::chrono::seconds{60});
    CHECK(prefer({"wait=99999999999999999999999"}).wait == std::chrono::seconds{60});
    for (const char* const nonsense :
         {"wait", "wait=", "wait=-1", "wait=1.5", "wait=soon", "", ",,;="}) {
        CHECK_FALSE(prefer({nonsense}).wait.has_value());
    }
}

TEST_CASE("only what was followed is told as applied") {
    CHECK(prefer({"wait=5, respond-async"}).applied(true) == "respond-async, wait=5");
    CHECK(prefer({"wait=5, respond-async"}).applied(false) == "wait=5");
    CHECK(prefer({"respond-async"}).applied(false).empty());
    CHECK(prefer({}).applied(true).empty());
}

TEST_CASE("a cursor is taken back only as it was handed out") {
    const list_position position{noon, *saga_id::parse("chk_01234567890123456789012345")};
    const std::string text = cursor_text(position);
    CHECK(parse_cursor(text) == position);
    CHECK(text.find_first_of("+/=") == std::string::npos);
    for (const std::string& broken :
         {std::string("x"), text + "A", text.substr(1), text.substr(0, text.size() - 2), text + "=",
          std::string("MTo6")}) {
        CHECK_FALSE(parse_cursor(broken).has_value());
    }
}

TEST_CASE("Retry-After is seconds or an HTTP date") {
    CHECK(parse_retry_after("120", noon) == std::chrono::seconds{120});
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", noon) == std::chrono::seconds{7});
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", noon) == duration{0});
    CHECK(parse_retry_after("99999999999999", noon) == std::chrono::hours{24});
    for (const char* const wrong :
         {"", "-1", "1.5", "soon", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 CET"}) {
        INFO(wrong);
        CHECK_FALSE(parse_retry_after(wrong, noon).has_value());
    }
}

TEST_CASE("a traceparent is continued when it is one") {
    const std::string valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    CHECK(is_traceparent(valid));
    CHECK(is_traceparent("01" + valid.substr(2) + "-more"));
    CHECK(trace_id_of(valid) == "0af7651916cd43dd8448eb211c80319c");
    for (const std::string& wrong :
         {std::string(), valid + "-more", "ff" + valid.substr(2), valid.substr(1),
          std::string("00-00000000000000000000000000000000-b7ad6b7169203331-01"),
          std::string("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"),
          std::string("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")}) {
        INFO(wrong);
        CHECK_FALSE(is_traceparent(wrong));
    }
    CHECK(
        continued_traceparent(valid, {1, 2, 3, 4, 5, 6, 7, 9})
        == "00-0af7651916cd43dd8448eb211c80319c-0102030405060709-01"
    );
    CHECK(is_traceparent(fresh_traceparent({})));
}

TEST_CASE("a log line in JSON is one object, whatever the message") {
    CHECK(
        json_log_line(noon, log_level::warning, "a \"b\"\n", {"chk_1", "4bf9"})
        == R"({"at":"1994-11-06T08:49:30.000Z","level":"warning","message":"a \"b\"\n",)"
           R"("saga":"chk_1","trace_id":"4bf9"})"
    );
}
