#include "adapters/api/query_reading.hpp"

#include <algorithm>
#include <boost/url/parse_query.hpp>
#include <charconv>
#include <utility>
#include <vector>

#include "engine/limits.hpp"

namespace makegood {

namespace {

// Where a parameter stands. A name that is no word is not repeated: it need not even be UTF-8, and
// a problem is told in JSON.
std::string pointer_to(const std::string& name) {
    const bool is_word = std::all_of(name.begin(), name.end(), [](char character) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
               || (character >= '0' && character <= '9') || character == '_' || character == '-';
    });
    return is_word ? "/" + name : "";
}

}  // namespace

std::optional<problem> read_query(
    std::string_view query,
    const std::function<complaint(std::string_view, const std::string&)>& take
) {
    if (query.empty()) return std::nullopt;
    // Boost.URL 1.81 reads on to the next NUL, past the end of a text that has none (its issue
    // 757).
    const std::string terminated(query);
    const auto parsed = boost::urls::parse_query(terminated);
    if (!parsed) return invalid_field("", "the query is not percent-encoded as a URL wants it");
    std::vector<field_problem> problems;
    std::vector<std::string> seen;
    for (const auto& each : boost::urls::params_view(*parsed)) {
        const std::string name(each.key.data(), each.key.size());
        const std::string value(each.value.data(), each.value.size());
        // What stands between two '&' or after the last one names nothing.
        if (name.empty() && !each.has_value) continue;
        const bool twice = std::find(seen.begin(), seen.end(), name) != seen.end();
        complaint wrong = twice ? "is given twice" : take(name, value);
        seen.push_back(name);
        if (wrong) problems.push_back({pointer_to(name), std::move(*wrong)});
    }
    if (problems.empty()) return std::nullopt;
    problem found = invalid_field(problems.front().pointer, problems.front().detail);
    found.errors = std::move(problems);
    return found;
}

complaint read_limit(std::size_t& into, const std::string& value) {
    std::size_t limit = 0;
    const char* const past = value.data() + value.size();
    const auto [end, error] = std::from_chars(value.data(), past, limit);
    if (error != std::errc{} || end != past || limit == 0 || limit > limits::list_items_max) {
        return "must be a number from 1 to " + std::to_string(limits::list_items_max);
    }
    into = limit;
    return std::nullopt;
}

}  // namespace makegood
