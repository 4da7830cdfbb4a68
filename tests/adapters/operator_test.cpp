#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "tests/adapters/service_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

namespace {

const std::string by_ann = R"({"actor":"ann","reason":"because"})";

std::string status_of(const http::response& answer) {
    return text_of(object_of(answer), "status");
}

std::function<bool(const http::response&)> has_status(std::string wanted) {
    return [wanted = std::move(wanted)](const http::response& answer) {
        return status_of(answer) == wanted;
    };
}

}  // namespace

TEST_CASE("a customer's cancel undoes what was done and needs no body") {
    service_under_test served;
    served.behind().hold("/v1/orders");
    served.start();
    const std::string checkout = "/v1/checkouts/" + served.begin_checkout("k-1");
    served.behind().wait_for("/v1/orders", 1);
    const http::response cancelled = served.post(checkout + "/cancel", "");
    CHECK(cancelled.status == 202);
    CHECK(status_of(cancelled) == "compensating");
    served.behind().release();
    const http::response ended = served.get(checkout, {{"Prefer", "wait=60"}});
    CHECK(status_of(ended) == "compensated");

    const std::string journal = served.get(checkout + "/journal").body;
    CHECK(journal.find("\"actor\":\"customer\"") != std::string::npos);
}

TEST_CASE("a parked checkout says what is open, and goes on when a person has settled it") {
    service_under_test served;
    served.behind().answer("/v1/orders", 409, R"({"code":"fraud"})");
    served.behind().answer_with([](const http::request& message) -> std::optional<http::response> {
        if (!message.target.ends_with("/void")) return std::nullopt;
        return http::response{401, "application/json", {}, "{}"};
    });
    served.start();
    const std::string checkout = "/v1/checkouts/" + served.begin_checkout("k-1");
    const http::response parked = served.get_until(checkout, has_status("parked"));
    CHECK(parked.body.find("void_payment") != std::string::npos);
    CHECK(
        served.get("/metrics").body.find("makegood_sagas{saga=\"checkout\",status=\"parked\"} 1")
        != std::string::npos
    );

    const http::response resolved = served.post(
        checkout + "/resolve",
        R"({"call":"void_payment","outcome":"done","actor":"ann","reason":"voided in the portal"})"
    );
    CHECK(resolved.status == 202);
    const http::response ended = served.get(checkout, {{"Prefer", "wait=60"}});
    CHECK(status_of(ended) == "compensated");
    CHECK(served.get(checkout + "/journal").body.find("voided in the portal") != std::string::npos);
}

TEST_CASE("park holds a checkout until resume") {
    service_under_test served;
    served.behind().hold("/v1/authorizations");
    served.start();
    const std::string checkout = "/v1/checkouts/" + served.begin_checkout("k-1");
    served.behind().wait_for("/v1/authorizations", 1);
    CHECK(status_of(served.post(checkout + "/park", by_ann)) == "parked");
    served.behind().release();
    CHECK(served.post(checkout + "/resume", by_ann).status == 202);
    CHECK(status_of(served.get(checkout, {{"Prefer", "wait=60"}})) == "completed");
}

TEST_CASE("a journal tells every entry in order, with what it caused") {
    service_under_test served;
    served.start();
    const std::string id = text_of(object_of(served.check_out("k-1")), "id");
    const http::response answer = served.get("/v1/checkouts/" + id + "/journal");
    REQUIRE(answer.status == 200);
    const auto journal = object_of(answer);
    const auto& items = journal.at("items").as_array();
    REQUIRE(items.size() >= 5);
    for (std::size_t index = 0; index < items.size(); ++index) {
        const auto& item = items.at(index).as_object();
        CHECK(item.at("seq").as_int64() == static_cast<std::int64_t>(index) + 1);
        CHECK(item.contains("at"));
        CHECK(item.contains("event"));
        if (index > 0) CHECK(item.at("from") == items.at(index - 1).as_object().at("to"));
    }
    CHECK(items.at(0).as_object().at("effects").as_array().size() >= 1);
    CHECK(items.at(1).as_object().at("attempt").as_int64() == 1);
    CHECK(text_of(items.at(items.size() - 1).as_object(), "to") == "completed");
}

