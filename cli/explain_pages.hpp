#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace makegood::cli {

// One page "what happened / what to do" of cli/explain/, embedded at build time.
struct explain_page {
    std::string_view code;
    std::string_view markdown;

    // The line under the title: `> Reason: one sentence.`
    [[nodiscard]] std::string_view kind() const;     // "Reason"
    [[nodiscard]] std::string_view summary() const;  // "one sentence."
};

// All pages, sorted by code.
[[nodiscard]] std::span<const explain_page> explain_pages();
// Also takes the plain number of an exit code, and '-' for '_'. Nothing when there is none.
[[nodiscard]] const explain_page* find_explain_page(std::string_view code);
[[nodiscard]] std::vector<std::string> explain_codes();

}  // namespace makegood::cli
