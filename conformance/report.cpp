#include "conformance/report.hpp"

#include <fmt/format.h>

#include <map>

namespace makegood::conformance {

namespace {

namespace json = boost::json;

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::size_t body_bytes_max = std::size_t{4} * 1024;

std::string json_text(std::string_view text) {
    return utf8_only(shortened(text, body_bytes_max));
}

json::object json_of(const exchange& shown) {
    json::object sent{{"method", shown.sent.method}, {"target", shown.sent.target}};
    if (!shown.sent.key.empty()) sent["idempotency_key"] = shown.sent.key;
    if (!shown.sent.body.empty()) sent["body"] = json_text(shown.sent.body);
    json::object headers;
    for (const auto& [name, value] : shown.sent.fields) {
        headers[name] = value;
    }
    if (!headers.empty()) sent["headers"] = std::move(headers);
    json::object answer;
    if (shown.status == 0) {
        answer["none"] = utf8_only(shown.no_answer);
    } else {
        answer = {{"status", shown.status}, {"body", json_text(shown.body)}};
    }
    return {{"request", std::move(sent)}, {"answer", std::move(answer)}};
}

json::object json_of(const case_result& shown) {
    json::object made{
        {"id", shown.judged.id},
        {"backend", name_of(shown.judged.of)},
        {"verdict", name_of(shown.given)},
        {"rule", shown.judged.rule},
        {"took_ms", shown.took.count()}};
    if (shown.reason.empty()) return made;
    made["why"] = shown.judged.why;
    made["reason"] = utf8_only(shown.reason);
    json::array exchanges;
    for (const exchange& each : shown.transcript) {
        exchanges.push_back(json_of(each));
    }
    if (!exchanges.empty()) made["exchanges"] = std::move(exchanges);
    return made;
}

double seconds(std::chrono::milliseconds length) {
    return static_cast<double>(length.count()) / 1000.0;
}

std::string testcase_of(const case_result& shown) {
    std::string text = fmt::format(
        R"(    <testcase classname="makegood.conformance.{}" name="{}" time="{:.3f}")",
        name_of(shown.judged.of), xml_escaped(shown.judged.id), seconds(shown.took)
    );
    switch (shown.given) {
        case verdict::passed: return text + "/>\n";
        case verdict::failed:
            return text
                   + fmt::format(
                       ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                       xml_escaped(shown.reason), xml_escaped(failure_text(shown))
                   );
        case verdict::blocked:
            return text
                   + fmt::format(
                       ">\n      <error message=\"{}\"/>\n    </testcase>\n",
                       xml_escaped(shown.reason)
                   );
        case verdict::skipped:
            return text
                   + fmt::format(
                       ">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                       xml_escaped(shown.reason)
                   );
    }
    return text;
}

std::string counts_of(const run_report& part) {
    std::chrono::milliseconds took{0};
    for (const case_result& each : part.results) {
        took += each.took;
    }
    return fmt::format(
        R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.3f}")", part.results.size(),
        part.count(verdict::failed), part.count(verdict::blocked), part.count(verdict::skipped),
        seconds(took)
    );
}

struct character {
    std::size_t length;  // in bytes; 0: what begins the text is none
    std::uint32_t point;
};

character first_character(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {1, first};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length > text.size()) return {0, 0};
    std::uint32_t point = first & (0x7fU >> length);
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xc0U) != 0x80U) return {0, 0};
        point = point << 6U | (byte(at) & 0x3fU);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    const bool is_surrogate = point >= 0xd800 && point < 0xe000;
    return {overlong || is_surrogate || point > 0x10ffff ? 0 : length, point};
}

bool fits_into_xml(const character& each) {
    if (each.point < 0x20) return each.point == '\t' || each.point == '\n';
    return each.point != 0xfffe && each.point != 0xffff;
}

}  // namespace

json::object json_of(const run_report& report) {
    json::array cases;
    for (const case_result& each : report.results) {
        cases.push_back(json_of(each));
    }
    return {
        // As text: a program that reads numbers as floating point would lose its end.
        {"seed", std::to_string(report.seed)},       {"passed", report.count(verdict::passed)},
        {"failed", report.count(verdict::failed)},   {"blocked", report.count(verdict::blocked)},
        {"skipped", report.count(verdict::skipped)}, {"cases", std::move(cases)}};
}

json::array json_of(const case_list& cases) {
    json::array listed;
    for (const contract_case& each : cases) {
        listed.push_back(json::object{
            {"id", each.id},
            {"backend", name_of(each.of)},
            {"rule", each.rule},
            {"why", each.why},
            {"needs", json::array(each.needs.begin(), each.needs.end())},
            {"option", flag_of(each.option)}});
    }
    return listed;
}

std::string junit_of(const run_report& report) {
    std::map<backend_kind, run_report> suites;
    for (const case_result& each : report.results) {
        suites[each.judged.of].results.push_back(each);
    }
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    text += fmt::format("<testsuites name=\"makegood conformance\" {}>\n", counts_of(report));
    for (const auto& [backend, suite] : suites) {
        text += fmt::format("  <testsuite name=\"{}\" {}>\n", name_of(backend), counts_of(suite));
        for (const case_result& each : suite.results) {
            text += testcase_of(each);
        }
        text += "  </testsuite>\n";
    }
    return text + "</testsuites>\n";
}

std::string failure_text(const case_result& failed) {
    std::string text = fmt::format(
        "rule  {}\nwhy   {}\nseen  {}\n", failed.judged.rule, failed.judged.why, failed.reason
    );
    for (const exchange& each : failed.transcript) {
        text += "\n" + text_of(each);
    }
    return text;
}

std::string xml_escaped(std::string_view text) {
    std::string escaped;
    while (!text.empty()) {
        character first = first_character(text);
        if (!fits_into_xml(first)) first.length = 0;
        if (first.length == 0) {
            escaped += replacement;
        } else if (text.front() == '&') {
            escaped += "&amp;";
        } else if (text.front() == '<') {
            escaped += "&lt;";
        } else if (text.front() == '>') {
            escaped += "&gt;";
        } else if (text.front() == '"') {
            escaped += "&quot;";
        } else {
            escaped += text.substr(0, first.length);
        }
        text.remove_prefix(std::max<std::size_t>(first.length, 1));
    }
    return escaped;
}

std::string utf8_only(std::string_view text) {
    std::string kept;
    while (!text.empty()) {
        const std::size_t length = first_character(text).length;
        kept += length == 0 ? replacement : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return kept;
}

}  // namespace makegood::conformance
