#include <algorithm>
#include <catch2/catch.hpp>
#include <future>
#include <set>

#include "tests/adapters/service_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

TEST_CASE("a checkout completes over real sockets") {
    service_under_test served;
    served.start();
    const http::response answer = served.check_out("k-1");

    REQUIRE(answer.status == 200);
    const auto checkout = object_of(answer);
    CHECK(text_of(checkout, "status") == "completed");
    CHECK(checkout.at("total").as_object().at("amount").as_int64() == 1000);
    CHECK(answer.fields.find("Location") == "/v1/checkouts/" + text_of(checkout, "id"));
    CHECK(answer.fields.find("Preference-Applied") == "wait=60");
    CHECK_FALSE(answer.fields.contains("Idempotent-Replayed"));
    for (const char* const call :
         {"/v1/quotes", "/v1/reservations", "/v1/authorizations", "/v1/orders"}) {
        CHECK(served.behind().seen(call).size() >= 1);
    }
}

TEST_CASE("without a wait the answer is 202 at once, and the checkout can be asked for") {
    service_under_test served;
    served.behind().hold("/v1/reservations");
    served.start();
    const http::response accepted =
        served.post("/v1/checkouts", checkout_body(), {{"Idempotency-Key", "k-1"}});
    REQUIRE(accepted.status == 202);
    CHECK(text_of(object_of(accepted), "status") == "running");
    CHECK_FALSE(accepted.fields.contains("Preference-Applied"));

    const std::string place(accepted.fields.find("Location"));
    CHECK(text_of(object_of(served.get(place)), "status") == "running");
    served.behind().release();
    const http::response ended = served.get(place, {{"Prefer", "wait=60"}});
    CHECK(ended.status == 200);
    CHECK(text_of(object_of(ended), "status") == "completed");
    CHECK(ended.fields.find("Preference-Applied") == "wait=60");
}

TEST_CASE("a wait that runs out answers 202 with the checkout as it is") {
    service_under_test served;
    served.behind().hold("/v1/orders");
    served.start();
    const http::response answer = served.post(
        "/v1/checkouts", checkout_body(),
        {{"Idempotency-Key", "k-1"}, {"Prefer", "respond-async, wait=1"}}
    );
    CHECK(answer.status == 202);
    CHECK(text_of(object_of(answer), "state") == "ordering");
    CHECK(answer.fields.find("Preference-Applied") == "respond-async, wait=1");
}

TEST_CASE("fifty concurrent twins are one checkout") {
    service_under_test served;
    served.start();
    std::vector<std::future<http::response>> twins;
    for (int count = 0; count < 50; ++count) {
        twins.push_back(std::async(std::launch::async, [&] { return served.check_out("same"); }));
    }
    std::set<std::string> ids;
    std::size_t replayed = 0;
    for (auto& twin : twins) {
        const http::response answer = twin.get();
        REQUIRE(answer.status == 200);
        CHECK(text_of(object_of(answer), "status") == "completed");
        ids.insert(text_of(object_of(answer), "id"));
        replayed += answer.fields.contains("Idempotent-Replayed") ? 1 : 0;
    }
    CHECK(ids.size() == 1);
    CHECK(replayed == 49);
    CHECK(served.behind().seen("/v1/orders").size() == 1);
}

TEST_CASE("a key that was used with another payload is refused, for that customer only") {
    service_under_test served;
    served.start();
    REQUIRE(served.check_out("k-1", "cus_1").status == 200);
    std::string other = checkout_body("cus_1");
    other.replace(other.find("\"quantity\":2"), 12, "\"quantity\":3");
    const http::response refused =
        served.post("/v1/checkouts", other, {{"Idempotency-Key", "k-1"}});
    CHECK(refused.status == 422);
    CHECK(code_of(refused) == "idempotency-key-reused");
    CHECK_FALSE(served.check_out("k-1", "cus_2").fields.contains("Idempotent-Replayed"));
}

TEST_CASE("a repeated request gets the same checkout after a restart") {
    service_under_test served;
    served.start();
    const std::string id = text_of(object_of(served.check_out("k-1")), "id");
    served.stop();
    REQUIRE(served.wait_for_exit() == 0);
    served.start_again();
    const http::response again = served.check_out("\"k-1\"");
    CHECK(again.status == 200);
    CHECK(again.fields.find("Idempotent-Replayed") == "true");
    CHECK(text_of(object_of(again), "id") == id);
}

TEST_CASE("the fulfilment of a checkout can be asked for like a checkout") {
    service_under_test served({.fulfilment = true});
    served.start();
    const std::string id = text_of(object_of(served.check_out("k-1")), "fulfilment_id");
    REQUIRE(id.starts_with("ful_"));
    const http::response ended = served.get("/v1/checkouts/" + id, {{"Prefer", "wait=60"}});
    CHECK(text_of(object_of(ended), "saga") == "fulfilment");
    CHECK(text_of(object_of(ended), "status") == "completed");
}

TEST_CASE("requests of one connection are answered in order, even when pipelined") {
    service_under_test served;
    served.start();
    const std::string body = checkout_body();
    std::string bytes;
    for (const char* const key : {"k-1", "k-2", "k-1"}) {
        bytes += "POST /v1/checkouts HTTP/1.1\r\nHost: x\r\nPrefer: wait=60\r\nIdempotency-Key: ";
        bytes += std::string(key) + "\r\nContent-Type: application/json\r\nContent-Length: "
                 + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    bytes += "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const std::string answers = exchange_bytes(served.port(), bytes);
    std::vector<std::string> ids;
    for (std::size_t at = answers.find("\"id\":\""); at != std::string::npos;
         at = answers.find("\"id\":\"", at + 1)) {
        ids.push_back(answers.substr(at + 6, saga_id::text_size));
    }
    REQUIRE(ids.size() == 3);
    CHECK(ids[0] != ids[1]);
    CHECK(ids[0] == ids[2]);
    CHECK(answers.find("{\"status\":\"alive\"}") > answers.rfind("\"id\":\""));
}

TEST_CASE("the trace of a request is continued on every call and answered") {
    service_under_test served;
    served.start();
    const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const http::response answer = served.post(
        "/v1/checkouts", checkout_body(),
        {{"Idempotency-Key", "k-1"}, {"Prefer", "wait=60"}, {"traceparent", trace}}
    );
    CHECK(answer.fields.find("traceparent") == trace);
    std::set<std::string> spans;
    const auto calls = served.behind().seen("/");
    for (const http::request& call : calls) {
        const std::string sent(call.fields.find("traceparent"));
        CHECK(sent.substr(0, 36) == trace.substr(0, 36));
        spans.insert(sent);
    }
    CHECK(spans.size() == calls.size());
    CHECK_FALSE(spans.contains(trace));

    const http::response replaced = served.get(
        "/v1/checkouts/" + text_of(object_of(answer), "id"), {{"traceparent", "00-zz-1-01"}}
    );
    CHECK(replaced.fields.find("traceparent").size() == trace.size());
    CHECK(replaced.fields.find("traceparent") != "00-zz-1-01");
}
