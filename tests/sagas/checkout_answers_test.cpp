#include <array>
#include <catch2/catch.hpp>
#include <map>

#include "engine/limits.hpp"
#include "saga_test.hpp"
#include "sagas/contract/answer_reading.hpp"

namespace makegood::testing {
namespace {

constexpr std::array<std::string_view, 6> words_of_answers{"done",  "waiting", "refused",
                                                           "retry", "unknown", "denied"};

// A checkout far enough to know items, a currency and a token.
const saga_record& asking_saga(const std::string& body) {
    static std::map<std::string, saga_test> scripts;
    auto [at, fresh] = scripts.try_emplace(body, scenario{.body = body, .settings = {}});
    if (fresh) at->second.given(started);
    return at->second.saga();
}

call_answer read(
    call_name call, unsigned status, std::string body, const std::string& start = one_card_body()
) {
    const saga_record& saga = asking_saga(start);
    const call_spec& spec = saga.definition->call(call);
    return saga.definition->read_answer(spec, 0, saga, {status, std::move(body), {}});
}

std::string_view meaning(call_name call, unsigned status, std::string body) {
    return words_of_answers[read(call, status, std::move(body)).index()];
}

std::string_view meaning_of_cart(std::string body) {
    return words_of_answers[read(read_cart, 200, std::move(body), cart_body()).index()];
}

TEST_CASE("a status means what the contract says, for every call") {
    struct row {
        unsigned status;
        std::string_view with_code;
        std::string_view without_code;
    };
    const row each = GENERATE(values<row>({
        {100, "denied", "denied"},  {301, "denied", "denied"},  {304, "denied", "denied"},
        {400, "refused", "denied"}, {401, "denied", "denied"},  {402, "refused", "denied"},
        {403, "denied", "denied"},  {404, "refused", "denied"}, {405, "denied", "denied"},
        {408, "retry", "retry"},    {409, "refused", "denied"}, {410, "refused", "denied"},
        {413, "denied", "denied"},  {422, "refused", "denied"}, {425, "retry", "retry"},
        {429, "retry", "retry"},    {500, "retry", "retry"},    {501, "retry", "retry"},
        {502, "retry", "retry"},    {503, "retry", "retry"},    {504, "retry", "retry"},
        {599, "retry", "retry"},
    }));
    const call_name call = GENERATE(
        quote, reserve_inventory, authorize_payment, create_order, confirm_inventory, cancel_order,
        refund_payment, release_inventory
    );
    INFO(call.value << " answered " << each.status);
    CHECK(meaning(call, each.status, R"({"code":"some_code"})") == each.with_code);
    CHECK(meaning(call, each.status, "<html>") == each.without_code);
    CHECK(meaning(call, each.status, R"({"code":7})") == each.without_code);
    CHECK(meaning(call, each.status, R"({"code":""})") == each.without_code);
    CHECK(meaning(call, each.status, "") == each.without_code);
}

TEST_CASE("a success must be well-formed, call by call") {
    struct row {
        call_name call;
        unsigned status;
        std::string body;
        std::string_view expected;
    };
    const std::string suffix = test_id().suffix();
    const std::string lines = R"([{"sku":"SKU-2","quantity":1,"unit_price":2999,"amount":2999},)"
                              R"({"sku":"SKU-1","quantity":2,"unit_price":5000,"amount":10000}])";
    const std::vector<row> rows{
        {quote, 200, R"({"currency":"USD","total":12999,"items":)" + lines + "}", "done"},
        {quote, 200, R"({"currency":"EUR","total":12999,"items":)" + lines + "}", "unknown"},
        {quote, 200, R"({"currency":"USD","total":12998,"items":)" + lines + "}", "unknown"},
        {quote, 200, R"({"currency":"USD","total":"12999","items":)" + lines + "}", "unknown"},
        {quote, 200, R"({"currency":"USD","total":0,"items":[]})", "unknown"},
        {quote, 200,
         R"({"currency":"USD","total":5,"items":[{"sku":"SKU-1","quantity":2,"unit_price":1,)"
         R"("amount":2},{"sku":"SKU-2","quantity":2,"unit_price":1,"amount":3}]})",
         "unknown"},
        {quote, 200, "", "unknown"},
        {quote, 200, "[]", "unknown"},
        {reserve_inventory, 201, R"({"status":"reserved","expires_at":"2026-11-20T08:15:30Z"})",
         "done"},
        {reserve_inventory, 201, R"({"status":"reserved","expires_at":"soon"})", "unknown"},
        {reserve_inventory, 201, R"({"status":"held","expires_at":"2026-11-20T08:15:30Z"})",
         "unknown"},
        {reserve_inventory, 201,
         R"({"reservation_id":"res_x","status":"reserved","expires_at":"2026-11-20T08:15:30Z"})",
         "unknown"},
        {authorize_payment, 200, R"({"status":"authorized"})", "done"},
        {authorize_payment, 201,
         R"({"status":"authorized","authorization_id":"pay_)" + suffix + "\"}", "done"},
        {authorize_payment, 201, R"({"status":"authorized","authorization_id":"pay_x"})",
         "unknown"},
        {authorize_payment, 201, R"({"status":"authorized","authorization_id":null})", "unknown"},
        {authorize_payment, 202,
         R"({"status":"requires_action","next_action":{"type":"redirect"}})", "waiting"},
        {authorize_payment, 202, R"({"status":"requires_action"})", "unknown"},
        {authorize_payment, 202,
         R"({"status":"requires_action","next_action":{"pan":"4242424242424242"}})", "unknown"},
        {authorize_payment, 202, R"({"status":"authorized"})", "unknown"},
        {authorize_payment, 200, R"({"status":"requires_action","next_action":{}})", "unknown"},
        {create_order, 201, R"({"order_id":"ord_)" + suffix + "\"}", "done"},
        {create_order, 201, R"({"order_id":"ord_other"})", "unknown"},
        {create_order, 201, "{}", "unknown"},
        {confirm_inventory, 200, R"({"status":"confirmed"})", "done"},
        {confirm_inventory, 200, R"({"status":"reserved"})", "unknown"},
        {confirm_inventory, 200, "{\"status\":\"confirm", "unknown"},
        {read_reservation, 200, R"({"status":"reserved"})", "done"},
        {read_reservation, 200, R"({"status":"lent"})", "unknown"},
        {read_reservation, 404, R"({"code":"unknown_reservation"})", "done"},
        {read_reservation, 404, "<html>no such page</html>", "denied"},
        {void_payment, 200, R"({"status":"voided"})", "done"},
        {void_payment, 200, "{}", "unknown"},
        {void_payment, 409, R"({"code":"already_captured"})", "refused"},
        {void_payment, 409, R"({"code":"other"})", "denied"},
        {cancel_order, 200, "", "done"},
        {release_inventory, 204, "", "done"},
        {refund_payment, 200, "{}", "done"},
        {refund_payment, 200, "<html>please log in</html>", "unknown"},
        {release_inventory, 200, "{\"status\":\"rel", "unknown"},
        {read_cart, 404, "", "refused"},
    };
    for (const row& each : rows) {
        INFO(each.call.value << " " << each.status << " " << each.body);
        CHECK(meaning(each.call, each.status, each.body) == each.expected);
    }
}

