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

TEST_CASE("fields keep their order, their bytes and their number, and can be used again") {
    field_list fields;
    CHECK(fields.begin() == fields.end());
    for (int i = 0; i < 100; ++i)
        fields.add("Name-" + std::to_string(i), std::string(static_cast<std::size_t>(i), 'v'));
    fields.add("Empty", "");
    int seen = 0;
    for (const field& each : fields) {
        if (seen == 100) break;
        CHECK(each.name == "Name-" + std::to_string(seen));
        CHECK(each.value == std::string(static_cast<std::size_t>(seen), 'v'));
        ++seen;
    }
    CHECK(seen == 100);
    CHECK(fields.contains("empty"));
    CHECK(fields.find("name-99").size() == 99);

    field_list copy = fields;
    fields.clear();
    CHECK_FALSE(fields.contains("empty"));
    fields.add("A", "b");
    CHECK(fields.find("a") == "b");
    CHECK(copy.find("name-1") == "v");
}
