#include "conformance/success_demands.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "engine/definition.hpp"
#include "engine/saga_record.hpp"
#include "sagas/checkout/answers.hpp"
#include "sagas/contract/derived_ids.hpp"
#include "sagas/contract/variable_names.hpp"

using namespace makegood;
using namespace makegood::conformance;

namespace {

constexpr instant answered_at{duration{1'790'000'000'000}};
constexpr const char* asked_items = R"([{"sku":"SKU-1","quantity":2}])";

// A checkout as far as answers are compared with it.
saga_record asking_saga() {
    saga_record saga;
    saga.id = saga_id::make("chk", 1'790'000'000'000, 7, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    saga.customer = customer_id{"cus_42"};
    saga.inputs.set(contract::variable::cart_id, std::string("cart_9"));
    saga.inputs.set(contract::variable::items, std::string(asked_items));
    saga.inputs.set(contract::variable::currency, std::string("USD"));
    return saga;
}

suite_options options_of_the_kit() {
    suite_options options;
    options.customer_id = "cus_42";
    options.currency = "USD";
    return options;
}

std::string reservation() {
    return contract::reservation_id(asking_saga().id).str();
}
std::string authorization() {
    return contract::authorization_id(asking_saga().id, 0).str();
}
std::string order() {
    return contract::order_id(asking_saga().id).str();
}

// The call as it is sent for that saga.
backend_call sent(std::string_view call) {
    const auto post = [](const std::string& target, const std::string& body = "{}") {
        return backend_call{"POST", "/v1/" + target, body, "chk_1:call"};
    };
    const auto get = [](const std::string& target) {
        return backend_call{"GET", "/v1/" + target, {}, "chk_1:call"};
    };
    if (call == "read_cart") return get("carts/cart_9");
    if (call == "clear_cart") return {"DELETE", "/v1/carts/cart_9", {}, "chk_1:call"};
    if (call == "read_reservation") return get("reservations/" + reservation());
    if (call == "quote") {
        return post("quotes", R"({"currency":"USD","items":)" + std::string(asked_items) + "}");
    }
    if (call == "reserve_inventory") {
        return post(
            "reservations", R"({"ttl_seconds":300,"reservation_id":")" + reservation() + "\"}"
        );
    }
    if (call == "confirm_inventory") return post("reservations/" + reservation() + "/confirm");
    if (call == "release_inventory") return post("reservations/" + reservation() + "/release");
    if (call == "authorize_payment") {
        return post("authorizations", R"({"authorization_id":")" + authorization() + "\"}");
    }
    if (call == "void_payment") return post("authorizations/" + authorization() + "/void");
    if (call == "capture_payment") return post("authorizations/" + authorization() + "/capture");
    if (call == "refund_payment") return post("authorizations/" + authorization() + "/refund");
    if (call == "create_order") return post("orders", R"({"order_id":")" + order() + "\"}");
    return post("orders/" + order() + "/cancel");
}

struct success {
    std::string_view call;
    unsigned status;
    std::string body;
    wanted_outcome wanted = wanted_outcome::done;
};

std::string flaw_for_the_kit(const success& read) {
    exchange seen;
    seen.sent = sent(read.call);
    seen.answered_at = answered_at;
    seen.status = read.status;
    seen.body = read.body;
    boost::json::error_code broken;
    auto value = boost::json::parse(read.body, broken);
    if (!broken && value.is_object()) seen.object = value.get_object();
    return flaw_of(options_of_the_kit(), seen, read.wanted);
}

call_answer reading_of_the_engine(const success& read) {
    call_spec spec{};
    spec.name = call_name{read.call};
    return checkout::answer_of(spec, 0, asking_saga(), {read.status, read.body, {}});
}

bool is_believed(const success& read) {
    const auto answer = reading_of_the_engine(read);
    return std::holds_alternative<answered_done>(answer)
           || std::holds_alternative<answered_waiting>(answer);
}

