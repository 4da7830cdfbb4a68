#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "conformance/exchange.hpp"

using namespace makegood::conformance;

namespace {

exchange answered(unsigned status, const std::string& body) {
    exchange seen;
    seen.sent = {"POST", "/v1/orders", "{}", "chk_1:create_order"};
    seen.status = status;
    seen.body = body;
    boost::system::error_code broken;
    auto value = boost::json::parse(body, broken);
    if (!broken && value.is_object()) seen.object = value.get_object();
    return seen;
}

}  // namespace

TEST_CASE("a refusal has one of the contract's statuses and a code") {
    for (const unsigned status : {400U, 402U, 404U, 409U, 410U, 422U}) {
        CHECK(answered(status, R"({"code":"undone"})").refused());
        CHECK_FALSE(answered(status, R"({"detail":"no"})").refused());
        CHECK_FALSE(answered(status, R"({"code":7})").refused());
        CHECK_FALSE(answered(status, "<html>").refused());
    }
    for (const unsigned status : {200U, 401U, 403U, 408U, 415U, 429U, 500U, 503U}) {
        CHECK_FALSE(answered(status, R"({"code":"undone"})").refused());
    }
}

TEST_CASE("two answers are the same when status and the body's value are, whatever its layout") {
    const auto first = answered(201, R"({"a":1,"b":2})");
    CHECK(first.same_answer(answered(201, R"({ "b": 2, "a": 1 })")));
    CHECK_FALSE(first.same_answer(answered(200, R"({"a":1,"b":2})")));
    CHECK_FALSE(first.same_answer(answered(201, R"({"a":1,"b":3})")));
    CHECK(answered(204, "").same_answer(answered(204, "")));
    CHECK_FALSE(answered(200, "").same_answer(answered(200, "{}")));
}

TEST_CASE("an exchange is shown with key, fields and both bodies, long ones cut") {
    auto shown = answered(200, R"({"filler":")" + std::string(2'000, 'x') + "\"}");
    shown.sent.fields = {{"Makegood-Deadline-Ms", "5000"}};
    shown.notable_fields = {"Retry-After: 2"};
    const std::string text = text_of(shown);
    CHECK(text.starts_with("POST /v1/orders\nIdempotency-Key: chk_1:create_order\n"));
    CHECK(text.find("Makegood-Deadline-Ms: 5000\n{}\n-> 200 {\"filler\"") != std::string::npos);
    CHECK(text.find("(2013 bytes)") != std::string::npos);
    CHECK(text.find("Retry-After: 2") != std::string::npos);
    CHECK(text.size() < 1'000);
}

TEST_CASE("a body is cut between characters") {
    std::string body = "x";
    while (body.size() < 1'000)
        body += "é";
    const std::string line = answer_line(answered(500, body));
    const std::size_t cut = line.find("…");
    REQUIRE(cut != std::string::npos);
    CHECK(line.substr(cut - 2, 2) == "é");
}

TEST_CASE("no answer is said to be none") {
    exchange lost;
    lost.no_answer = "the connection was closed";
    CHECK(answer_line(lost) == "no answer: the connection was closed");
    CHECK(answer_line(answered(204, "")) == "204 with an empty body");
}
