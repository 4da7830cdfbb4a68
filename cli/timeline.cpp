#include "cli/timeline.hpp"

#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "cli/advice.hpp"
#include "cli/checkout_reader.hpp"
#include "cli/duration_text.hpp"
#include "cli/money_text.hpp"
#include "cli/text_table.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

constexpr std::size_t clock_begin = 11;  // of `2026-11-20T08:15:30.123Z`
constexpr std::size_t clock_size = 12;

// Which entries were seen while a saga was in one state; `end` is where the next one begins.
struct stay {
    std::string state;
    instant entered{};
    std::optional<instant> left{};
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::vector<stay> stays_of(const std::vector<journal_line>& journal) {
    std::vector<stay> stays;
    for (std::size_t position = 0; position < journal.size(); ++position) {
        const journal_line& line = journal[position];
        const instant at = line.at.value_or(instant{});
        if (stays.empty() || line.moved()) {
            if (!stays.empty()) stays.back().left = at;
            stays.push_back({.state = line.to, .entered = at, .begin = position});
        }
        stays.back().end = position + 1;
    }
    return stays;
}

std::string clock_of(instant at) {
    return format_instant(at).substr(clock_begin, clock_size);
}

tone tone_of_event(const journal_line& line) {
    const std::string_view event = line.event;
    const auto has = [event](std::string_view part) {
        return event.find(part) != std::string_view::npos;
    };
    if (has("failed") || has("denied") || has("refused") || has("parked")) return tone::bad;
    if (has("unknown") || has("exhausted") || has("requested") || has("expired")) {
        return tone::warning;
    }
    return tone::plain;
}

std::string entry_text(const journal_line& line, instant entered, const palette& paint) {
    const duration after = line.at.value_or(entered) - entered;
    std::string text = fmt::format(
        "              │ {:>10}  {}", "+" + describe_duration(after),
        paint.paint(tone_of_event(line), printable(line.event))
    );
    if (!line.attempt.empty()) text += fmt::format("  attempt {}", line.attempt);
    if (const std::string remark = line.remark(); !remark.empty()) {
        text += "  " + printable(remark);
    }
    return text + "\n";
}

std::string effects_text(const journal_line& line, const palette& paint) {
    std::string text;
    for (const std::string& effect : line.effects) {
        text += fmt::format(
            "              │ {:>10}  {}\n", "calls", paint.paint(tone::strong, printable(effect))
        );
    }
    return text;
}

struct stay_frame {
    instant now;
    bool last = false;
    bool ended = false;
};

std::string stay_text(
    const stay& shown,
    const std::vector<journal_line>& journal,
    const stay_frame& frame,
    const palette& paint
) {
    const journal_line& arrival = journal[shown.begin];
    std::string text = fmt::format(
        "{}  {} {}", paint.paint(tone::faint, clock_of(shown.entered)), frame.last ? "●" : "○",
        paint.paint(tone::strong, printable(shown.state))
    );
    if (!frame.ended || !frame.last) {
        const instant left = shown.left.value_or(frame.now);
        text += fmt::format("  {}", describe_duration(left - shown.entered));
        if (frame.last) text += " so far";
    }
    text += paint.paint(tone::faint, fmt::format("  after {}", printable(arrival.event)));
    if (const std::string remark = arrival.remark(); !remark.empty()) {
        text += "  " + printable(remark);
    }
    text += "\n" + effects_text(arrival, paint);
    for (std::size_t position = shown.begin + 1; position < shown.end; ++position) {
        text += entry_text(journal[position], shown.entered, paint);
        text += effects_text(journal[position], paint);
    }
    return text;
}

void add_fact(std::string& text, std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<22}{}\n", name, printable(value));
}

std::string reason_text(const json::object& checkout) {
    const json::value* reason = checkout.if_contains("reason");
    if (reason == nullptr || !reason->is_object()) return {};
    const json::object& why = reason->get_object();
    std::string text = text_of(why, "code");
    if (const auto step = text_of(why, "step"); !step.empty()) text += " in " + step;
    if (const auto detail = text_of(why, "detail"); !detail.empty()) text += ": " + detail;
    return text;
}

// "shipped at 2026-11-20T08:15:30.000Z, tracking 1Z 999"
std::string shipment_text(const json::object& saga) {
    const json::value* known = saga.if_contains("shipment");
    if (known == nullptr || !known->is_object()) return {};
    const json::object& shipment = known->get_object();
    std::string text = text_of(shipment, "status");
    if (const auto at = text_of(shipment, "at"); !at.empty()) text += " at " + at;
    const std::string tracking = text_of(shipment, "tracking");
    return tracking.empty() ? text : text + ", tracking " + tracking;
}

std::string heading_text(const json::object& checkout, const palette& paint) {
    const std::string status = text_of(checkout, "status");
    std::string text = fmt::format(
        "{}  {}\n", paint.paint(tone::strong, printable(text_of(checkout, "id"))),
        paint.paint(tone_of_status(status), printable(status))
    );
    add_fact(
        text, "saga",
        fmt::format("{} version {}", text_of(checkout, "saga"), number_of(checkout, "version"))
    );
    add_fact(text, "customer", text_of(checkout, "customer_id"));
    add_fact(text, "order", text_of(checkout, "order_id"));
    add_fact(text, "total", total_of(checkout));
    add_fact(text, "reason", reason_text(checkout));
    add_fact(text, "checkout", text_of(checkout, "checkout_id"));
    add_fact(text, "fulfilment", text_of(checkout, "fulfilment_id"));
    add_fact(text, "shipment", shipment_text(checkout));
    add_fact(text, "created", text_of(checkout, "created_at"));
    add_fact(text, "reservation expires", text_of(checkout, "reservation_expires_at"));
    return text;
}

}  // namespace

std::string timeline_text(
    const json::object& checkout,
    const std::vector<journal_line>& journal,
    instant at,
    const palette& paint
) {
    const std::string status = text_of(checkout, "status");
    const bool ended = status == "completed" || status == "failed" || status == "compensated";
    std::string text = heading_text(checkout, paint) + "\n";
    const std::vector<stay> stays = stays_of(journal);
    for (const stay& shown : stays) {
        const bool last = &shown == &stays.back();
        text += stay_text(shown, journal, {.now = at, .last = last, .ended = ended}, paint);
    }
    return text + advice_text(checkout, at, paint);
}

}  // namespace makegood::cli
