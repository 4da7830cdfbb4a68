#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "tests/adapters/service_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

namespace {

const std::string actor_and_reason = R"({"actor":"ann","reason":"test"})";

// The status and code of an answer, to be read as one.
std::string verdict(const http::response& answer) {
    return std::to_string(answer.status) + " " + code_of(answer);
}

http::response start_with(
    const service_under_test& served, std::string body, std::initializer_list<header> fields
) {
    return served.post("/v1/checkouts", std::move(body), fields);
}

}  // namespace

TEST_CASE("a start that cannot be understood is refused with the word for it") {
    service_under_test served;
    served.start();
    const std::string body = checkout_body();
    const header key{"Idempotency-Key", "k-1"};
    CHECK(verdict(start_with(served, body, {})) == "400 idempotency-key-missing");
    CHECK(verdict(start_with(served, body, {key, key})) == "400 idempotency-key-invalid");
    CHECK(
        verdict(start_with(served, body, {{"Idempotency-Key", "\"open"}}))
        == "400 idempotency-key-invalid"
    );
    CHECK(verdict(start_with(served, "{", {key})) == "400 invalid-json");
    CHECK(
        verdict(start_with(served, body, {key, {"Content-Type", "text/plain"}}))
        == "415 unsupported-media-type"
    );
    std::string with_card = body;
    with_card.replace(with_card.find("tok_visa"), 8, "4111111111111111");
    CHECK(verdict(start_with(served, with_card, {key})) == "400 card-number-refused");

    const http::response wrong = start_with(served, R"({"customer_id":"c","surprise":1})", {key});
    REQUIRE(verdict(wrong) == "400 invalid-field");
    CHECK(object_of(wrong).at("errors").as_array().size() >= 1);
    // Nothing of all that has left a trace.
    CHECK(served.behind().seen("/").empty());
}

TEST_CASE("operators' and signals' bodies are read as strictly as starts, and hold no card number"
) {
    service_under_test served;
    served.start();
    const std::string checkout = "/v1/checkouts/" + served.begin_checkout("k-1");
    const auto verdict_on = [&](std::string path, std::string body) {
        return verdict(served.post(checkout + path, std::move(body)));
    };
    const std::string card = R"("4242 4242 4242 4242")";
    CHECK(
        verdict_on("/park", R"({"actor":"ann","reason":)" + card + "}") == "400 card-number-refused"
    );
    CHECK(verdict_on("/cancel", R"({"reason":)" + card + "}") == "400 card-number-refused");
    CHECK(
        verdict_on("/signals/payment", R"({"result":"refused","code":)" + card + "}")
        == "400 card-number-refused"
    );
    CHECK(
        verdict_on(
            "/resolve",
            R"({"call":"void_payment","outcome":"done","actor":"a","reason":)" + card + "}"
        )
        == "400 card-number-refused"
    );
    CHECK(
        verdict_on("/park", R"({"actor":"ann","reason":"no","reason":"yes"})") == "400 invalid-json"
    );
    const std::string deep = R"({"actor":)" + std::string(40, '[') + std::string(40, ']') + "}";
    CHECK(verdict_on("/park", deep) == "400 invalid-json");
    CHECK(served.get(checkout + "/journal").body.find("4242") == std::string::npos);
}

TEST_CASE("paths and methods that do not exist are told apart") {
    service_under_test served;
    served.start();
    CHECK(verdict(served.get("/v2/checkouts")) == "404 route-not-found");
    CHECK(verdict(served.get("/v1/checkouts/")) == "404 route-not-found");
    CHECK(verdict(served.get("/v1/checkouts/chk_nonsense")) == "404 not-found");
    CHECK(
        verdict(served.get("/v1/checkouts/chk_00000000000000000000000000/journal"))
        == "404 not-found"
    );
    CHECK(verdict(served.get("/v1/definitions/checkout/99")) == "404 not-found");
    const http::response put = exchange(served.port(), "PUT", "/v1/checkouts");
    CHECK(verdict(put) == "405 method-not-allowed");
    CHECK(put.fields.find("Allow") == "POST, GET, HEAD");
    const http::response head = exchange(served.port(), "HEAD", "/healthz");
    CHECK(head.status == 200);
    CHECK(head.body.empty());
}