// Of the calls whose bodies are read.
std::vector<success> good_successes() {
    const std::string id = "\"reservation_id\":\"" + reservation() + "\",";
    const std::string paid = "\"authorization_id\":\"" + authorization() + "\",";
    return {
        {"read_cart", 200,
         R"({"cart_id":"cart_9","customer_id":"cus_42","currency":"USD","items":)"
             + std::string(asked_items) + "}"},
        {"quote", 200,
         R"({"currency":"USD","total":3,"items":[)"
         R"({"sku":"SKU-1","quantity":2,"unit_price":1,"amount":3}]})"},
        {"reserve_inventory", 201,
         "{" + id + R"("status":"reserved","expires_at":")"
             + format_instant(answered_at + std::chrono::seconds{300}) + "\"}"},
        {"confirm_inventory", 200, "{" + id + R"("status":"confirmed"})"},
        {"read_reservation", 200, "{" + id + R"("status":"expired"})"},
        {"authorize_payment", 201, "{" + paid + R"("status":"authorized"})"},
        {"authorize_payment", 202, "{" + paid + R"("status":"requires_action","next_action":{}})",
         wanted_outcome::customer_asked},
        {"create_order", 201, R"({"order_id":")" + order() + "\"}"},
        {"void_payment", 200, R"({"status":"voided"})"}};
}

// What is wrong with a success: a member that is another one, or none at all.
struct flaw {
    std::string_view call;
    std::string_view member;
    std::string value;  // JSON; empty: without the member
    std::string_view expected;
    wanted_outcome wanted = wanted_outcome::done;
    bool only_for_the_kit = false;
};

std::string lines(std::size_t count, const std::string& line) {
    std::string text = "[";
    for (std::size_t number = 0; number < count; ++number) {
        text += number > 0 ? "," + line : line;
    }
    return text + "]";
}

std::vector<flaw> flaws_of_prices() {
    const std::string priced = R"({"sku":"SKU-1","quantity":2,"unit_price":1,"amount":3})";
    const std::string_view cart = "read_cart";
    const std::string_view members = "`customer_id`, `currency` and `items`";
    const std::string_view items = "`items` with `sku` and `quantity`";
    const std::string_view quoted = "`items`, `total` and `currency`";
    const std::string_view priced_items =
        "`items` with `sku`, `quantity`, `unit_price` and `amount`";
    return {
        {cart, "customer_id", "", members},
        {cart, "currency", "7", members},
        {cart, "items", "{}", members},
        {cart, "cart_id", "\"cart_8\"", "no other `cart_id` than the one asked for"},
        {cart, "customer_id", "\"cus_7\"", "the `customer_id` that --customer names"},
        {cart, "currency", "\"EUR\"", "the `currency` that --currency names"},
        {cart, "items", "[]", "something in the cart"},
        {cart, "items", lines(501, R"({"sku":"SKU-1","quantity":1})"), "no more than 500 `items`"},
        {cart, "items", "[7]", items},
        {cart, "items", R"([{"sku":"","quantity":1}])", items},
        {cart, "items", R"([{"sku":"SKU-1","quantity":0}])", items},
        {cart, "items", R"([{"sku":"SKU-1","quantity":1.5}])", items},
        {cart, "items", R"([{"sku":"SKU-1","quantity":1000001}])", items},
        {"quote", "items", "", quoted},
        {"quote", "currency", "", quoted},
        {"quote", "total", "\"3\"", quoted},
        {"quote", "total", "3.5", quoted},
        {"quote", "total", "-1", quoted},
        {"quote", "total", "1000000000001", quoted},
        {"quote", "currency", "\"EUR\"", "the `currency` that was asked for"},
        {"quote", "items", lines(501, priced), "no more than 500 `items`"},
        {"quote", "items", asked_items, priced_items},
        {"quote", "items", R"([{"sku":"SKU-1","quantity":2,"unit_price":1,"amount":-3}])",
         priced_items},
        {"quote", "items", "[null]", priced_items},
        {"quote", "total", "4", "a `total` that is the sum of the amounts"},
        {"quote", "items", R"([{"sku":"SKU-2","quantity":2,"unit_price":1,"amount":3}])",
         "`items` for what was asked for"},
        {"quote", "items", R"([{"sku":"SKU-1","quantity":3,"unit_price":1,"amount":3}])",
         "`items` for what was asked for"}};
}

