#include <catch2/catch.hpp>
#include <set>

#include "conformance/runner.hpp"

using namespace makegood::conformance;

namespace {

suite_options options_with(backend_kind backend) {
    suite_options options;
    options.urls[static_cast<std::size_t>(backend)] = "http://127.0.0.1:1";
    return options;
}

}  // namespace

TEST_CASE("every case has an id of its own, a rule and a reason in whole sentences") {
    std::set<std::string> seen;
    for (const contract_case& each : all_cases()) {
        CAPTURE(each.id);
        CHECK(seen.insert(each.id).second);
        CHECK(each.id.starts_with(std::string(name_of(each.of)) + "."));
        CHECK(std::count(each.id.begin(), each.id.end(), '.') == 2);
        CHECK(each.rule.ends_with('.'));
        CHECK(each.why.ends_with('.'));
        CHECK(each.rule.find("  ") == std::string::npos);
        CHECK(each.run);
    }
}

TEST_CASE("a case needs only earlier cases of its own backend") {
    std::set<std::string> earlier;
    for (const contract_case& each : all_cases()) {
        for (const std::string& needed : each.needs) {
            CAPTURE(each.id, needed);
            CHECK(earlier.contains(needed));
            CHECK(needed.starts_with(std::string(name_of(each.of)) + "."));
        }
        earlier.insert(each.id);
    }
}

TEST_CASE("only cases of named backends are selected, and of those what a pattern matches") {
    const auto payment = options_with(backend_kind::payment);
    for (const contract_case& each : selected_cases(payment, {})) {
        CHECK(each.of == backend_kind::payment);
    }
    CHECK(selected_cases(payment, {}).size() > selected_cases(payment, {"*.capture.*"}).size());
    CHECK(selected_cases(payment, {"payment.void.twice", "*.late"}).size() == 2);
    CHECK(selected_cases(payment, {"inventory.*"}).empty());
    CHECK(selected_cases({}, {}).empty());
}

TEST_CASE("a star in a pattern stands for anything, also for nothing") {
    CHECK(matches("payment.void.twice", "payment.void.twice"));
    CHECK(matches("payment.void.twice", "*"));
    CHECK(matches("payment.void.twice", "payment.*"));
    CHECK(matches("payment.void.twice", "*.twice"));
    CHECK(matches("payment.void.twice", "*void*"));
    CHECK(matches("payment.void.twice", "payment.void.twice*"));
    CHECK_FALSE(matches("payment.void.twice", "payment.void"));
    CHECK_FALSE(matches("payment.void.twice", "*.void"));
    CHECK_FALSE(matches("payment.void.twice", "void*"));
    CHECK_FALSE(matches("payment.void.twice", ""));
}
