#include "adapters/http/message.hpp"

#include <catch2/catch.hpp>

using namespace makegood::http;

TEST_CASE("a field is found whatever the case of its name") {
    field_list fields;
    fields.add("Idempotency-Key", "first");
    fields.add("idempotency-key", "second");

    CHECK(fields.find("IDEMPOTENCY-KEY") == "first");
    CHECK(fields.count("Idempotency-Key") == 2);
    CHECK(fields.contains("idempotency-Key"));
    CHECK_FALSE(fields.contains("Idempotency"));
    CHECK(fields.find("Idempotency").empty());
}

TEST_CASE("a target is split at its first question mark") {
    request asked;
    asked.target = "/v1/checkouts?status=parked&note=a?b";
    CHECK(asked.path() == "/v1/checkouts");
    CHECK(asked.query() == "status=parked&note=a?b");

    asked.target = "/v1/checkouts";
    CHECK(asked.path() == "/v1/checkouts");
    CHECK(asked.query().empty());
}
