#include "conformance/report.hpp"

#include <catch2/catch.hpp>

using namespace makegood::conformance;

namespace {

case_result result(std::string id, verdict given, std::string reason = {}) {
    case_result made;
    made.judged.of = backend_kind::payment;
    made.judged.id = std::move(id);
    made.judged.rule = "A rule.";
    made.judged.why = "A why.";
    made.given = given;
    made.reason = std::move(reason);
    made.took = std::chrono::milliseconds{1'250};
    return made;
}

run_report report_of_each_verdict() {
    auto failed = result("payment.void.twice", verdict::failed, R"(got 500 "<b>&")");
    exchange seen;
    seen.sent = {"POST", "/v1/authorizations/pay_1/void", "{}", "chk_1:authorize_payment:undo"};
    seen.status = 500;
    seen.body = "<b>\x01\xff</b>";
    failed.transcript = {seen};
    run_report report;
    report.seed = 18'446'744'073'709'551'615U;
    report.results = {
        result("payment.void.never_seen", verdict::passed), failed,
        result("payment.authorize.race", verdict::blocked, "needs payment.void.twice"),
        result("payment.authorize.declined", verdict::skipped, "needs --declined-token")};
    return report;
}

}  // namespace

TEST_CASE("text becomes XML that means the same, and what XML cannot hold is replaced") {
    CHECK(xml_escaped("plain\n\ttext") == "plain\n\ttext");
    CHECK(xml_escaped("<a href=\"b\">&amp;") == "&lt;a href=&quot;b&quot;&gt;&amp;amp;");
    CHECK(xml_escaped(std::string("a\0b\x1b", 4)) == "a\xef\xbf\xbd" "b\xef\xbf\xbd");
    CHECK(xml_escaped("é€😀") == "é€😀");
}

TEST_CASE("bytes that are no UTF-8 are replaced one by one") {
    const std::string mark = "\xef\xbf\xbd";
    CHECK(xml_escaped("\xff") == mark);
    CHECK(xml_escaped("\xc3") == mark);
    CHECK(xml_escaped("\xc0\xaf") == mark + mark);             // overlong
    CHECK(xml_escaped("\xe0\x80\xaf") == mark + mark + mark);  // overlong
    CHECK(xml_escaped("\xed\xa0\x80") == mark + mark + mark);  // a surrogate
    CHECK(xml_escaped("\xef\xbf\xbf") == mark + mark + mark);  // U+FFFF
    CHECK(xml_escaped("\xf5\x80\x80\x80") == mark + mark + mark + mark);
    CHECK(xml_escaped("\xe2\x82x") == mark + mark + "x");
}

TEST_CASE("JUnit gets a suite a backend, with counts, times and what was seen") {
    const std::string text = junit_of(report_of_each_verdict());
    CHECK(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    CHECK(
        text.find(
            "<testsuite name=\"payment\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" "
            "time=\"5.000\">"
        )
        != std::string::npos
    );
    CHECK(text.find("name=\"payment.void.never_seen\" time=\"1.250\"/>") != std::string::npos);
    CHECK(
        text.find("<failure message=\"got 500 &quot;&lt;b&gt;&amp;&quot;\">") != std::string::npos
    );
    CHECK(text.find("<error message=\"needs payment.void.twice\"/>") != std::string::npos);
    CHECK(text.find("<skipped message=\"needs --declined-token\"/>") != std::string::npos);
    CHECK(text.find('\x01') == std::string::npos);
    CHECK(text.find('\xff') == std::string::npos);
}

TEST_CASE("the JSON of a run counts the verdicts and shows the exchanges of what failed") {
    const auto shown = json_of(report_of_each_verdict());
    CHECK(shown.at("seed") == "18446744073709551615");
    for (const char* name : {"passed", "failed", "blocked", "skipped"}) {
        CHECK(shown.at(name) == 1);
    }
    const auto& failed = shown.at("cases").as_array()[1].as_object();
    CHECK(failed.at("verdict") == "FAIL");
    const auto& seen = failed.at("exchanges").as_array()[0].as_object();
    CHECK(seen.at("answer").at("status") == 500);
    CHECK(seen.at("request").at("idempotency_key") == "chk_1:authorize_payment:undo");
    CHECK_FALSE(shown.at("cases").as_array()[0].as_object().contains("reason"));
}

TEST_CASE("the JSON of a run is UTF-8 whatever the backend answered, and long bodies are cut") {
    auto report = report_of_each_verdict();
    auto& failed = report.results[1];
    failed.reason = "got 200 \xff\xfe";
    failed.transcript[0].body = "é\r\x01\xff" + std::string(10'000, 'x');
    const auto shown = json_of(report).at("cases").as_array()[1].as_object();
    const std::string mark = "\xef\xbf\xbd";
    CHECK(shown.at("reason").as_string() == "got 200 " + mark + mark);
    const auto body =
        std::string(shown.at("exchanges").as_array()[0].at("answer").at("body").as_string());
    CHECK(body.starts_with("é\r\x01" + mark + "xxx"));
    CHECK(body.ends_with("… (10005 bytes)"));
    CHECK(body.size() < 5'000);
}

TEST_CASE("a failure tells rule, why, what was seen and the exchange") {
    const auto text = failure_text(report_of_each_verdict().results[1]);
    CHECK(text.starts_with("rule  A rule.\nwhy   A why.\nseen  got 500"));
    CHECK(text.find("\nPOST /v1/authorizations/pay_1/void\n") != std::string::npos);
}
