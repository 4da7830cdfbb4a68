#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "tests/adapters/service_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

// POST /v1/checkouts/{id}/signals/shipment: what whoever ships says of the parcel.
namespace {

std::string verdict(const http::response& answer) {
    return std::to_string(answer.status) + " " + code_of(answer);
}

struct tracked_service {
    service_under_test served{{.fulfilment = true, .tracks_shipments = true}};
    std::string checkout;    // the paths of a checkout that has completed
    std::string fulfilment;  // and of what it started, which waits for its parcel

    tracked_service() {
        served.start();
        const auto completed = object_of(served.check_out("k-1"));
        checkout = "/v1/checkouts/" + text_of(completed, "id");
        fulfilment = "/v1/checkouts/" + text_of(completed, "fulfilment_id");
        served.get_until(fulfilment, [](const http::response& answer) {
            return text_of(object_of(answer), "state") == "awaiting_shipment";
        });
    }
    http::response tell(const std::string& whose, std::string body) const {
        return served.post(whose + "/signals/shipment", std::move(body));
    }
};

}  // namespace

TEST_CASE("word of a parcel reaches the fulfilment under its own id and its checkout's") {
    tracked_service shop;
    const http::response shipped = shop.tell(
        shop.checkout,
        R"({"status":"shipped","tracking":"1Z","at":"2026-11-20T08:15:30Z","detail":"by van"})"
    );
    CHECK(shipped.status == 202);
    const auto members = object_of(shipped);
    CHECK("/v1/checkouts/" + text_of(members, "id") == shop.fulfilment);
    CHECK(text_of(members, "status") == "running");
    CHECK(
        boost::json::serialize(members.at("shipment"))
        == R"({"status":"shipped","at":"2026-11-20T08:15:30.000Z","tracking":"1Z"})"
    );
    CHECK(shop.tell(shop.fulfilment, R"({"status":"shipped"})").status == 202);
    const http::response delivered = shop.tell(shop.fulfilment, R"({"status":"delivered"})");
    CHECK(delivered.status == 202);
    CHECK(text_of(object_of(delivered), "status") == "completed");
    // Late and twice is as good as once.
    CHECK(shop.tell(shop.checkout, R"({"status":"delivered"})").status == 202);
    const std::string journal = shop.served.get(shop.fulfilment + "/journal").body;
    CHECK_THAT(
        journal,
        Catch::Contains(R"("event":"shipped","from":"awaiting_shipment","to":"in_transit")")
    );
    CHECK_THAT(journal, Catch::Contains(R"("actor":"signal","detail":"by van")"));
}

TEST_CASE("a lost parcel is a task that only a person's word ends") {
    tracked_service shop;
    const auto lost = object_of(shop.tell(shop.checkout, R"({"status":"lost"})"));
    CHECK(text_of(lost, "status") == "parked");
    const auto& parked = lost.at("parked").as_object();
    CHECK(text_of(parked, "code") == "shipment_lost");
    CHECK(boost::json::serialize(parked.at("open")) == R"(["settle_loss"])");
    for (const char* const verb : {"/retry", "/resume"}) {
        const http::response refused =
            shop.served.post(shop.fulfilment + verb, R"({"actor":"ann","reason":"hope"})");
        CHECK(verdict(refused) == "409 nothing-to-retry");
    }
    const http::response settled = shop.served.post(
        shop.fulfilment + "/resolve",
        R"({"call":"settle_loss","outcome":"done","actor":"ann","reason":"sent again"})"
    );
    CHECK(settled.status == 202);
    CHECK(text_of(object_of(settled), "status") == "completed");
}

TEST_CASE("word of a parcel that cannot be read says what is wrong, and changes nothing") {
    tracked_service shop;
    CHECK(verdict(shop.tell(shop.checkout, R"({"status":"eaten"})")) == "400 invalid-field");
    CHECK(verdict(shop.tell(shop.checkout, R"({"status":"lost","x":1})")) == "400 invalid-field");
    CHECK(verdict(shop.tell(shop.checkout, "[]")) == "400 invalid-json");
    CHECK(
        verdict(shop.tell(shop.checkout, R"({"status":"lost","detail":"4111111111111111"})"))
        == "400 card-number-refused"
    );
    CHECK(text_of(object_of(shop.served.get(shop.fulfilment)), "state") == "awaiting_shipment");
}

TEST_CASE("word of a parcel that nobody waits for is a conflict, or not found") {
    service_under_test served({.fulfilment = true});
    served.start();
    const std::string id = text_of(object_of(served.check_out("k-1")), "id");
    const std::string path = "/v1/checkouts/" + id + "/signals/shipment";
    CHECK(verdict(served.post(path, R"({"status":"delivered"})")) == "409 report-not-expected");
    const std::string nobody = "/v1/checkouts/chk_00000000000000000000000000/signals/shipment";
    CHECK(verdict(served.post(nobody, R"({"status":"delivered"})")) == "404 not-found");
    const std::string nonsense = "/v1/checkouts/parcel-7/signals/shipment";
    CHECK(verdict(served.post(nonsense, R"({"status":"delivered"})")) == "404 not-found");
}