TEST_CASE("a list filters, and its pages are stable while new checkouts come") {
    service_under_test served;
    served.start();
    for (int count = 0; count < 5; ++count) {
        REQUIRE(served.check_out("k-" + std::to_string(count), "cus_1").status == 200);
    }
    REQUIRE(served.check_out("k-1", "cus_2").status == 200);
    const auto first = object_of(served.get("/v1/checkouts?customer_id=cus_1&limit=2"));
    REQUIRE(first.at("items").as_array().size() == 2);
    REQUIRE(served.check_out("later", "cus_1").status == 200);

    std::vector<std::string> seen;
    std::string cursor = text_of(first, "next_cursor");
    while (!cursor.empty()) {
        const auto page = object_of(
            served.get("/v1/checkouts?customer_id=cus_1&limit=2&status=completed&cursor=" + cursor)
        );
        for (const auto& item : page.at("items").as_array()) {
            seen.push_back(text_of(item.as_object(), "id"));
        }
        cursor = text_of(page, "next_cursor");
    }
    REQUIRE(seen.size() == 3);
    CHECK(seen[0] > seen[1]);
    CHECK(seen[1] > seen[2]);
    CHECK(object_of(served.get("/v1/checkouts?status=parked")).at("items").as_array().empty());
    CHECK(
        object_of(served.get("/v1/checkouts?saga=*&state=completed")).at("items").as_array().size()
        == 7
    );
    CHECK(object_of(served.get("/v1/checkouts?created_after=2999-01-01T00:00:00%2B01:00"))
              .at("items")
              .as_array()
              .empty());
}

TEST_CASE("definitions show their states, their table and a drawing") {
    service_under_test served;
    served.start();
    const auto list = object_of(served.get("/v1/definitions"));
    REQUIRE(list.at("items").as_array().size() >= 1);
    const auto checkout = object_of(served.get("/v1/definitions/checkout/1"));
    CHECK(checkout.at("states").as_array().size() >= 10);
    CHECK(checkout.at("calls").as_array().size() >= 8);
    CHECK(checkout.at("rules").as_array().size() >= 30);
    CHECK(text_of(checkout, "mermaid").find("stateDiagram") != std::string::npos);
}

TEST_CASE("metrics count what happened") {
    service_under_test served;
    served.start();
    REQUIRE(served.check_out("k-1").status == 200);
    const http::response answer = served.get("/metrics");
    CHECK(answer.content_type == "text/plain; version=0.0.4; charset=utf-8");
    for (const char* const line :
         {"makegood_sagas_started_total{saga=\"checkout\"} 1",
          "makegood_sagas_ended_total{saga=\"checkout\",status=\"completed\"} 1",
          "makegood_sagas{saga=\"checkout\",status=\"running\"} 0",
          "makegood_transitions_total{saga=\"checkout\",state=\"ordering\"} 1",
          "makegood_call_attempts_total{call=\"create_order\",outcome=\"success\"} 1",
          "makegood_call_retries_total{call=\"create_order\"} 0",
          "makegood_store_healthy{lane=\"0\"} 1", "makegood_commit_sagas_count",
          "makegood_circuit_state{backend=\"payment\",lane=\"0\"} 0",
          "makegood_http_requests_total{route=\"POST /v1/checkouts\",status=\"200\"} 1"}) {
        INFO(line);
        CHECK(answer.body.find(line) != std::string::npos);
    }
}

TEST_CASE("only an attempt that follows a failed one of its call is counted as a retry") {
    service_under_test served;
    served.start();
    // The first of them is an error, the others are answered as ever. Shared, because rules are
    // copied.
    served.behind().answer_with(
        [failed = std::make_shared<bool>(false)](const http::request& asked
        ) -> std::optional<http::response> {
            if (asked.target != "/v1/orders" || std::exchange(*failed, true)) return std::nullopt;
            return http::response{503, "text/plain", {}, "busy"};
        }
    );
    const http::response ended = served.check_out("k-1");
    REQUIRE(text_of(object_of(ended), "status") == "completed");
    const std::string metrics = served.get("/metrics").body;
    for (const char* const line :
         {"makegood_call_retries_total{call=\"reserve_inventory\"} 0\n",
          "makegood_call_retries_total{call=\"authorize_payment\"} 0\n",
          "makegood_call_retries_total{call=\"create_order\"} 1\n",
          "makegood_call_retries_total{call=\"confirm_inventory\"} 0\n"}) {
        INFO(line);
        CHECK(metrics.find(line) != std::string::npos);
    }
}
