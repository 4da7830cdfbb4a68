#include <catch2/catch.hpp>
#include <set>

#include "conformance/doing.hpp"
#include "conformance/field_faults.hpp"

using namespace makegood::conformance;

TEST_CASE("every doing has faulty bodies, each another and none the good one") {
    suite_options options;
    options.sku = "SKU-1";
    options.token = "tok";
    for (const doing& each : doings()) {
        CAPTURE(each.call);
        const auto good = each.body(options, {"1"});
        std::set<std::string> seen{boost::json::serialize(good)};
        const auto faulty = faulty_bodies(each.call, good);
        CHECK(faulty.size() >= 6);
        for (const faulty_body& one : faulty) {
            CAPTURE(one.what);
            CHECK(seen.insert(boost::json::serialize(one.body)).second);
        }
    }
}

TEST_CASE("a member is left out, or gets a wrong type, or a number that cannot be") {
    const boost::json::object good{
        {"currency", "USD"},
        {"items", boost::json::array{boost::json::object{{"sku", "a"}, {"quantity", 1}}}}};
    std::set<std::string> what;
    for (const faulty_body& one : faulty_bodies("quote", good)) {
        what.insert(one.what);
        if (one.what == "`items/0/quantity` is missing") {
            CHECK(
                boost::json::serialize(one.body) == R"({"currency":"USD","items":[{"sku":"a"}]})"
            );
        }
    }
    CHECK(what.contains("`items/0/quantity` is missing"));
    CHECK(what.contains("`items/0/quantity` is -1"));
    CHECK(what.contains("`items/0/quantity` is 0"));
    CHECK(what.contains("`items` is []"));
    CHECK(what.contains("`currency` is false"));
}