std::vector<flaw> flaws_of_reservations() {
    const std::string_view reserve = "reserve_inventory";
    const std::string_view other = "no other `reservation_id` than the one asked for";
    const std::string_view time = "a body with `expires_at` in RFC 3339";
    const std::string_view due = "an `expires_at` in `ttl_seconds` from now, within a minute";
    const auto at = [](std::chrono::seconds later) {
        return "\"" + format_instant(answered_at + later) + "\"";
    };
    return {
        {reserve, "status", "", "a body with `status` \"reserved\""},
        {reserve, "expires_at", "", time},
        {reserve, "expires_at", "1800000000", time},
        {reserve, "expires_at", "\"2030-01-01T00:00:00\"", time},
        {reserve, "reservation_id", "\"res_other\"", other},
        {reserve, "reservation_id", "null", other},
        {reserve, "expires_at", at(std::chrono::seconds{0}), due, wanted_outcome::done, true},
        {reserve, "expires_at", at(std::chrono::seconds{239}), due, wanted_outcome::done, true},
        {reserve, "expires_at", at(std::chrono::seconds{361}), due, wanted_outcome::done, true},
        {"confirm_inventory", "status", "\"reserved\"", "a body with `status` \"confirmed\""},
        {"confirm_inventory", "reservation_id", "\"res_other\"", other},
        {"read_reservation", "status", "\"sold\"", "a `status` that the contract knows"},
        {"read_reservation", "status", "", "a `status` that the contract knows"}};
}

std::vector<flaw> flaws_of_payments() {
    const std::string_view call = "authorize_payment";
    const std::string_view other = "no other `authorization_id` than the one asked for";
    const std::string_view ordered = "a body with the `order_id` that was asked for";
    const auto asked = wanted_outcome::customer_asked;
    return {
        {call, "status", "\"pending\"", "200 or 201 and a body with `status` \"authorized\""},
        {call, "authorization_id", "\"pay_other\"", other},
        {call, "authorization_id", "\"pay_other\"", other, asked},
        {call, "status", "\"authorized\"", "202 with `status` \"requires_action\"", asked},
        {call, "next_action", "", "a `next_action`, an object", asked},
        {call, "next_action", "\"https://bank.example\"", "a `next_action`, an object", asked},
        {call, "next_action", R"({"url":")" + std::string(size_t{8} * 1024, 'x') + "\"}",
         "a `next_action` of at most 8 KiB", asked},
        {"create_order", "order_id", "", ordered},
        {"create_order", "order_id", "\"ord_other\"", ordered},
        {"void_payment", "status", "", "a body with `status` \"voided\""},
        {"void_payment", "status", "\"authorized\"", "a body with `status` \"voided\""}};
}

