#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include "sagas/json/writing.hpp"
#include "shop_engine.hpp"

// What checkouts and fulfilments tell the world outside, story by story. announcements.jsonl keeps
// all of it, word for word; tests/adapters/kafka/schemas_test.py holds it against the schemas.
namespace makegood::testing {
namespace {

using names = std::vector<std::string>;

// One checkout, and what is announced of it and its fulfilment.
struct story {
    std::string title;
    std::string body = one_card_body();
    checkout_settings settings = {};
    std::function<void(shop_engine&)> happens = {};
    names told;
};

checkout_settings alone() {
    checkout_settings settings;
    settings.fulfilment_enabled = false;
    return settings;
}

checkout_settings without_catalog() {
    checkout_settings settings = alone();
    settings.has_catalog = false;
    return settings;
}

checkout_settings without_shipments() {
    checkout_settings settings;
    settings.has_fulfillment = false;
    return settings;
}

checkout_settings tracking() {
    checkout_settings settings;
    settings.track_shipments = true;
    return settings;
}

// The steps behind the shipment have nothing to call.
checkout_settings unnotified() {
    checkout_settings settings = tracking();
    settings.has_notification = false;
    return settings;
}

names ends_with_parcel(const names& told) {
    names all{"1 checkout.accepted",           "3 checkout.inventory_reserved",
              "4 checkout.payment_authorized", "5 checkout.order_created",
              "6 checkout.completed",          "1 fulfilment.accepted",
              "2 fulfilment.payment_captured", "3 fulfilment.shipment_requested"};
    all.insert(all.end(), told.begin(), told.end());
    return all;
}

// It is told while the payment is captured, which is denied at first.
story told_early(
    const std::string& status, const names& told, const checkout_settings& settings = tracking()
) {
    names all = ends_with_parcel(told);
    all.insert(all.begin() + 6, "2 fulfilment.parked");
    for (std::string& each : all) {
        if (each == "2 fulfilment.payment_captured") each = "5 fulfilment.payment_captured";
        if (each == "3 fulfilment.shipment_requested") each = "6 fulfilment.shipment_requested";
        if (each.starts_with("5 fulfilment.") && !each.ends_with("captured")) {
            each[0] = settings.has_notification ? '7' : '6';
        }
    }
    const std::string_view beside = settings.has_notification ? "" : ", and nobody is notified";
    return {
        .title =
            "the parcel is " + status + " before the payment is captured" + std::string(beside),
        .settings = settings,
        .happens =
            [status](shop_engine& shop) {
                shop.answers["capture_payment"] = {401, "", {}};
                shop.run().submit(report_of(status), "ful");
                shop.answers.erase("capture_payment");
                shop.act(operator_verb::retry, "ful").run();
            },
        .told = std::move(all)};
}

// A checkout of one item whose price stands in the request.
std::string priced_body(int unit_price, int expected_total) {
    return R"({"customer_id":"cus_42","currency":"USD","payment":{"method":"card","token":"tok"},)"
           R"("expected_total":)"
           + std::to_string(expected_total)
           + R"(,"items":[{"sku":"SKU-1","quantity":1,"unit_price":)" + std::to_string(unit_price)
           + "}]}";
}

const backend_answer denied{401, "", {}};

std::vector<story> stories() {
    return {
        {.title = "all goes well, and the order is fulfilled",
         .body = cart_body(),
         .happens = [](shop_engine& shop) { shop.run(); },
         .told =
             {"1 checkout.accepted", "4 checkout.inventory_reserved",
              "5 checkout.payment_authorized", "6 checkout.order_created", "7 checkout.completed",
              "1 fulfilment.accepted", "2 fulfilment.payment_captured",
              "3 fulfilment.shipment_requested", "5 fulfilment.completed"}},
        {.title = "the card is declined",
         .happens =
             [](shop_engine& shop) {
                 shop.answers["authorize_payment"] = {402, R"({"code":"card_declined"})", {}};
                 shop.run();
             },
         .told =
             {"1 checkout.accepted", "3 checkout.inventory_reserved", "5 checkout.compensated"}},
        {.title = "there is not enough stock",
         .happens =
             [](shop_engine& shop) {
                 shop.answers["reserve_inventory"] = {
                     409, R"({"code":"insufficient_stock","sku":"SKU-1"})", {}};
                 shop.run();
             },
         .told = {"1 checkout.accepted", "3 checkout.failed"}},
        {.title = "the price is another one, which is known at once without a catalog",
         .body = priced_body(500, 499),
         .settings = without_catalog(),
         .happens = [](shop_engine& shop) { shop.run(); },
         .told = {"1 checkout.accepted", "1 checkout.failed"}},
        {.title = "the stock is reserved for too short a time",
         .happens =
             [](shop_engine& shop) {
                 shop.answers["reserve_inventory"] = {
                     201,
                     R"({"status":"reserved","expires_at":")"
                         + format_instant(start_time + duration{1'000}) + "\"}",
                     {}};
                 shop.run();
             },
         .told = {"1 checkout.accepted", "4 checkout.compensated"}},
        {.title = "the bank wants to see the customer",
         .settings = alone(),
         .happens =
             [](shop_engine& shop) {
                 shop.answers["authorize_payment"] = customer_needed_answer();
                 shop.run().submit(signal_received{"payment", true, ""}).run();
             },
         .told =
             {"1 checkout.accepted", "3 checkout.inventory_reserved",
              "4 checkout.awaiting_customer", "5 checkout.payment_authorized",
              "6 checkout.order_created", "7 checkout.completed"}},
        {.title = "there is nothing to pay",
         .body = priced_body(0, 0),
         .settings = without_catalog(),
         .happens = [](shop_engine& shop) { shop.run(); },
         .told =
             {"1 checkout.accepted", "2 checkout.inventory_reserved", "3 checkout.order_created",
              "4 checkout.completed"}},
        {.title = "an undo is denied, until a person replaces the credential",
         .happens =
             [](shop_engine& shop) {
                 shop.answers["create_order"] = {422, R"({"code":"address_unknown"})", {}};
                 shop.answers["void_payment"] = denied;
                 shop.run();
                 shop.answers.erase("void_payment");
                 shop.act(operator_verb::retry).run();
             },
         .told =
             {"1 checkout.accepted", "3 checkout.inventory_reserved",
              "4 checkout.payment_authorized", "6 checkout.parked", "9 checkout.compensated"}},
        {.title = "a person holds the checkout while its calls are under way",
         .happens =
             [](shop_engine& shop) {
                 shop.answers["authorize_payment"] = customer_needed_answer();
                 for (int held = 0; held < 3; ++held)
                     shop.act(operator_verb::park).run().act(operator_verb::resume);
                 shop.submit(signal_received{"payment", false, "3ds_failed"}).run();
             },
         .told =
             {"1 checkout.accepted", "2 checkout.parked", "5 checkout.parked",
              "6 checkout.inventory_reserved", "8 checkout.parked", "9 checkout.awaiting_customer",
              "13 checkout.compensated"}},
        {.title = "nobody ships, and the capture is denied until a person replaces the credential",
         .settings = without_shipments(),
         .happens =
             [](shop_engine& shop) {
                 shop.answers["capture_payment"] = denied;
                 shop.run();
                 shop.answers.erase("capture_payment");
                 shop.act(operator_verb::retry, "ful").run();
             },
         .told =
             {"1 checkout.accepted", "3 checkout.inventory_reserved",
              "4 checkout.payment_authorized", "5 checkout.order_created", "6 checkout.completed",
              "1 fulfilment.accepted", "2 fulfilment.parked", "4 fulfilment.payment_captured",
              "5 fulfilment.completed"}},
        {.title = "the parcel is shipped, lost, and turns up",
         .settings = tracking(),
         .happens =
             [](shop_engine& shop) {
                 shop.run();
                 for (const std::string_view told :
                      {"shipped", "shipped", "lost", "delivered", "lost"})
                     shop.submit(report_of(told), "ful");
             },
         .told = ends_with_parcel(
             {"5 fulfilment.shipped", "7 fulfilment.lost", "7 fulfilment.parked",
              "8 fulfilment.delivered", "8 fulfilment.completed"}
         )},
        {.title = "the parcel comes back, and a person pays the money back",
         .settings = tracking(),
         .happens =
             [](shop_engine& shop) {
                 shop.run().submit(report_of("returned"), "ful");
                 shop.act(operator_verb::retry, "ful");
                 shop.submit(resolve_request{"settle_return", true, "ann", "paid back"}, "ful");
             },
         .told = ends_with_parcel(
             {"5 fulfilment.returned", "5 fulfilment.parked", "7 fulfilment.completed"}
         )},
        told_early("delivered", {"5 fulfilment.delivered", "5 fulfilment.completed"}),
        told_early("shipped", {"5 fulfilment.shipped"}),
        told_early("lost", {"5 fulfilment.lost", "5 fulfilment.parked"}),
        told_early("returned", {"5 fulfilment.returned", "5 fulfilment.parked"}),
        told_early("lost", {"5 fulfilment.lost", "5 fulfilment.parked"}, unnotified()),
        told_early("delivered", {"5 fulfilment.delivered", "5 fulfilment.completed"}, unnotified()),
        {.title = "the parcel is overdue, and then lost",
         .settings = tracking(),
         .happens =
             [](shop_engine& shop) {
                 shop.run().wait(std::chrono::hours{24 * 31}).submit(report_of("lost"), "ful");
             },
         .told =
             ends_with_parcel({"5 fulfilment.parked", "6 fulfilment.lost", "6 fulfilment.parked"})},
    };
}

std::string line_of(const story& told, const outbox_event& announced) {
    return json::object_text()
        .text("story", told.title)
        .text("type", announced.type)
        .text("saga", announced.saga.in_place_text())
        .number("sequence", static_cast<std::int64_t>(announced.sequence))
        .text("at", format_instant(announced.at))
        .text("customer", announced.customer.value)
        .text("traceparent", announced.traceparent)
        .fragment("data", announced.data)
        .finish();
}

constexpr auto file_of_lines = MAKEGOOD_PROJECT_FOLDER "/tests/sagas/announcements.jsonl";

std::string lines_of_all() {
    std::string lines;
    for (const story& each : stories()) {
        shop_engine shop(each.body, each.settings);
        each.happens(shop);
        for (const outbox_event& announced : shop.announced())
            lines += line_of(each, announced) + "\n";
    }
    return lines;
}

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

std::set<std::string> types_in_schema(std::string_view saga) {
    const std::string path = MAKEGOOD_PROJECT_FOLDER "/adapters/kafka/schemas/";
    const auto schema = boost::json::parse(content_of(path + std::string(saga) + ".json"));
    const auto& types = schema.at("properties").at("type").at("enum");
    return boost::json::value_to<std::set<std::string>>(types);
}

std::set<std::string> types_of(const definition& saga) {
    const std::string prefix = std::string(saga.name()) + ".";
    std::set<std::string> types{prefix + "parked"};
    for (const state_spec& each : saga.states()) {
        if (is_end(each.kind))
            types.insert(prefix + std::string(status_text(status_of(each.kind))));
    }
    for (const announcement& each : saga.announcements())
        types.emplace(each.type);
    return types;
}

TEST_CASE("the schemas name exactly what is announced") {
    const definition_registry registry = make_registry({});
    for (const auto& saga : registry.all())
        CHECK(types_of(*saga) == types_in_schema(saga->name()));
}

TEST_CASE("every story is announced as it happened") {
    for (const story& each : stories()) {
        INFO(each.title);
        shop_engine shop(each.body, each.settings);
        each.happens(shop);
        CHECK(shop.told() == each.told);
    }
}

TEST_CASE("announcements.jsonl holds what the stories announce") {
    INFO("run makegood_sagas_tests '[regenerate]' and read what has changed");
    CHECK(content_of(file_of_lines) == lines_of_all());
}

TEST_CASE("write the announcements again", "[.][regenerate]") {
    std::ofstream(file_of_lines) << lines_of_all();
}

}  // namespace
}  // namespace makegood::testing
