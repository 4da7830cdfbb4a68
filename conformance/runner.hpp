#pragma once

#include <functional>
#include <string>
#include <vector>

#include "conformance/contract_case.hpp"
#include "conformance/exchange.hpp"

namespace makegood::conformance {

enum class verdict : std::uint8_t {
    passed,
    failed,
    blocked,  // what it builds on does not work, so that it tells nothing
    skipped,  // needs an option that was not given
};
[[nodiscard]] std::string_view name_of(verdict given);

struct case_result {
    contract_case judged;
    verdict given = verdict::skipped;
    std::string reason;                  // empty when it passed
    std::vector<exchange> transcript{};  // of a failed or blocked one
    std::chrono::milliseconds took{0};
};

// A backend that answered nothing any more from that case on.
struct gone_silent {
    backend_kind which;
    std::string first_case;
};

struct run_report {
    std::uint64_t seed = 0;
    std::vector<case_result> results;
    std::vector<gone_silent> silent{};

    [[nodiscard]] std::size_t count(verdict given) const;
};

// Those of all_cases() whose backend has a URL and whose id matches one of the patterns (`*` stands
// for anything; no patterns: all).
[[nodiscard]] case_list selected_cases(
    const suite_options& options, const std::vector<std::string>& patterns
);

// Whether `id` is `pattern`, in which every `*` stands for anything.
[[nodiscard]] bool matches(std::string_view id, std::string_view pattern);

// A backend that cannot be reached, before anything was sent to any.
struct unreachable {
    backend_kind which;
    std::string why;
};
[[nodiscard]] std::vector<unreachable> unreachable_backends(const suite_options& options);

// Runs them in order. `progress` is told how many are over.
[[nodiscard]] run_report run_cases(
    const suite_options& options,
    const case_list& cases,
    const std::function<void(std::size_t)>& progress
);

}  // namespace makegood::conformance
