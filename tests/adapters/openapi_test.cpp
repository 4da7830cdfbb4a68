#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "adapters/api/openapi_document.hpp"
#include "adapters/api/problem_codes.hpp"
#include "adapters/api/route_table.hpp"
#include "tests/adapters/openapi_schema.hpp"
#include "tests/adapters/service_under_test.hpp"
#include "tests/adapters/simple_yaml.hpp"

using namespace makegood;
using namespace makegood::test;
namespace json = boost::json;

namespace {

using words = std::set<std::string>;

// "POST /v1/checkouts 200 202 …" for every operation.
words described_operations() {
    words operations;
    for (const auto& path : openapi().at("paths").as_object()) {
        for (const auto& method : path.value().as_object()) {
            std::string operation = boost::to_upper_copy(std::string(method.key()));
            operation += " " + std::string(path.key());
            for (const auto& status : method.value().at("responses").as_object()) {
                operation += " " + std::string(status.key());
            }
            operations.insert(operation);
        }
    }
    return operations;
}

words known_operations() {
    words operations;
    for (const route& each : routes) {
        std::string operation(each.method);
        operation.append(" ").append(each.pattern).append(" ").append(each.statuses);
        operations.insert(operation);
    }
    return operations;
}

void collect_references(const json::value& from, words& references) {
    if (from.is_array()) {
        for (const json::value& item : from.as_array())
            collect_references(item, references);
    }
    if (!from.is_object()) return;
    for (const auto& member : from.as_object()) {
        if (member.key() == "$ref") references.insert(std::string(member.value().as_string()));
        collect_references(member.value(), references);
    }
}

std::vector<std::string> checkout_differences(const http::response& answer) {
    return differences(json::parse(answer.body), "checkout");
}

using no_differences = std::vector<std::string>;

}  // namespace

TEST_CASE("every path, method and status of the description is one of the route table") {
    CHECK(described_operations() == known_operations());
}

TEST_CASE("every operation is named as its route, and every reference leads somewhere") {
    words references;
    collect_references(openapi(), references);
    CHECK(references.size() > 20);
    for (const std::string& reference : references) {
        boost::system::error_code error;
        INFO(reference);
        CHECK(openapi().find_pointer(reference.substr(1), error) != nullptr);
    }
}

TEST_CASE("every problem code is in the description, in its list and in a response's words") {
    words listed;
    const json::value& code = openapi().at_pointer("/components/schemas/problem/properties/code");
    for (const json::value& each : code.at("enum").as_array()) {
        listed.insert(std::string(each.as_string()));
    }
    CHECK(listed == words(problem_codes::all.begin(), problem_codes::all.end()));
    const std::string responses = json::serialize(openapi().at_pointer("/components/responses"));
    for (const std::string_view each : problem_codes::all) {
        INFO(each);
        CHECK(responses.find(each) != std::string::npos);
    }
}

TEST_CASE("the server serves the description that it was built with") {
    service_under_test served;
    served.start();
    const http::response answer = served.get("/openapi.yaml");
    CHECK(answer.content_type == "application/yaml");
    CHECK(answer.body == openapi_document());
}

TEST_CASE("checkouts of every status are as described") {
    service_under_test served({.fulfilment = true});
    backends& behind = served.behind();
    served.start();
    CHECK(checkout_differences(served.check_out("completed")) == no_differences());

    behind.answer("/v1/reservations", 409, R"({"code":"insufficient_stock","sku":"SKU-1"})");
    CHECK(checkout_differences(served.check_out("failed")) == no_differences());
    behind.forget_rules();

    behind.answer("/v1/authorizations", 202, R"({"status":"requires_action",
        "next_action":{"type":"redirect","url":"https://bank.example/3ds"}})");
    const std::string waiting = "/v1/checkouts/" + served.begin_checkout("waiting");
    const http::response asks = served.get_until(waiting, [](const http::response& answer) {
        return object_of(answer).contains("next_action");
    });
    CHECK(checkout_differences(asks) == no_differences());
    behind.forget_rules();

    behind.answer("/v1/orders", 401, "{}");
    const std::string parking = "/v1/checkouts/" + served.begin_checkout("parked");
    const http::response parked = served.get_until(parking, [](const http::response& answer) {
        return object_of(answer).contains("parked");
    });
    CHECK(checkout_differences(parked) == no_differences());
    CHECK(
        differences(json::parse(served.get("/v1/checkouts?limit=2").body), "checkout_page")
        == no_differences()
    );
    CHECK(
        differences(json::parse(served.get(parking + "/journal").body), "journal")
        == no_differences()
    );
}

TEST_CASE("what tells about the server is as described") {
    service_under_test served;
    served.start();
    const auto described = [&served](std::string target, std::string_view schema) {
        return differences(json::parse(served.get(std::move(target)).body), schema);
    };
    CHECK(described("/v1/definitions", "definition_list") == no_differences());
    CHECK(described("/v1/definitions/checkout/1", "definition") == no_differences());
    CHECK(described("/v1/statistics", "statistics") == no_differences());
    CHECK(described("/healthz", "health") == no_differences());
    CHECK(described("/readyz", "health") == no_differences());
    CHECK(described("/nowhere", "problem") == no_differences());
    CHECK(described("/v1/checkouts?limit=0", "problem") == no_differences());
}

TEST_CASE("the reader of the description refuses what it does not read") {
    CHECK(
        parse_simple_yaml("a: 1\nb:\n  - x\n  - c: \"d\"\n    e: true\n")
        == json::parse(R"({"a":1,"b":["x",{"c":"d","e":true}]})")
    );
    for (const char* const wrong : {"a: b: c", "a: [1]", "a:\n   b: 1", "a: 1\na: 2", "a", "a:"}) {
        INFO(wrong);
        CHECK_THROWS_AS(parse_simple_yaml(wrong), std::runtime_error);
    }
}
