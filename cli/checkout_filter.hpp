#pragma once

#include <string>
#include <string_view>

#include "cli/checkout_reader.hpp"

namespace makegood::cli {

// Which checkouts a command is about. Empty members do not filter.
struct checkout_filter {
    std::string saga;
    std::string status;
    std::string state;
    std::string customer;
    std::string reason;
    std::string created_after;
    std::string created_before;

    // As the API takes it.
    [[nodiscard]] query_parameters query() const;
    [[nodiscard]] bool empty() const { return query().empty(); }
};

// --saga, --status, --state, --customer, --reason, --created-after, --created-before.
void add_filter_flags(CLI::App& command, checkout_filter& filter);

// `status=parked,reason=payment_declined`. Throws command_failure(usage_wrong) with what is known.
[[nodiscard]] checkout_filter parse_where(std::string_view text);

}  // namespace makegood::cli
