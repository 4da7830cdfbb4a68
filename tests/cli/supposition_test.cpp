#include "cli/supposition.hpp"

#include "cli/exit_code.hpp"

using namespace makegood;
using namespace makegood::cli;

TEST_CASE("--assume is an entry and an event") {
    const supposition supposed = parse_supposition("4=payment_refused");
    CHECK(supposed.at == 4);
    CHECK(supposed.fact == "payment_refused");
    for (const char* wrong : {"", "4", "4=", "=x", "x=4", "-1=x", "4x=y"}) {
        CAPTURE(wrong);
        CHECK_THROWS_AS(parse_supposition(wrong), command_failure);
    }
}

TEST_CASE("what differs between supposed and happened is marked") {
    supposed_outcome outcome;
    outcome.at = 4;
    outcome.supposed = {
        "payment_refused", "authorizing -> releasing", "release_inventory", "compensating",
        "payment_declined"};
    outcome.happened = {
        "payment_authorized", "authorizing -> ordering", "create_order", "running", ""};
    const std::string text = supposition_text(outcome, {});
    INFO(text);
    CHECK(text.find("≠ event") != std::string::npos);
    CHECK(supposition_json(outcome).find("\"same\":false") != std::string::npos);

    outcome.happened = outcome.supposed;
    CHECK(supposition_text(outcome, {}).find("≠") == std::string::npos);
    CHECK(supposition_json(outcome).find("\"same\":true") != std::string::npos);
}
