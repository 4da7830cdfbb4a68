#include "cli/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "cli/checkout_reader.hpp"
#include "cli/duration_text.hpp"
#include "cli/explain_pages.hpp"
#include "cli/text_table.hpp"
#include "sagas/fulfilment/calls.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

const json::object* object_in(const json::object& from, std::string_view member) {
    const json::value* found = from.if_contains(member);
    return found == nullptr ? nullptr : found->if_object();
}

std::string moment_text(const std::string& text, instant at) {
    const auto moment = parse_instant(text);
    if (!moment) return text;
    if (*moment <= at) return fmt::format("{} (now)", text);
    return fmt::format("{} (in {})", text, describe_duration(*moment - at));
}

// A call that is held back because its backend's circuit is open.
std::string circuit_text(const json::value& note, instant at) {
    if (!note.is_object()) return {};
    const json::object& held = note.get_object();
    return fmt::format(
        "  circuit {:<14}{} until {}\n", printable(text_of(held, "circuit")),
        printable(text_of(held, "call")), moment_text(text_of(held, "retry_at"), at)
    );
}

std::string waiting_text(const json::object& checkout, instant at) {
    std::string text;
    const std::string attempt = number_of(checkout, "attempt");
    const std::string next = text_of(checkout, "next_attempt_at");
    if (!next.empty()) {
        text += fmt::format(
            "  next attempt          {}{}\n", moment_text(next, at),
            attempt.empty() ? "" : fmt::format(", number {}", attempt)
        );
    }
    const json::value* circuits = checkout.if_contains("waiting_for");
    if (circuits != nullptr && circuits->is_array()) {
        for (const json::value& note : circuits->get_array())
            text += circuit_text(note, at);
    }
    if (const json::object* action = object_in(checkout, "next_action")) {
        text += fmt::format(
            "  waits for customer    {} {}\n", printable(text_of(*action, "type")),
            printable(text_of(*action, "url"))
        );
    }
    return text;
}

// The calls that a person may settle, as `resolve` takes them.
std::vector<std::string> open_calls_of(const json::object& parking) {
    std::vector<std::string> calls;
    const json::value* open = parking.if_contains("open");
    if (open == nullptr || !open->is_array()) return calls;
    for (const json::value& call : open->get_array()) {
        if (call.is_string()) calls.emplace_back(call.get_string());
    }
    return calls;
}

// The effect stands above, so that the line can be copied whole.
std::string command_line(std::string_view command, std::string_view effect) {
    return fmt::format("  # {}\n  makegood {}\n", effect, command);
}

// Something that nobody but a person can do: trying again has no meaning.
bool is_task(std::string_view code) {
    return std::ranges::count(fulfilment::catalogue, code, &call_spec::parks_as) > 0;
}

std::string parked_text(
    const json::object& checkout, const json::object& parking, const palette& paint
) {
    const std::string id = text_of(checkout, "id");
    const std::string code = text_of(parking, "code");
    const std::string detail = text_of(parking, "detail");
    std::string text = fmt::format(
        "\n{} {}{}\n", paint.paint(tone::bad, "parked:"), printable(code),
        detail.empty() ? "" : ": " + printable(detail)
    );
    if (const explain_page* page = find_explain_page(code)) {
        text += fmt::format("{} `makegood explain {}` tells more.\n", page->summary(), code);
    }
    text += "\n" + paint.paint(tone::strong, "what to type") + "\n";
    if (code == "held") {
        return text + command_line(fmt::format("resume {} --reason '…'", id), "to let it go on");
    }
    if (!is_task(code)) {
        text += command_line(fmt::format("retry {} --reason '…'", id), "to try again now");
    }
    for (const std::string& call : open_calls_of(parking)) {
        text += command_line(
            fmt::format("resolve {} --call {} --outcome done --reason '…'", id, printable(call)),
            is_task(code) ? "when you have done it" : "when you have done it by hand"
        );
    }
    return text;
}

}  // namespace

std::string advice_text(const json::object& checkout, instant at, const palette& paint) {
    std::string text = waiting_text(checkout, at);
    if (!text.empty()) text = "\n" + text;
    const json::object* parking = object_in(checkout, "parked");
    if (parking != nullptr) text += parked_text(checkout, *parking, paint);
    return text;
}

}  // namespace makegood::cli
