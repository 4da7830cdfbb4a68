#include "adapters/api/body_reader.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <iterator>
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
    return body_reader(std::move(value.get_object()), {});
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
    const json::value* const found = find(name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_string()) {
        wrong(name, "must be a text");
        return std::nullopt;
    }
    const json::string& text = found->get_string();
    if (text.empty() || text.size() > bytes_max) {
        wrong(name, "must have 1 to " + std::to_string(bytes_max) + " bytes");
        return std::nullopt;
    }
    return std::string(text.data(), text.size());
}

std::optional<std::size_t> body_reader::required_word(
    std::string_view name, const std::vector<std::string_view>& words
) {
    constexpr std::size_t word_bytes_max = 64;
    const std::size_t problems_before = problems_.size();
    const std::string text = required_text(name, word_bytes_max);
    if (problems_.size() > problems_before) return std::nullopt;
    const auto found = std::find(words.begin(), words.end(), text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    std::string detail = "must be ";
    for (std::size_t position = 0; position < words.size(); ++position) {
        if (position > 0) detail.append(position + 1 == words.size() ? " or " : ", ");
        detail.append(words[position]);
    }
    wrong(name, std::move(detail));
    return std::nullopt;
}

std::optional<std::int64_t> body_reader::optional_integer(
    std::string_view name, integer_range allowed
) {
    const json::value* const found = find(name);
    if (found == nullptr) return std::nullopt;
    const std::int64_t* const number = found->if_int64();
    if (number != nullptr && *number >= allowed.smallest && *number <= allowed.largest) {
        return *number;
    }
    wrong(
        name, "must be a whole number from " + std::to_string(allowed.smallest) + " to "
                  + std::to_string(allowed.largest)
    );
    return std::nullopt;
}

std::optional<double> body_reader::optional_probability(std::string_view name) {
    const json::value* const found = find(name);
    if (found == nullptr) return std::nullopt;
    const double number = found->is_number() ? found->to_number<double>() : -1;
    if (number >= 0 && number <= 1) return number;
    wrong(name, "must be a number from 0 to 1");
    return std::nullopt;
}

std::vector<body_reader> body_reader::required_objects(
    std::string_view name, std::size_t count_max
) {
    const json::value* const found = find(name);
    const json::array* const list = found == nullptr ? nullptr : found->if_array();
    std::vector<body_reader> readers;
    if (list == nullptr || list->size() > count_max) {
        wrong(name, "must be a list of at most " + std::to_string(count_max) + " objects");
        return readers;
    }
    for (const json::value& each : *list) {
        const std::string position = std::to_string(readers.size());
        const json::object* const members = each.if_object();
        readers.emplace_back(
            members == nullptr ? json::object{} : *members,
            pointer_ + "/" + std::string(name) + "/" + position
        );
        if (members == nullptr) readers.back().wrong({}, "must be an object");
    }
    return readers;
}

std::vector<field_problem> body_reader::take_problems() {
    for (const json::key_value_pair& member : members_) {
        const std::string_view name(member.key().data(), member.key().size());
        if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
            wrong(name, "is not known");
        }
    }
    return std::move(problems_);
}

std::optional<problem> body_reader::finish_with(std::vector<field_problem> inside) {
    std::vector<field_problem> all = take_problems();
    std::move(inside.begin(), inside.end(), std::back_inserter(all));
    if (all.empty()) return std::nullopt;
    problem found = invalid_field(all.front().pointer, all.front().detail);
    found.errors = std::move(all);
    return found;
}

const json::value* body_reader::find(std::string_view name) {
    asked_.push_back(name);
    return members_.if_contains({name.data(), name.size()});
}

// RFC 6901 escapes '~' and '/' in a name. Without one the object itself is wrong.
void body_reader::wrong(std::string_view name, std::string detail) {
    std::string pointer = pointer_;
    if (!name.empty()) pointer += '/';
    for (const char character : name) {
        if (character == '~') {
            pointer += "~0";
        } else if (character == '/') {
            pointer += "~1";
        } else {
            pointer += character;
        }
    }
    // Whoever has been told what is wrong with a member needs no second reason.
    if (std::ranges::find(problems_, pointer, &field_problem::pointer) != problems_.end()) return;
    problems_.push_back({std::move(pointer), std::move(detail)});
}

}  // namespace makegood