TEST_CASE("a cart must be the customer's, in the checkout's currency, and hold something") {
    const auto cart = [](std::string_view customer, std::string_view currency,
                         std::string_view items) {
        return R"({"cart_id":"cart_9","customer_id":")" + std::string(customer)
               + R"(","currency":")" + std::string(currency) + R"(","items":)" + std::string(items)
               + "}";
    };
    const std::string item = R"([{"sku":"A","quantity":1}])";
    CHECK(meaning_of_cart(cart("cus_42", "USD", item)) == "done");
    CHECK(meaning_of_cart(R"({"customer_id":"cus_42","currency":"USD","items":[]})") == "refused");
    CHECK(meaning_of_cart(cart("cus_43", "USD", item)) == "refused");
    CHECK(meaning_of_cart(cart("cus_42", "EUR", item)) == "refused");
    CHECK(meaning_of_cart(cart("cus_42", "USD", R"([{"sku":"A","quantity":0}])")) == "unknown");
    CHECK(meaning_of_cart(cart("cus_42", "USD", R"([{"quantity":1}])")) == "unknown");
    CHECK(meaning_of_cart(cart("cus_42", "USD", "{}")) == "unknown");
    CHECK(
        meaning_of_cart(
            R"({"cart_id":"other","customer_id":"cus_42","currency":"USD","items":)" + item + "}"
        )
        == "unknown"
    );
    const auto empty = read(
        read_cart, 200, R"({"customer_id":"cus_42","currency":"USD","items":[]})", cart_body()
    );
    CHECK(std::get<answered_refused>(empty).code == "empty_cart");
}

