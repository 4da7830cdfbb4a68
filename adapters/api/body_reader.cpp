#include "adapters/api/body_reader.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <utility>

#include "adapters/api/problem_codes.hpp"

namespace makegood {

namespace json = boost::json;

or_problem<body_reader> body_reader::open(std::string_view body) {
    boost::system::error_code error;
    json::value value = json::parse({body.data(), body.size()}, error);
    if (error) {
        return problem{
            400, problem_codes::invalid_json, "the body is not JSON: " + error.message()};
    }
    if (!value.is_object()) {
        return problem{400, problem_codes::invalid_json, "the body must be a JSON object"};
    }
    return body_reader(std::move(value.get_object()));
}

std::string body_reader::required_text(std::string_view name, std::size_t bytes_max) {
    const bool missing = members_.find({name.data(), name.size()}) == members_.end();
    std::optional<std::string> text = optional_text(name, bytes_max);
    if (missing) wrong(name, "is required");
    return text.value_or(std::string());
}

std::optional<std::string> body_reader::optional_text(
    std::string_view name, std::size_t bytes_max
) {
    asked_.push_back(name);
    const auto found = members_.find({name.data(), name.size()});
    if (found == members_.end()) return std::nullopt;
    if (!found->value().is_string()) {
        wrong(name, "must be a text");
        return std::nullopt;
    }
    const json::string& text = found->value().get_string();
    if (text.empty() || text.size() > bytes_max) {
        wrong(name, "must have 1 to " + std::to_string(bytes_max) + " bytes");
        return std::nullopt;
    }
    return std::string(text.data(), text.size());
}

std::size_t body_reader::required_word(
    std::string_view name, const std::vector<std::string_view>& words
) {
    constexpr std::size_t word_bytes_max = 64;
    const std::size_t problems_before = problems_.size();
    const std::string text = required_text(name, word_bytes_max);
    if (problems_.size() > problems_before) return 0;
    const auto found = std::find(words.begin(), words.end(), text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    std::string detail = "must be ";
    for (std::size_t position = 0; position < words.size(); ++position) {
        if (position > 0) detail.append(position + 1 == words.size() ? " or " : ", ");
        detail.append(words[position]);
    }
    wrong(name, std::move(detail));
    return 0;
}

std::optional<problem> body_reader::finish() {
    for (const json::key_value_pair& member : members_) {
        const std::string_view name(member.key().data(), member.key().size());
        if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
            wrong(name, "is not known");
        }
    }
    if (problems_.empty()) return std::nullopt;
    problem found = invalid_field(problems_.front().pointer, problems_.front().detail);
    found.errors = std::move(problems_);
    return found;
}

// RFC 6901 escapes '~' and '/' in a name.
void body_reader::wrong(std::string_view name, std::string detail) {
    std::string pointer = "/";
    for (const char character : name) {
        if (character == '~') {
            pointer += "~0";
        } else if (character == '/') {
            pointer += "~1";
        } else {
            pointer += character;
        }
    }
    problems_.push_back({std::move(pointer), std::move(detail)});
}

}  // namespace makegood
