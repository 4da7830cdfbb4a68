#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/adapters/openapi_schema.hpp"
#include "tests/adapters/service_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

namespace {

const service_setup with_faults{
    .change = [](service_options& options) { options.allow_fault_injection = true; }};

http::response put_faults(const service_under_test& served, std::string body) {
    return exchange(served.port(), "PUT", "/v1/faults", {}, std::move(body));
}

std::vector<std::string> differences_of(const http::response& answer, std::string_view schema) {
    return differences(boost::json::parse(answer.body), schema);
}

using no_differences = std::vector<std::string>;

}  // namespace

TEST_CASE("without fault injection /v1/faults says how to switch it on, and nothing else tells") {
    service_under_test served;
    served.start();
    for (const char* const method : {"GET", "PUT", "DELETE"}) {
        const http::response answer =
            exchange(served.port(), method, "/v1/faults", {}, R"({"rules":[]})");
        CHECK(answer.status == 404);
        CHECK(code_of(answer) == "fault-injection-off");
        CHECK(answer.body.find("--allow-fault-injection") != std::string::npos);
    }
    CHECK(served.get("/readyz").body == R"({"status":"ready"})");
    CHECK(served.get("/healthz").body == R"({"status":"alive"})");
    CHECK(served.get("/metrics").body.find("fault_injection_enabled 1") == std::string::npos);
}

TEST_CASE("a server that can be made to fail says so wherever one looks") {
    service_under_test served(with_faults);
    served.start();
    for (const char* const path : {"/readyz", "/healthz"}) {
        const http::response answer = served.get(path);
        CHECK(object_of(answer).at("fault_injection").as_bool());
        CHECK(differences_of(answer, "health") == no_differences());
    }
    CHECK(
        served.get("/metrics").body.find("makegood_fault_injection_enabled 1") != std::string::npos
    );
}

TEST_CASE("fault rules are put, strike, are counted and are cleared") {
    service_under_test served(with_faults);
    served.start();
    const http::response put = put_faults(
        served, R"({"rules":[{"call":"authorize_payment","customer_id":"cus_1","mode":"refuse",
            "code":"card_declined"},{"call":"create_order","mode":"timeout_after","times":2}]})"
    );
    REQUIRE(put.status == 200);
    CHECK(differences_of(put, "fault_rules") == no_differences());
    CHECK(text_of(object_of(served.check_out("k-1", "cus_2")), "status") == "completed");
    CHECK(served.behind().seen("/v1/orders").size() == 3);
    const auto declined = object_of(served.check_out("k-2", "cus_1"));
    CHECK(text_of(declined, "status") == "compensated");
    CHECK(text_of(declined.at("reason").as_object(), "code") == "payment_declined");

    const auto rules = object_of(served.get("/v1/faults")).at("rules").as_array();
    REQUIRE(rules.size() == 2);
    CHECK(rules[0].at("injected").as_int64() == 1);
    CHECK(rules[1].at("injected").as_int64() == 2);
    const http::response cleared = exchange(served.port(), "DELETE", "/v1/faults");
    CHECK(cleared.body == R"({"rules":[]})");
    CHECK(text_of(object_of(served.check_out("k-3", "cus_1")), "status") == "completed");
}

TEST_CASE("fault rules that make no sense are refused with everything that is wrong") {
    service_under_test served(with_faults);
    served.start();
    const http::response wrong =
        put_faults(served, R"({"rules":[{"call":"authorise_payment","mode":"explode"}]})");
    CHECK(wrong.status == 400);
    CHECK(code_of(wrong) == "invalid-field");
    CHECK(wrong.body.find("authorize_payment") != std::string::npos);
    CHECK(object_of(wrong).at("errors").as_array().size() == 2);
    CHECK(code_of(put_faults(served, R"({"rules":[],"rules":[]})")) == "invalid-json");
    CHECK(code_of(put_faults(served, "")) == "invalid-json");
    const http::response named =
        exchange(served.port(), "PUT", "/v1/faults", {{"Content-Type", "text/plain"}}, "{}");
    CHECK(code_of(named) == "unsupported-media-type");
}