TEST_CASE("Retry-After is passed on") {
    const saga_record& saga = asking_saga(one_card_body());
    const call_answer answer = saga.definition->read_answer(
        saga.definition->call(reserve_inventory), 0, saga, {503, "", duration{7'000}}
    );
    CHECK(std::get<answered_retry>(answer).retry_after == duration{7'000});
}

TEST_CASE("a refusal carries the backend's words, or its code") {
    const auto declined =
        read(authorize_payment, 402, R"({"code":"card_declined","detail":"insufficient funds"})");
    CHECK(std::get<answered_refused>(declined).code == "card_declined");
    CHECK(std::get<answered_refused>(declined).detail == "insufficient funds");
    const auto short_one = read(reserve_inventory, 409, R"({"code":"insufficient_stock"})");
    CHECK(std::get<answered_refused>(short_one).detail == "insufficient_stock");
}

TEST_CASE("a next action that cannot be written as JSON again is not kept") {
    const auto waiting = [](std::string_view next) {
        return meaning(
            authorize_payment, 202,
            R"({"status":"requires_action","next_action":)" + std::string(next) + "}"
        );
    };
    CHECK(waiting(R"({"amount":1e308})") == "waiting");
    CHECK(waiting(R"({"amount":21e308999})") == "unknown");
}

TEST_CASE("no card number enters the journal through an answer") {
    const std::string cart =
        R"({"customer_id":"cus_42","currency":"USD","items":[{"sku":"4242424242424242","quantity":1}]})";
    CHECK(meaning_of_cart(cart) == "unknown");
    // Nor may one appear where a token beside it was taken out.
    const call_answer beside = read(create_order, 409, R"({"code":"4242 4242 4242 4242tok_visa"})");
    CHECK(std::get<answered_refused>(beside).code == "[card number removed][token removed]");
    // Cutting a longer number must not leave one that passes for a card's.
    const std::string words = std::string(limits::detail_bytes_max - 17, 'a') + " 4242424242424242";
    const call_answer refused =
        read(create_order, 409, R"({"code":"no","detail":")" + words + "1234567\"}");
    CHECK(
        std::get<answered_refused>(refused).detail
        == std::string(limits::detail_bytes_max - 17, 'a') + " [card number rem"
    );
}

TEST_CASE("what is kept of an answer is short and holds neither card numbers nor tokens") {
    const std::string words = "card 4242 4242 4242 4242 with tok_visa was declined ";
    const auto declined =
        read(authorize_payment, 402, R"({"code":"card_declined","detail":")" + words + "\"}");
    CHECK(
        std::get<answered_refused>(declined).detail
        == "card [card number removed] with [token removed] was declined "
    );
    std::string long_words;
    while (long_words.size() < 2 * limits::detail_bytes_max)
        long_words += "ü";
    const auto refused =
        read(create_order, 409, R"({"code":"no","detail":"x)" + long_words + "\"}");
    const std::string& kept = std::get<answered_refused>(refused).detail;
    CHECK(kept.size() == limits::detail_bytes_max - 1);
    CHECK(kept.ends_with("ü"));
}

TEST_CASE("an answer that nests without end is unknown, not a crash") {
    CHECK(meaning(confirm_inventory, 200, std::string(100'000, '[')) == "unknown");
    CHECK(meaning(confirm_inventory, 409, std::string(100'000, '[')) == "denied");
}

}  // namespace
}  // namespace makegood::testing
