#include "shop.hpp"

#include <map>
#include <stdexcept>

#include "sagas/contract/derived_ids.hpp"
#include "sagas/fulfilment/reports.hpp"

namespace makegood::testing {
namespace {

constexpr std::string_view items = R"([{"sku":"SKU-1","quantity":2},{"sku":"SKU-2","quantity":1}])";
constexpr std::string_view lines =
    R"([{"sku":"SKU-1","quantity":2,"unit_price":5000,"amount":10000},)"
    R"({"sku":"SKU-2","quantity":1,"unit_price":2999,"amount":2999}])";

std::string body_with(std::string_view goods, std::string_view payment) {
    std::string body = R"({"customer_id":"cus_42","currency":"USD","expected_total":12999,)";
    body += goods;
    body += ",";
    body += payment;
    body +=
        R"(,"shipping_address":{"city":"Zürich","zip":"8001"},"metadata":{"order_ref":"web-1"}})";
    return body;
}

std::string items_member() {
    return "\"items\":" + std::string(items);
}

constexpr std::string_view one_card = R"("payment":{"method":"card","token":"tok_visa"})";
constexpr std::string_view two_tenders =
    R"("payments":[{"method":"gift_card","token":"tok_gift","amount":5000},)"
    R"({"method":"card","token":"tok_visa"}])";

}  // namespace

std::string one_card_body() {
    return body_with(items_member(), one_card);
}

std::string two_tenders_body() {
    return body_with(items_member(), two_tenders);
}

std::string cart_body() {
    return body_with(R"("cart_id":"cart_9")", one_card);
}

backend_answer good_answer(
    const call_spec& call, call_ordinal ordinal, const saga_record& saga, instant now
) {
    const std::string_view name = call.name.value;
    if (name == "read_cart") {
        return {
            200,
            R"({"cart_id":"cart_9","customer_id":"cus_42","currency":"USD","items":)"
                + std::string(items) + "}",
            {}};
    }
    if (name == "quote") {
        return {200, R"({"currency":"USD","total":12999,"items":)" + std::string(lines) + "}", {}};
    }
    if (name == "reserve_inventory") {
        const std::string expires = format_instant(now + duration{900'000});
        return {
            201,
            R"({"reservation_id":")" + contract::reservation_id(saga.id).str()
                + R"(","status":"reserved","expires_at":")" + expires + R"("})",
            {}};
    }
    if (name == "authorize_payment") {
        return {
            201,
            R"({"authorization_id":")" + contract::authorization_id(saga.id, ordinal).str()
                + R"(","status":"authorized"})",
            {}};
    }
    if (name == "create_order") {
        return {201, R"({"order_id":")" + contract::order_id(saga.id).str() + R"("})", {}};
    }
    if (name == "confirm_inventory") return {200, R"({"status":"confirmed"})", {}};
    if (name == "read_reservation") return {200, R"({"status":"confirmed"})", {}};
    if (name == "void_payment") return {200, R"({"status":"voided"})", {}};
    if (name == "clear_cart") return {204, "", {}};
    return {200, "{}", {}};
}

backend_answer refusing_answer(const call_spec& call) {
    const std::map<std::string_view, backend_answer> answers{
        {"read_cart", {404, "", {}}},
        {"quote", {422, R"({"code":"unknown_sku"})", {}}},
        {"reserve_inventory", {409, R"({"code":"insufficient_stock","sku":"SKU-1"})", {}}},
        {"authorize_payment",
         {402, R"({"code":"card_declined","detail":"insufficient funds"})", {}}},
        {"create_order", {422, R"({"code":"address_unknown"})", {}}},
        {"confirm_inventory", {409, R"({"code":"reservation_expired"})", {}}},
        {"void_payment", {409, R"({"code":"already_captured"})", {}}},
        {"clear_cart", {409, R"({"code":"cart_locked"})", {}}},
    };
    const auto found = answers.find(call.name.value);
    if (found == answers.end()) return {409, R"({"code":"not_possible"})", {}};
    return found->second;
}

backend_answer customer_needed_answer() {
    return {
        202,
        R"({"status":"requires_action","next_action":{"type":"redirect","url":"https://bank/3ds"}})",
        {}};
}

namespace {

struct event_maker {
    const call_reference& call;

    event operator()(const answered_done& done) const { return call_done{call, done.learnt}; }
    event operator()(const answered_waiting& waits) const {
        return call_waiting{call, waits.learnt};
    }
    event operator()(const answered_refused& no) const {
        return call_refused{call, no.code, no.detail};
    }
    event operator()(const answered_denied& no) const { return call_denied{call, no.detail}; }
    event operator()(const answered_unknown& lost) const {
        return call_exhausted{call, lost.detail};
    }
    event operator()(const answered_retry&) const {
        throw std::logic_error("the shop's backends are never busy");
    }
};

}  // namespace

event event_of(const call_reference& call, const saga_record& saga, const backend_answer& answer) {
    const call_spec& spec = saga.definition->call(call.call);
    return std::visit(
        event_maker{call}, saga.definition->read_answer(spec, call.ordinal, saga, answer)
    );
}

fact_reported report_of(std::string_view status) {
    const std::string body = R"({"status":")" + std::string(status) + R"("})";
    return *fulfilment::read_report(body, "the carrier");
}

saga_id test_id() {
    return saga_id::make(
        "chk", start_time.time_since_epoch().count(), 7, {1, 2, 3, 4, 5, 6, 7, 8, 9}
    );
}

}  // namespace makegood::testing