std::vector<flaw> all_flaws() {
    auto all = flaws_of_prices();
    for (const auto& more : {flaws_of_reservations(), flaws_of_payments()}) {
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

success with(const flaw& wrong) {
    const auto all = good_successes();
    auto made = *std::find_if(all.begin(), all.end(), [&](const success& each) {
        return each.call == wrong.call && each.wanted == wrong.wanted;
    });
    auto body = boost::json::parse(made.body).as_object();
    body.erase(wrong.member);
    if (!wrong.value.empty()) body[wrong.member] = boost::json::parse(wrong.value);
    made.body = boost::json::serialize(body);
    return made;
}

// The sentence of the engine that begins behind "the backend answered 200, but ".
std::string complaint_of_the_engine(const success& read) {
    const auto answer = reading_of_the_engine(read);
    const auto* unknown = std::get_if<answered_unknown>(&answer);
    return unknown != nullptr ? unknown->detail.substr(unknown->detail.find(", but ") + 6) : "";
}

}  // namespace

TEST_CASE("kit and engine believe the success that the contract shows") {
    for (const success& each : good_successes()) {
        CAPTURE(each.call, each.body);
        CHECK(flaw_for_the_kit(each).empty());
        CHECK(is_believed(each));
    }
}

TEST_CASE("what the engine does not believe, the kit fails") {
    for (const flaw& each : all_flaws()) {
        const success wrong = with(each);
        CAPTURE(each.call, each.member, each.value.substr(0, 100));
        CHECK(flaw_for_the_kit(wrong) == each.expected);
        CHECK(is_believed(wrong) == each.only_for_the_kit);
    }
}

TEST_CASE("an answer to an authorization means what its status says, for both") {
    const success accepted{"authorize_payment", 202, R"({"status":"authorized"})"};
    const success done{
        "authorize_payment", 200, R"({"status":"requires_action","next_action":{}})"};
    for (success each : {accepted, done}) {
        CHECK_FALSE(is_believed(each));
        CHECK_FALSE(flaw_for_the_kit(each).empty());
        each.wanted = wanted_outcome::customer_asked;
        CHECK_FALSE(flaw_for_the_kit(each).empty());
    }
}

TEST_CASE("a page, bytes or nothing is no success of a call whose body is read") {
    const std::string deep = R"({"a":)" + std::string(32, '[') + std::string(32, ']') + "}";
    for (success each : good_successes()) {
        for (const std::string& body :
             {std::string(), std::string("<html>"), std::string("[]"),
              std::string("\xff\xfe\x00", 3), each.body.substr(0, each.body.size() / 2),
              each.body + "}", deep}) {
            each.body = body;
            CAPTURE(each.call, body);
            CHECK_FALSE(is_believed(each));
            CHECK_FALSE(flaw_for_the_kit(each).empty());
        }
    }
}

TEST_CASE("a call that says all in its status may answer with nothing or any object") {
    for (const std::string_view call :
         {"release_inventory", "capture_payment", "refund_payment", "cancel_order", "clear_cart"}) {
        for (const std::string body :
             {"", "{}", R"({"status":"any"})", "<html>", "[]", "\xff\xfe"}) {
            CAPTURE(call, body);
            const bool expected = body.empty() || body.starts_with('{');
            CHECK(is_believed({call, 200, body}) == expected);
            CHECK(flaw_for_the_kit({call, 200, body}).empty() == expected);
        }
    }
}

TEST_CASE("every demand of the kit is shown above to be one of the engine, or the kit's own") {
    const auto flaws = all_flaws();
    for (const success_demand& each : success_demands()) {
        CAPTURE(each.call, each.expected);
        CHECK(std::any_of(flaws.begin(), flaws.end(), [&](const flaw& shown) {
            return shown.call == each.call && shown.expected == each.expected
                   && shown.wanted == each.of;
        }));
    }
}

TEST_CASE("every complaint that the engine has about a success is shown above") {
    std::set<std::string> shown{
        // Only the engine looks for card numbers, because only it would keep them.
        "with a card number in place of an sku, which must not be kept"};
    for (const flaw& each : all_flaws()) {
        shown.insert(complaint_of_the_engine(with(each)));
    }
    std::ifstream file(MAKEGOOD_SOURCE_FOLDER "/sagas/checkout/answers.cpp");
    std::stringstream text;
    text << file.rdbuf();
    const std::string source = text.str();
    const std::regex complaint(R"re(\.broken\(\s*"([^"]+)"\s*\))re");
    std::size_t found = 0;
    for (std::sregex_iterator at(source.begin(), source.end(), complaint), end; at != end; ++at) {
        CAPTURE((*at)[1].str());
        CHECK(shown.contains((*at)[1].str()));
        ++found;
    }
    const std::regex any(R"(\.broken\()");
    CHECK(found > 10);
    CHECK(
        static_cast<std::ptrdiff_t>(found)
        == std::distance(std::sregex_iterator(source.begin(), source.end(), any), {})
    );
}
