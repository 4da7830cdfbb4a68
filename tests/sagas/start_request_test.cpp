#include <catch2/catch.hpp>

#include "engine/limits.hpp"
#include "sagas/checkout/start_request.hpp"
#include "shop.hpp"

namespace makegood::testing {
namespace {

using checkout::read_start_request;

checkout_settings without_catalog() {
    checkout_settings settings;
    settings.has_catalog = settings.has_cart = false;
    return settings;
}

// "code: pointer pointer", in the order of the document's checks.
std::string problems(std::string_view body, const checkout_settings& settings = {}) {
    const auto read = read_start_request(body, settings);
    if (read) return "accepted";
    std::string text = read.error().code + ":";
    CHECK_FALSE(read.error().detail.empty());
    for (const field_problem& each : read.error().problems) {
        text += " " + each.pointer;
        CHECK_FALSE(each.detail.empty());
    }
    return text;
}

std::string fingerprint(std::string_view body) {
    const auto read = read_start_request(body, {});
    REQUIRE(read.has_value());
    return {read->fingerprint.begin(), read->fingerprint.end()};
}

constexpr std::string_view minimal =
    R"({"customer_id":"c","currency":"USD","items":[{"sku":"A","quantity":1}],)"
    R"("payment":{"method":"card","token":"tok"}})";

// The minimal request with one more member, or with another value of one.
std::string minimal_with(std::string_view members) {
    std::string body(minimal);
    return body.insert(body.size() - 1, "," + std::string(members));
}

std::string minimal_with_items(std::string_view items) {
    return R"({"customer_id":"c","currency":"USD",)"
           R"("payment":{"method":"card","token":"tok"},"items":)"
           + std::string(items) + "}";
}

std::string minimal_with_payments(std::string_view payments) {
    return R"({"customer_id":"c","currency":"USD","items":[{"sku":"A","quantity":1}],"payments":)"
           + std::string(payments) + "}";
}

TEST_CASE("well-formed requests are accepted") {
    CHECK(problems(minimal) == "accepted");
    CHECK(problems(one_card_body()) == "accepted");
    CHECK(problems(two_tenders_body()) == "accepted");
    CHECK(problems(cart_body()) == "accepted");
    CHECK(
        problems(minimal_with(R"("expected_total":0,"metadata":{},"shipping_address":{})"))
        == "accepted"
    );
    CHECK(problems(minimal_with_payments(R"([{"method":"card","token":"tok"}])")) == "accepted");
}

TEST_CASE("the settings in force are kept in the inputs") {
    checkout_settings settings;
    settings.reservation_ttl = duration{120'000};
    settings.deadline = duration{60'000};
    settings.has_notification = false;
    const auto read = read_start_request(minimal, settings);
    REQUIRE(read.has_value());
    CHECK(read->inputs.integer("reservation_ttl_ms") == 120'000);
    CHECK(read->inputs.integer("deadline_ms") == 60'000);
    CHECK(read->inputs.contains("has_cart"));
    CHECK_FALSE(read->inputs.contains("has_notification"));
    CHECK(read->customer.value == "c");
}

TEST_CASE("what is not JSON is refused as such") {
    CHECK(problems("") == "invalid-json:");
    CHECK(problems("{") == "invalid-json:");
    CHECK(problems("{} {}") == "invalid-json:");
    CHECK(problems("{\"a\":\"\xff\"}") == "invalid-json:");
    CHECK(problems("{'a':1}") == "invalid-json:");
    CHECK(problems(std::string(50, '[') + std::string(50, ']')) == "invalid-json:");
    CHECK(problems(R"({"customer_id":"a","customer_id":"b"})") == "invalid-json: /customer_id");
    CHECK(
        problems(R"({"items":[{"sku":"A"},{"sku":"B","sku":"C"}]})") == "invalid-json: /items/1/sku"
    );
    CHECK(problems("[1]") == "invalid-field: ");
    CHECK(problems("null") == "invalid-field: ");
}

TEST_CASE("every problem is named, not only the first") {
    CHECK(problems("{}") == "invalid-field: /customer_id /cart_id /currency /payment");
    CHECK(
        problems(
            R"({"customer_id":7,)"
            R"("items":[{"sku":"","quantity":0},5,{"sku":"A","quantity":1.5,"color":1}],)"
            R"("currency":"usd","payment":{"method":"card"},"surprise/~":1,"expected_total":-1})"
        )
        == "invalid-field: /surprise~1~0 /customer_id /items/0/sku /items/0/quantity /items/1"
           " /items/2/color /items/2/quantity /currency /expected_total /payment/token"
    );
}

TEST_CASE("exactly one of cart and items") {
    const std::string both = minimal_with(R"("cart_id":"cart_9")");
    CHECK(problems(both) == "invalid-field: /items");
    CHECK(
        problems(R"({"customer_id":"c","currency":"USD","payment":{"method":"m","token":"tok"}})")
        == "invalid-field: /cart_id"
    );
}

TEST_CASE("a cart needs a cart and a catalog backend, and the problem says which is missing") {
    checkout_settings no_cart;
    no_cart.has_cart = false;
    checkout_settings no_catalog;
    no_catalog.has_catalog = false;
    CHECK(problems(cart_body(), no_cart) == "invalid-field: /cart_id");
    CHECK_THAT(
        read_start_request(cart_body(), no_cart).error().detail, Catch::Contains("no cart backend")
    );
    CHECK_THAT(
        read_start_request(cart_body(), no_catalog).error().detail,
        Catch::Contains("no catalog backend")
    );
}

TEST_CASE("a unit price is needed without a catalog, and refused with one") {
    const std::string priced = minimal_with_items(R"([{"sku":"A","quantity":2,"unit_price":150}])");
    CHECK(problems(priced) == "invalid-field: /items/0/unit_price");
    CHECK(problems(priced, without_catalog()) == "accepted");
    CHECK(problems(minimal, without_catalog()) == "invalid-field: /items/0/unit_price");
    const auto read = read_start_request(priced, without_catalog());
    REQUIRE(read.has_value());
    CHECK(read->inputs.integer("total") == 300);
    CHECK(read->inputs.text("items") == R"([{"sku":"A","quantity":2}])");
    CHECK(
        read->inputs.text("lines") == R"([{"sku":"A","quantity":2,"unit_price":150,"amount":300}])"
    );
}

TEST_CASE("a total beyond the limit is refused, however many items it takes") {
    std::string items = "[";
    for (int i = 0; i < 500; ++i) {
        if (i > 0) items += ",";
        items += R"({"sku":"A","quantity":1000000,"unit_price":1000000000000})";
    }
    CHECK(problems(minimal_with_items(items + "]"), without_catalog()) == "invalid-field: /items");
    const std::string just = R"([{"sku":"A","quantity":1,"unit_price":1000000000000}])";
    CHECK(problems(minimal_with_items(just), without_catalog()) == "accepted");
}

TEST_CASE("tenders") {
    CHECK(
        problems(minimal_with(R"("payments":[{"method":"card","token":"tok"}])"))
        == "invalid-field: /payment"
    );
    CHECK(problems(minimal_with_payments("[]")) == "invalid-field: /payments");
    CHECK(
        problems(minimal_with_payments(R"([{"method":"card","token":"tok","amount":5}])"))
        == "invalid-field: /payments"
    );
    CHECK(
        problems(
            minimal_with_payments(R"([{"method":"m","token":"tok"},{"method":"m","token":"tok"}])")
        )
        == "invalid-field: /payments"
    );
    CHECK(
        problems(minimal_with_payments(
            R"([{"method":"m","token":"tok","amount":0},{"method":"m","token":"tok"}])"
        ))
        == "invalid-field: /payments/0/amount"
    );
    std::string nine = "[";
    for (int i = 0; i < 8; ++i)
        nine += R"({"method":"m","token":"tok","amount":1},)";
    CHECK(
        problems(minimal_with_payments(nine + R"({"method":"m","token":"tok"}])"))
        == "invalid-field: /payments"
    );
    CHECK(
        problems(R"({"customer_id":"c","currency":"USD","items":[{"sku":"A","quantity":1}],)"
                 R"("payment":{"method":"m","token":"tok","amount":5}})")
        == "invalid-field: /payment/amount"
    );
}

TEST_CASE("limits") {
    CHECK(problems(minimal_with_items("[]")) == "invalid-field: /items");
    CHECK(
        problems(minimal_with_items(R"([{"sku":"A","quantity":1000001}])"))
        == "invalid-field: /items/0/quantity"
    );
    CHECK(
        problems(minimal_with(R"("expected_total":1000000000001)"))
        == "invalid-field: /expected_total"
    );
    CHECK(problems(minimal_with(R"("expected_total":10.5)")) == "invalid-field: /expected_total");
    CHECK(
        problems(minimal_with(R"("shipping_address":"x")")) == "invalid-field: /shipping_address"
    );
    const std::string large = R"("shipping_address":{"a":")" + std::string(8192, 'x') + "\"}";
    CHECK(problems(minimal_with(large)) == "invalid-field: /shipping_address");
    CHECK(problems(minimal_with(R"("metadata":{"a":1})")) == "invalid-field: /metadata/a");
    CHECK(problems(minimal_with(R"("metadata":{"":"x"})")) == "invalid-field: /metadata/");
    CHECK(problems(minimal_with(R"("metadata":[])")) == "invalid-field: /metadata");
    const std::string value(513, 'x');
    CHECK(
        problems(minimal_with(R"("metadata":{"a":")" + value + "\"}"))
        == "invalid-field: /metadata/a"
    );
    std::string many = R"("metadata":{)";
    for (int i = 0; i < 21; ++i) {
        many += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":\"\"";
    }
    CHECK(problems(minimal_with(many + "}")) == "invalid-field: /metadata");
    std::string items = "[";
    for (int i = 0; i < 501; ++i)
        items += i > 0 ? R"(,{"sku":"A","quantity":1})" : R"({"sku":"A","quantity":1})";
    CHECK(problems(minimal_with_items(items + "]")) == "invalid-field: /items");
}

TEST_CASE("control characters and path tricks in ids are refused") {
    CHECK(
        problems(R"({"customer_id":"a\nb","currency":"USD","cart_id":"..",)"
                 R"("payment":{"method":"m","token":"tok"}})")
        == "invalid-field: /customer_id /cart_id"
    );
}

TEST_CASE("a card number is refused wherever it stands, and nothing of it is repeated") {
    const auto refused_at = [](std::string_view members) {
        return problems(minimal_with(members));
    };
    CHECK(
        refused_at(R"("metadata":{"note":"4242424242424242"})")
        == "card-number-refused: /metadata/note"
    );
    CHECK(
        refused_at(R"("metadata":{"a":"pay 5555-5555 5555-4444!"})")
        == "card-number-refused: /metadata/a"
    );
    CHECK(refused_at(R"("metadata":{"4242424242424242":"x"})") == "card-number-refused: /metadata");
    CHECK(
        refused_at(R"("shipping_address":{"a":[1,{"b":378282246310005}]})")
        == "card-number-refused: /shipping_address/a/1/b"
    );
    CHECK(refused_at(R"("extra":4242424242424242.0)") == "card-number-refused: /extra");
    CHECK(refused_at(R"("metadata":{"order":"ord_4242424242424242"})") == "accepted");
    CHECK(refused_at(R"("metadata":{"order":"4242424242424241"})") == "accepted");
    const auto read =
        read_start_request(minimal_with(R"("metadata":{"4242424242424242":"x"})"), {});
    CHECK(read.error().detail.find("4242") == std::string::npos);
    CHECK(read.error().problems.front().pointer.find("4242") == std::string::npos);
}

TEST_CASE("the fingerprint is that of the meaning, not of the spelling") {
    const std::string spelled_otherwise =
        "{ \"payment\" : {\"token\":\"t\\u006fk\",\"method\":\"card\"},\n"
        "\"items\":[{\"quantity\":1,\"sku\":\"A\"}],\"currency\":\"USD\",\"customer_id\":\"c\"}";
    CHECK(fingerprint(minimal) == fingerprint(spelled_otherwise));
    CHECK(fingerprint(minimal) != fingerprint(minimal_with(R"("expected_total":1)")));
    CHECK(fingerprint(minimal) != fingerprint(minimal_with(R"("metadata":{})")));
    CHECK(
        fingerprint(minimal_with(R"("shipping_address":{"a":1.0})"))
        == fingerprint(minimal_with(R"("shipping_address":{"a":1})"))
    );
    CHECK(
        fingerprint(minimal_with_items(R"([{"sku":"A","quantity":1},{"sku":"B","quantity":1}])"))
        != fingerprint(minimal_with_items(R"([{"sku":"B","quantity":1},{"sku":"A","quantity":1}])"))
    );
}

TEST_CASE("payments are objects that together stay below the largest amount") {
    CHECK(problems(minimal_with_payments("[7]")) == "invalid-field: /payments/0");
    const std::string most = std::to_string(limits::amount_max);
    CHECK(
        problems(minimal_with_payments(
            R"([{"method":"m","token":"t","amount":)" + most
            + R"(},{"method":"m","token":"t","amount":1},{"method":"m","token":"t"}])"
        ))
        == "invalid-field: /payments"
    );
}

TEST_CASE("a metadata name that is too long is told up to the end of a character") {
    const std::string beginning(limits::metadata_bytes_max - 1, 'a');
    const std::string body = minimal_with(R"("metadata":{")" + beginning + R"(é":"x"})");
    CHECK(problems(body) == "invalid-field: /metadata/" + beginning);
}

}  // namespace
}  // namespace makegood::testing
