#include <catch2/catch.hpp>

#include "saga_test.hpp"
#include "sagas/fulfilment/definition.hpp"

namespace makegood::testing {
namespace {

constexpr call_name capture_payment{"capture_payment"}, request_shipment{"request_shipment"},
    clear_cart{"clear_cart"}, notify{"notify"};

saga_record completed_checkout(std::string body, const checkout_settings& settings = {}) {
    // The record refers to the registry's definition, which must outlive it.
    static std::vector<std::unique_ptr<saga_test>> scripts;
    scripts.push_back(std::make_unique<saga_test>(scenario{std::move(body), settings}));
    saga_test& script = *scripts.back();
    script.given(started);
    while (!script.saga().ended()) {
        for (const fact_name fact :
             {cart_read, quoted, inventory_reserved, payment_authorized, order_created,
              inventory_confirmed}) {
            if (const auto happens = script.event_for(fact)) {
                script.apply(*happens);
                break;
            }
        }
    }
    REQUIRE(script.saga().state == completed);
    return script.saga();
}

// The fulfilment of that checkout, driven through its own definition.
class fulfilment_run {
public:
    explicit fulfilment_run(const saga_record& checkout) : checkout_(checkout) {
        const child_start child = *checkout.definition->child(checkout);
        CHECK(child.definition == meaning_->name());
        const saga_started start{
            .definition = child.definition,
            .version = 1,
            .customer = checkout.customer,
            .key = {},
            .fingerprint = {},
            .inputs = child.inputs,
            .traceparent = {}};
        saga_ = begin_record(child.id, *meaning_, start, start_time);
        apply(start);
    }

    void apply(const event& happened) {
        outcome_ = step(saga_, {saga_.sequence + 1, start_time, happened});
    }
    void answer(call_name call, unsigned status, std::string body = {}, call_ordinal ordinal = 0) {
        apply(event_of({call, ordinal}, saga_, {status, std::move(body), {}}));
    }
    std::string opened() const {
        std::string text;
        for (const call_reference& each : outcome_.opened)
            text += text_of(each) + " ";
        return text;
    }
    std::string line(call_name call, call_ordinal ordinal = 0) const {
        const call_request request = meaning_->request(meaning_->call(call), ordinal, saga_);
        return request.method + " " + request.target + " " + request.body;
    }
    std::string key(call_name call, call_ordinal ordinal = 0) const {
        return meaning_->idempotency_key_of(meaning_->call(call), ordinal, saga_);
    }
    const saga_record& saga() const { return saga_; }
    const definition& meaning() const { return *meaning_; }

private:
    const saga_record checkout_;
    std::unique_ptr<definition> meaning_ = fulfilment::make_definition();
    saga_record saga_;
    step_outcome outcome_;
};

TEST_CASE("a fulfilment captures, ships, clears the cart and tells the customer") {
    const saga_record checkout = completed_checkout(cart_body());
    fulfilment_run run(checkout);
    const std::string chk = checkout.id.text();
    const std::string suffix = checkout.id.suffix();
    CHECK(run.saga().id.text() == "ful_" + suffix);

    CHECK(run.opened() == "capture_payment ");
    CHECK(run.line(capture_payment) == "POST /v1/authorizations/pay_" + suffix + "/capture {}");
    CHECK(run.key(capture_payment) == chk + ":capture_payment");

    run.answer(capture_payment, 200);
    CHECK(run.opened() == "request_shipment ");
    CHECK(
        run.line(request_shipment)
        == R"(POST /v1/shipments {"shipment_id":"shp_)" + suffix + R"(","order_id":"ord_)" + suffix
               + R"(","items":[{"sku":"SKU-1","quantity":2},{"sku":"SKU-2","quantity":1}],)"
                 R"("shipping_address":{"city":"Zürich","zip":"8001"}})"
    );
    CHECK(run.key(request_shipment) == chk + ":request_shipment");

    run.answer(request_shipment, 201, "{}");
    CHECK(run.opened() == "clear_cart ");
    CHECK(run.line(clear_cart) == "DELETE /v1/carts/cart_9 ");
    run.answer(clear_cart, 404);
    CHECK(run.opened() == "notify ");
    CHECK(
        run.line(notify)
        == R"(POST /v1/notifications {"customer_id":"cus_42","kind":"checkout_completed",)"
           R"("checkout_id":")"
               + chk + R"(","data":{"order_id":"ord_)" + suffix
               + R"(","total":12999,"currency":"USD"}})"
    );
    run.answer(notify, 202);
    CHECK(run.saga().state == completed);
    CHECK(run.saga().status() == saga_status::completed);
}

TEST_CASE("each tender that paid is captured") {
    fulfilment_run run(completed_checkout(two_tenders_body()));
    CHECK(run.opened() == "capture_payment:1 capture_payment:2 ");
    CHECK_THAT(run.key(capture_payment, 2), Catch::EndsWith(":capture_payment:2"));
    CHECK_THAT(run.line(capture_payment, 2), Catch::EndsWith("_2/capture {}"));
    run.answer(capture_payment, 200, "", 1);
    CHECK(run.saga().state.value == "capturing");
    run.answer(capture_payment, 200, "", 2);
    CHECK(run.opened() == "request_shipment ");
}

TEST_CASE("backends that are not configured are left out") {
    checkout_settings settings;
    settings.has_fulfillment = settings.has_notification = false;
    fulfilment_run run(completed_checkout(one_card_body(), settings));
    run.answer(capture_payment, 200);
    CHECK(run.saga().state == completed);
    CHECK(run.saga().calls.size() == 1);
}

TEST_CASE("a capture that is refused parks, a cart that is not cleared does not") {
    fulfilment_run run(completed_checkout(cart_body()));
    SECTION("capture") {
        run.answer(capture_payment, 409, R"({"code":"authorization_expired"})");
        CHECK(run.saga().status() == saga_status::parked);
        CHECK(run.saga().state.value == "capturing");
    }
    SECTION("cart") {
        run.answer(capture_payment, 200);
        run.answer(request_shipment, 200);
        run.answer(clear_cart, 409, R"({"code":"cart_locked"})");
        CHECK(run.opened() == "notify ");
    }
}

TEST_CASE("a fulfilment cannot be cancelled, and shows its checkout") {
    const saga_record checkout = completed_checkout(cart_body());
    fulfilment_run run(checkout);
    run.apply(operator_acted{operator_verb::cancel, "tester", ""});
    CHECK(run.saga().state.value == "capturing");
    const std::string shown = run.meaning().render(run.saga(), {});
    CHECK_THAT(shown, Catch::Contains(R"("saga":"fulfilment")"));
    CHECK_THAT(shown, Catch::Contains(R"("checkout_id":")" + checkout.id.text() + "\""));
    CHECK_FALSE(run.meaning().deadline(run.saga()).has_value());
    CHECK_FALSE(run.meaning().read_start("{}").has_value());
}

TEST_CASE("no payment token goes on to the fulfilment") {
    const saga_record checkout = completed_checkout(two_tenders_body());
    const child_start child = *checkout.definition->child(checkout);
    for (const variables::entry& each : child.inputs) {
        CHECK(each.value.find("tok_") == std::string::npos);
    }
}

}  // namespace
}  // namespace makegood::testing