TEST_CASE("wrong parameters of a list are all told at once") {
    service_under_test served;
    served.start();
    const http::response wrong =
        served.get("/v1/checkouts?status=happy&limit=501&cursor=x&created_after=now&colour=red");
    REQUIRE(verdict(wrong) == "400 invalid-field");
    std::string pointers;
    const auto problem = object_of(wrong);
    for (const auto& each : problem.at("errors").as_array()) {
        pointers += text_of(each.as_object(), "pointer") + " ";
    }
    CHECK(pointers == "/status /limit /cursor /created_after /colour ");
    // What stands between two '&' is no parameter.
    CHECK(served.get("/v1/checkouts?&limit=5&&").status == 200);
    CHECK(served.get("/v1/checkouts?=5").status == 400);
}

TEST_CASE("an operator says who and why, or is refused") {
    service_under_test served;
    served.behind().hold("/v1/reservations");
    served.start();
    const std::string checkout = "/v1/checkouts/" + served.begin_checkout("k-1");
    for (const char* const verb : {"/retry", "/park", "/resume", "/compensate"}) {
        const http::response refused = served.post(checkout + verb, R"({"actor":"ann"})");
        CHECK(verdict(refused) == "400 invalid-field");
        CHECK(text_of(object_of(refused).at("errors").at(0).as_object(), "pointer") == "/reason");
        CHECK(verdict(served.post(checkout + verb, "")) == "400 invalid-field");
    }
    const http::response resolve =
        served.post(checkout + "/resolve", R"({"call":"x","outcome":"perhaps","who":1})");
    CHECK(verdict(resolve) == "400 invalid-field");
    CHECK(object_of(resolve).at("errors").as_array().size() == 4);
    CHECK(resolve.body.find("must be done or not_needed") != std::string::npos);
    CHECK(verdict(served.post(checkout + "/park", "[]")) == "400 invalid-json");
}

TEST_CASE("what a running checkout is not ready for is a conflict") {
    service_under_test served;
    served.behind().hold("/v1/reservations");
    served.start();
    const std::string checkout = "/v1/checkouts/" + served.begin_checkout("k-1");
    served.behind().wait_for("/v1/reservations", 1);
    const http::response resumed = served.post(checkout + "/resume", actor_and_reason);
    CHECK(verdict(resumed) == "409 not-parked");
    // The reason for the refusal first, then where the checkout stands.
    const std::string detail = text_of(object_of(resumed), "detail");
    CHECK(detail.starts_with("the checkout is not parked: "));
    CHECK(detail.find("reserving") != std::string::npos);
    CHECK(
        verdict(served.post(checkout + "/signals/payment", R"({"result":"authorized"})"))
        == "409 signal-not-expected"
    );
    CHECK(
        verdict(served.post(
            checkout + "/resolve",
            R"({"call":"void_payment","outcome":"done","actor":"ann","reason":"by hand"})"
        ))
        == "409 call-not-open"
    );
    CHECK(
        verdict(served.post(
            checkout + "/resolve",
            R"({"call":"reserve_inventory","outcome":"done","actor":"ann","reason":"by hand"})"
        ))
        == "409 not-resolvable"
    );
}

TEST_CASE("after the pivot a checkout cannot be cancelled, after its end nothing can be done") {
    service_under_test served;
    served.behind().answer_with([](const http::request& message) -> std::optional<http::response> {
        if (!message.target.ends_with("/confirm")) return std::nullopt;
        return http::response{503, "application/json", {}, "{}"};
    });
    served.start();
    const std::string checkout = "/v1/checkouts/" + served.begin_checkout("k-1");
    const auto confirms = [](const http::response& answer) {
        return text_of(object_of(answer), "state") == "confirming";
    };
    static_cast<void>(served.get_until(checkout, confirms));
    CHECK(verdict(served.post(checkout + "/cancel", "")) == "409 past-pivot");
    served.behind().forget_rules();
    REQUIRE(
        text_of(object_of(served.get(checkout, {{"Prefer", "wait=60"}})), "status") == "completed"
    );
    CHECK(verdict(served.post(checkout + "/cancel", "")) == "409 past-pivot");

    served.behind().answer("/v1/reservations", 409, R"({"code":"insufficient_stock"})");
    const http::response failed = served.check_out("k-2");
    REQUIRE(text_of(object_of(failed), "status") == "failed");
    const std::string ended = "/v1/checkouts/" + text_of(object_of(failed), "id");
    CHECK(verdict(served.post(ended + "/cancel", "")) == "409 already-ended");
    CHECK(verdict(served.post(ended + "/park", actor_and_reason)) == "409 already-ended");
}

