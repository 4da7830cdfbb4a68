#include "cli/checkout_filter.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <array>

#include "cli/exit_code.hpp"
#include "cli/near_miss.hpp"
#include "engine/saga_record.hpp"

namespace makegood::cli {

namespace {

struct filter_member {
    const char* name;  // as the API and --where call it
    const char* flag;
    const char* value_name;
    const char* description;
    std::string checkout_filter::*member;
};

constexpr std::array members{
    filter_member{
        "saga", "--saga", "NAME", "checkout (which is meant without it), fulfilment, or * for all",
        &checkout_filter::saga},
    filter_member{
        "status", "--status", "STATUS",
        "running, awaiting_customer, compensating, parked, completed, failed, compensated",
        &checkout_filter::status},
    filter_member{"state", "--state", "STATE", "Such as authorizing", &checkout_filter::state},
    filter_member{
        "customer_id", "--customer", "ID", "Of that customer", &checkout_filter::customer},
    filter_member{
        "reason", "--reason", "CODE", "Such as payment_declined", &checkout_filter::reason},
    filter_member{
        "created_after", "--created-after", "TIME", "Such as 2026-11-20T08:00:00Z",
        &checkout_filter::created_after},
    filter_member{
        "created_before", "--created-before", "TIME", "Likewise", &checkout_filter::created_before},
};

const filter_member& member_of(std::string_view name) {
    std::vector<std::string> known;
    for (const filter_member& member : members) {
        if (name == member.name || name == std::string_view{member.flag}.substr(2)) return member;
        known.emplace_back(member.name);
    }
    throw command_failure(
        errc::usage_wrong,
        fmt::format("--where knows no \"{}\"{}", name, did_you_mean(name, known)),
        fmt::format("known: {}", fmt::join(known, ", "))
    );
}

void check_member(const filter_member& member, const std::string& value) {
    const std::string_view name = member.name;
    if (name == "status" && !parse_status(value)) {
        throw command_failure(
            errc::usage_wrong, fmt::format("there is no status \"{}\"", value), member.description
        );
    }
    if (name.starts_with("created_") && !parse_instant(value)) {
        throw command_failure(
            errc::usage_wrong, fmt::format("\"{}\" is no time", value), member.description
        );
    }
}

}  // namespace

query_parameters checkout_filter::query() const {
    query_parameters parameters;
    for (const filter_member& member : members) {
        const std::string& value = this->*member.member;
        if (value.empty()) continue;
        check_member(member, value);
        parameters.emplace_back(member.name, value);
    }
    return parameters;
}

void add_filter_flags(CLI::App& command, checkout_filter& filter) {
    for (const filter_member& member : members) {
        command.add_option(member.flag, filter.*member.member, member.description)
            ->type_name(member.value_name)
            ->group("Which");
    }
}

checkout_filter parse_where(std::string_view text) {
    checkout_filter filter;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view pair = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || equals + 1 == pair.size()) {
            throw command_failure(
                errc::usage_wrong, fmt::format("--where \"{}\" is not NAME=VALUE", pair),
                "such as --where status=parked,reason=payment_declined"
            );
        }
        std::string& value = filter.*member_of(pair.substr(0, equals)).member;
        value = pair.substr(equals + 1);
    }
    if (filter.query().empty()) {
        throw command_failure(
            errc::usage_wrong, "--where is empty and would mean every checkout",
            "such as --where status=parked,reason=payment_declined"
        );
    }
    return filter;
}

}  // namespace makegood::cli
