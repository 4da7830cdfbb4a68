#include "adapters/intake/shipment_orders.hpp"

#include <catch2/catch.hpp>

#include "adapters/kafka/event_message.hpp"
#include "sagas/checkout/settings.hpp"
#include "sagas/json/body_reading.hpp"
#include "sagas/registry.hpp"

using namespace makegood;

namespace {

const saga_id fulfilment = saga_id::make("ful", 1'795'000'000'123, 7, {1, 2, 3, 4, 5, 6, 7, 8, 9});

cloud_event delivered() {
    return {
        .id = "scan-9",
        .source = "/carrier",
        .type = "shipment.delivered",
        .subject = {},
        .time = {},
        .partition_key = {},
        .traceparent = {},
        .data = R"({"shipment_id":")" + fulfilment.with_prefix("shp").text()
                + R"(","detail":"by the door"})"};
}

message_reading read(const cloud_event& told) {
    static const definition_registry registry = make_registry(checkout_settings{});
    entropy chance;
    return shipment_order_reader(registry, json::refuse_body)(
        encode(told, kafka::content_mode::structured, "fulfillment.events"), chance
    );
}

std::string code_of_refusal(const cloud_event& told) {
    const message_reading refused = read(told);
    return refused.asked ? "" : std::string(refused.asked.error().code);
}

}  // namespace

TEST_CASE("word of a parcel is a report to the fulfilment that the shipment names") {
    const message_reading told = read(delivered());
    REQUIRE(told.asked.has_value());
    const auto& asked = std::get<saga_command>(*told.asked);
    CHECK(asked.id == fulfilment);
    const auto& report = std::get<fact_reported>(asked.wanted);
    CHECK(report.fact == "delivered");
    CHECK(report.reporter == "/carrier");
    CHECK(report.detail == "by the door");
    CHECK(told.origin->id == "scan-9");
}

TEST_CASE("what is no word of a parcel is refused with its reason") {
    cloud_event eaten = delivered();
    eaten.type = "shipment.eaten";
    CHECK(code_of_refusal(eaten) == "invalid-field");
    cloud_event nameless = delivered();
    nameless.data = "{}";
    CHECK(code_of_refusal(nameless) == "invalid-field");
    cloud_event card = delivered();
    card.data = R"({"shipment_id":"shp_1","detail":"4111 1111 1111 1111"})";
    CHECK(code_of_refusal(card) == "card-number-refused");
    cloud_event neighbours = delivered();
    neighbours.subject = "41111111";
    neighbours.partition_key = "11111111";
    CHECK(code_of_refusal(neighbours).empty());
    cloud_event anybody = delivered();
    anybody.source = std::string(1'000, 'x');
    CHECK(code_of_refusal(anybody) == "invalid-field");
    cloud_event large = delivered();
    large.data = R"({"detail":")" + std::string(70'000, 'x') + R"("})";
    CHECK(code_of_refusal(large) == "body-too-large");
}
