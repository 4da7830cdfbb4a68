#include <catch2/catch.hpp>
#include <set>

#include "engine/identifiers.hpp"
#include "tests/adapters/service_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

namespace {

// Customers whose partitions belong to the lower and the upper half.
std::vector<std::string> customers_of_both_lanes(std::size_t each) {
    std::vector<std::string> chosen;
    std::size_t lower = 0;
    std::size_t upper = 0;
    for (int number = 0; lower < each || upper < each; ++number) {
        std::string name = "cus_" + std::to_string(number);
        std::size_t& count = partition_of(customer_id(name)) < 128 ? lower : upper;
        if (count == each) continue;
        ++count;
        chosen.push_back(std::move(name));
    }
    return chosen;
}

std::size_t items_in(shared_memory_store& store) {
    const auto found = store.reader().list({});
    REQUIRE(found.has_value());
    return found->items.size();
}

}  // namespace

TEST_CASE("two lanes serve one port, and every request finds the lane of its saga") {
    service_under_test served({.lanes = 2});
    served.start();
    const std::vector<std::string> customers = customers_of_both_lanes(6);
    std::vector<std::future<http::response>> answers;
    for (const std::string& customer : customers) {
        answers.push_back(std::async(std::launch::async, [&served, customer] {
            return served.check_out("k", customer);
        }));
    }
    std::set<std::string> ids;
    for (auto& answer : answers) {
        const http::response checkout = answer.get();
        REQUIRE(checkout.status == 200);
        ids.insert(text_of(object_of(checkout), "id"));
    }
    CHECK(items_in(served.store(0)) == 6);
    CHECK(items_in(served.store(1)) == 6);
    // Whichever lane the connection lands on.
    for (const std::string& id : ids) {
        for (int attempt = 0; attempt < 4; ++attempt) {
            CHECK(served.get("/v1/checkouts/" + id).status == 200);
        }
        CHECK(served.get("/v1/checkouts/" + id + "/journal").status == 200);
    }
    for (const std::string& customer : customers) {
        CHECK(served.check_out("k", customer).fields.contains("Idempotent-Replayed"));
    }
    served.stop();
    CHECK(served.wait_for_exit() == 0);
}

TEST_CASE("a list is gathered over all lanes, newest first, page by page") {
    service_under_test served({.lanes = 2});
    served.start();
    for (const std::string& customer : customers_of_both_lanes(5)) {
        REQUIRE(served.check_out("k", customer).status == 200);
    }
    std::vector<std::string> seen;
    std::string cursor;
    do {
        const std::string after = cursor.empty() ? "" : "&cursor=" + cursor;
        const auto page = object_of(served.get("/v1/checkouts?limit=3" + after));
        for (const auto& item : page.at("items").as_array()) {
            seen.push_back(
                text_of(item.as_object(), "created_at") + text_of(item.as_object(), "id")
            );
        }
        cursor = text_of(page, "next_cursor");
    } while (!cursor.empty());
    REQUIRE(seen.size() == 10);
    CHECK(std::is_sorted(seen.rbegin(), seen.rend()));
    CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == 10);

    const auto statistics = object_of(served.get("/v1/statistics"));
    CHECK(statistics.at("sagas").at("checkout").at("completed").to_number<int>() == 10);
}

TEST_CASE("one lane's broken store is the process's bad news, and the other lane goes on") {
    service_under_test served({.lanes = 2});
    served.start();
    const std::vector<std::string> customers = customers_of_both_lanes(1);
    served.store(0).fail_commits(store_errc::full);
    int refused = 0;
    for (const std::string& customer : customers) {
        const unsigned status = served.check_out("k", customer).status;
        if (status == 503)
            ++refused;
        else
            CHECK(status == 200);
    }
    CHECK(refused == 1);
    CHECK(code_of(served.get("/readyz")) == "store-unavailable");
}

TEST_CASE("what all lanes found half done is told when the last one has recovered") {
    service_under_test served({.lanes = 2});
    served.behind().hold("/v1/orders");
    served.start();
    CHECK(served.resumed() == 0);
    for (const std::string& customer : customers_of_both_lanes(2))
        static_cast<void>(served.begin_checkout("k", customer));
    served.behind().wait_for("/v1/orders", 4);
    served.stop();
    served.stop();
    REQUIRE(served.wait_for_exit() == 1);
    served.behind().release();
    served.start_again();
    CHECK(served.resumed() == 4);
}

TEST_CASE("partitions that belong to nobody or to two are refused") {
    const auto given = [](std::vector<partition> first, std::vector<partition> second) {
        return service_setup{.lanes = 2, .change = [first, second](service_options& options) {
                                 options.lanes[0].partitions = first;
                                 options.lanes[1].partitions = second;
                             }};
    };
    std::vector<partition> all;
    for (std::size_t which = 0; which < partitions_count; ++which) {
        all.push_back(static_cast<partition>(which));
    }
    CHECK_THROWS_AS(service_under_test(given({1}, {2})), std::invalid_argument);
    CHECK_THROWS_AS(service_under_test(given(all, {7})), std::invalid_argument);
    CHECK_NOTHROW(service_under_test(given(all, {})));
}