TEST_CASE("a retry needs an open call") {
    service_under_test served;
    served.behind().answer("/v1/authorizations", 202, R"({"status":"requires_action",
        "next_action":{"type":"redirect","url":"https://bank.example/3ds"}})");
    served.start();
    const std::string checkout = "/v1/checkouts/" + served.begin_checkout("k-1");
    const auto waits = [](const http::response& answer) {
        return text_of(object_of(answer), "status") == "awaiting_customer";
    };
    const http::response waiting = served.get_until(checkout, waits);
    CHECK(text_of(object_of(waiting).at("next_action").as_object(), "type") == "redirect");
    CHECK(verdict(served.post(checkout + "/retry", actor_and_reason)) == "409 nothing-to-retry");

    const http::response signalled =
        served.post(checkout + "/signals/payment", R"({"result":"authorized"})");
    CHECK(signalled.status == 202);
    const http::response ended = served.get(checkout, {{"Prefer", "wait=60"}});
    CHECK(text_of(object_of(ended), "status") == "completed");
}

TEST_CASE("more sagas than the limit are refused with 503, and nothing is kept of them") {
    service_under_test served({.change = [](service_options& options) {
        options.engine.active_sagas_max = 1;
    }});
    served.behind().hold("/v1/reservations");
    served.start();
    REQUIRE_FALSE(served.begin_checkout("k-1").empty());
    const http::response refused =
        served.post("/v1/checkouts", checkout_body(), {{"Idempotency-Key", "k-2"}});
    CHECK(verdict(refused) == "503 overloaded");
    CHECK(refused.fields.find("Retry-After") == "1");
    CHECK(object_of(served.get("/v1/checkouts")).at("items").as_array().size() == 1);
}

TEST_CASE("a customer who starts too many is told when to come back; others are not held up") {
    service_under_test served({.change = [](service_options& options) {
        options.rate_limit = {.per_second = 0.01, .burst = 2};
    }});
    served.start();
    REQUIRE(served.check_out("k-1", "cus_1").status == 200);
    REQUIRE(served.check_out("k-2", "cus_1").status == 200);
    const http::response refused = served.check_out("k-3", "cus_1");
    CHECK(verdict(refused) == "429 rate-limited");
    CHECK(std::stoi(std::string(refused.fields.find("Retry-After"))) >= 90);
    CHECK(served.check_out("k-1", "cus_2").status == 200);
}

TEST_CASE("reads beyond the queue of the store are refused, the others are answered") {
    service_under_test served({.change = [](service_options& options) {
        options.reads_waiting_max = 1;
    }});
    served.start();
    served.store().hold_reads();
    const auto list = [&served] { return served.get("/v1/checkouts"); };
    auto under_way = std::async(std::launch::async, list);
    served.store().wait_for_held_read();
    // Of two more one may wait; the other is the first to be answered.
    std::promise<http::response> first_answer;
    std::atomic<int> answers = 0;
    const auto race = [&] {
        http::response answer = list();
        if (answers++ == 0) first_answer.set_value(answer);
        return answer;
    };
    auto one = std::async(std::launch::async, race);
    auto other = std::async(std::launch::async, race);
    const http::response refused = first_answer.get_future().get();
    CHECK(verdict(refused) == "503 overloaded");
    CHECK(refused.fields.contains("Retry-After"));
    served.store().release_reads();
    CHECK(under_way.get().status == 200);
    CHECK(one.get().status + other.get().status == 200 + 503);
}

TEST_CASE("what the store holds and this program cannot use is a server's failure") {
    service_under_test served;
    served.start();
    const std::string checkout = text_of(object_of(served.check_out("k-1")), "id");
    const std::string journal = "/v1/checkouts/" + checkout + "/journal";
    served.store().fail_reads(store_errc::corrupt);
    CHECK(verdict(served.get(journal)) == "500 store-corrupt");
    served.store().fail_reads(store_errc::too_new);
    CHECK(verdict(served.get("/v1/checkouts")) == "500 store-too-new");
    served.store().fail_reads(store_errc::io);
    CHECK(verdict(served.get(journal)) == "503 store-unavailable");
}

TEST_CASE("the transport's own refusals are problems of the same form") {
    service_under_test served;
    served.start();
    CHECK(
        verdict(start_with(served, std::string(70'000, ' '), {{"Idempotency-Key", "k"}}))
        == "413 body-too-large"
    );
    CHECK(
        verdict(served.get("/healthz", {{"X-Long", std::string(20'000, 'x')}}))
        == "431 header-too-large"
    );
    const std::string malformed = exchange_bytes(served.port(), "nonsense\r\n\r\n");
    CHECK(malformed.find("malformed-request") != std::string::npos);
    const std::string tunnel = exchange_bytes(
        served.port(), "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nConnection: close\r\n\r\n"
    );
    CHECK(tunnel.find("not-implemented") != std::string::npos);
}
