#include "cli/near_miss.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace makegood::cli {

namespace {

constexpr std::size_t suggestions_max = 3;

// `insufficient-stock` and `Insufficient_Stock` are the same word to whoever types them.
std::string folded(std::string_view text) {
    std::string folded_text{text};
    for (char& letter : folded_text) {
        if (letter == '-') letter = '_';
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    return folded_text;
}

// Optimal string alignment, three rows of the table at a time.
std::size_t slips_between(std::string_view typed, std::string_view meant) {
    std::vector<std::size_t> before_last(meant.size() + 1);
    std::vector<std::size_t> last(meant.size() + 1);
    std::vector<std::size_t> row(meant.size() + 1);
    for (std::size_t column = 0; column <= meant.size(); ++column)
        last[column] = column;
    for (std::size_t line = 1; line <= typed.size(); ++line) {
        row[0] = line;
        for (std::size_t column = 1; column <= meant.size(); ++column) {
            const bool same = typed[line - 1] == meant[column - 1];
            row[column] = std::min(
                {last[column] + 1, row[column - 1] + 1, last[column - 1] + (same ? 0U : 1U)}
            );
            const bool swapped = line > 1 && column > 1 && typed[line - 1] == meant[column - 2]
                                 && typed[line - 2] == meant[column - 1];
            if (swapped) row[column] = std::min(row[column], before_last[column - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[meant.size()];
}

}  // namespace

std::vector<std::string> near_misses(std::string_view typed, std::span<const std::string> known) {
    const std::string wanted = folded(typed);
    const std::size_t slips_max = std::max<std::size_t>(1, wanted.size() / 3);
    std::vector<std::pair<std::size_t, std::string>> found;
    for (const std::string& candidate : known) {
        const std::string word = folded(candidate);
        const std::size_t slips = slips_between(wanted, word);
        const bool part = wanted.size() >= 4 && word.find(wanted) != std::string::npos;
        if (slips <= slips_max || part) found.emplace_back(part ? 0 : slips, candidate);
    }
    std::sort(found.begin(), found.end());
    // A clear winner is not watered down.
    std::erase_if(found, [best = found.empty() ? 0 : found.front().first](const auto& each) {
        return each.first > best;
    });
    if (found.size() > suggestions_max) found.resize(suggestions_max);
    std::vector<std::string> nearest;
    nearest.reserve(found.size());
    for (auto& [slips, candidate] : found)
        nearest.push_back(std::move(candidate));
    return nearest;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string> known) {
    const std::vector<std::string> nearest = near_misses(typed, known);
    if (nearest.empty()) return {};
    return fmt::format(" (did you mean \"{}\"?)", fmt::join(nearest, "\" or \""));
}

}  // namespace makegood::cli
