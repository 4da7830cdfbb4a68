#include "cli/supposition.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "cli/event_text.hpp"
#include "cli/exit_code.hpp"
#include "cli/near_miss.hpp"
#include "cli/text_table.hpp"
#include "engine/replay.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

saga_record fold_before(
    const definition_registry& registry,
    const saga_id& id,
    const std::vector<journal_entry>& entries,
    const supposition& supposed
) {
    if (supposed.at < 2 || supposed.at > entries.size() + 1) {
        throw command_failure(
            errc::usage_wrong, fmt::format(
                                   "--assume {}: the journal has entries 2 to {} to suppose about",
                                   supposed.at, entries.size() + 1
                               )
        );
    }
    auto before = replay(registry, id, std::span{entries}.first(supposed.at - 1));
    if (!before) {
        throw command_failure(
            errc::difference_found,
            fmt::format("entry {}: {}", before.error().at, before.error().detail)
        );
    }
    return std::move(*before);
}

observed_step observe(saga_record saga, const journal_entry& entry) {
    const state_name from = saga.state;
    const step_outcome outcome = step(saga, entry);
    return {
        .event = entry_name(entry, outcome),
        .way = way_text(from, outcome),
        .opened = opened_text(outcome),
        .status = std::string{status_text(saga.status())},
        .reason = saga.reason ? saga.reason->code : std::string{}};
}

event suppose_or_throw(const saga_record& before, const supposition& supposed) {
    auto supposed_event = suppose(before, supposed.fact);
    if (supposed_event) return std::move(*supposed_event);
    std::vector<std::string> known;
    for (const fact_name& fact : before.definition->facts())
        known.emplace_back(fact.value);
    const bool is_known = before.definition->find_fact(supposed.fact).has_value();
    throw command_failure(
        errc::usage_wrong,
        fmt::format(
            "--assume {}={}: {}{}", supposed.at, supposed.fact, supposed_event.error(),
            is_known ? std::string{} : did_you_mean(supposed.fact, known)
        ),
        fmt::format("events of this saga: {}", fmt::join(known, ", "))
    );
}

json::object json_of(const observed_step& seen) {
    return {
        {"event", seen.event},
        {"way", seen.way},
        {"opened", seen.opened},
        {"status", seen.status},
        {"reason", seen.reason}};
}

struct compared_line {
    std::string_view name;
    std::string observed_step::*member;
};

constexpr std::array compared_lines{
    compared_line{"event", &observed_step::event}, compared_line{"state", &observed_step::way},
    compared_line{"calls opened", &observed_step::opened},
    compared_line{"status", &observed_step::status},
    compared_line{"reason", &observed_step::reason}};

}  // namespace

supposition parse_supposition(std::string_view text) {
    supposition supposed;
    const std::size_t equals = std::min(text.find('='), text.size());
    const char* const end = text.data() + equals;
    const auto [rest, problem] = std::from_chars(text.data(), end, supposed.at);
    if (problem != std::errc{} || rest != end || equals + 1 >= text.size()) {
        throw command_failure(
            errc::usage_wrong, fmt::format("--assume \"{}\" is not SEQ=EVENT", text),
            "such as --assume 4=payment_refused"
        );
    }
    supposed.fact = text.substr(equals + 1);
    return supposed;
}

supposed_outcome try_supposition(
    const definition_registry& registry,
    const saga_id& id,
    const std::vector<journal_entry>& entries,
    const supposition& supposed
) {
    const saga_record before = fold_before(registry, id, entries, supposed);
    const bool real = supposed.at <= entries.size();
    const instant at = real ? entries[supposed.at - 1].at : entries.back().at;
    supposed_outcome outcome{.at = supposed.at};
    outcome.supposed = observe(before, {supposed.at, at, suppose_or_throw(before, supposed)});
    if (real) outcome.happened = observe(before, entries[supposed.at - 1]);
    return outcome;
}

std::string supposition_text(const supposed_outcome& outcome, const palette& paint) {
    const std::string entry = fmt::format("ENTRY {}", outcome.at);
    text_table table{{{entry}, {"SUPPOSED"}, {outcome.happened ? "HAPPENED" : ""}}};
    for (const auto& [name, member] : compared_lines) {
        const std::string& supposed = outcome.supposed.*member;
        const std::string happened = outcome.happened ? (*outcome.happened).*member : "";
        const bool differs = outcome.happened && supposed != happened;
        table.add(
            {{fmt::format("{} {}", differs ? "≠" : " ", name)},
             {supposed, differs ? tone::warning : tone::plain},
             {happened}}
        );
    }
    return table.render(paint);
}

std::string supposition_json(const supposed_outcome& outcome) {
    json::object answer{{"seq", outcome.at}, {"supposed", json_of(outcome.supposed)}};
    if (outcome.happened) {
        answer["happened"] = json_of(*outcome.happened);
        answer["same"] = outcome.supposed == *outcome.happened;
    }
    return json::serialize(answer) + "\n";
}

}  // namespace makegood::cli
