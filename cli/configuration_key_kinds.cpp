#include "cli/configuration_key_kinds.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/duration_text.hpp"

namespace makegood::cli {

namespace {

// Reads a member of a const configuration through the accessor that writes it.
template <class Member>
Member read_member(const member_of<Member>& member, const configuration& settings) {
    configuration copy = settings;
    return member(copy);
}

}  // namespace

text_rule one_of(std::vector<std::string> words) {
    std::string expects = fmt::format("one of \"{}\"", fmt::join(words, "\", \""));
    return {std::move(expects), [words = std::move(words)](std::string_view text) {
                return std::find(words.begin(), words.end(), text) != words.end();
            }};
}

void add_duration(
    std::vector<configuration_key>& all,
    std::string name,
    duration_range range,
    const member_of<duration>& member
) {
    configuration_key key{.name = std::move(name), .kind = value_kind::text};
    key.expects = fmt::format(
        "a duration from \"{}\" to \"{}\" in ms, s, m, h or d", format_duration(range.shortest),
        format_duration(range.longest)
    );
    key.assign = [member, range](configuration& settings, const key_value& value) {
        const auto length = parse_duration(std::get<std::string>(value));
        if (!length || *length < range.shortest || *length > range.longest) return false;
        member(settings) = *length;
        return true;
    };
    key.current = [member](const configuration& settings) {
        return key_value{format_duration(read_member(member, settings))};
    };
    all.push_back(std::move(key));
}

template <class Integer>
void add_integer(
    std::vector<configuration_key>& all,
    std::string name,
    integer_range range,
    const member_of<Integer>& member
) {
    configuration_key key{.name = std::move(name), .kind = value_kind::integer};
    key.expects = fmt::format("a whole number from {} to {}", range.smallest, range.largest);
    key.assign = [member, range](configuration& settings, const key_value& value) {
        const auto number = std::get<std::int64_t>(value);
        if (number < range.smallest || number > range.largest) return false;
        member(settings) = static_cast<Integer>(number);
        return true;
    };
    key.current = [member](const configuration& settings) {
        return key_value{static_cast<std::int64_t>(read_member(member, settings))};
    };
    all.push_back(std::move(key));
}

template void
add_integer(std::vector<configuration_key>&, std::string, integer_range, const member_of<std::uint32_t>&);
template void
add_integer(std::vector<configuration_key>&, std::string, integer_range, const member_of<std::size_t>&);

void add_number(
    std::vector<configuration_key>& all, std::string name, const member_of<double>& member
) {
    constexpr double largest = 1e6;
    configuration_key key{.name = std::move(name), .kind = value_kind::number};
    key.expects = fmt::format("a number from 0 to {}", largest);
    key.assign = [member](configuration& settings, const key_value& value) {
        const double number = std::get<double>(value);
        if (!(number >= 0 && number <= largest)) return false;
        member(settings) = number;
        return true;
    };
    key.current = [member](const configuration& settings) {
        return key_value{read_member(member, settings)};
    };
    all.push_back(std::move(key));
}

void add_boolean(
    std::vector<configuration_key>& all, std::string name, const member_of<bool>& member
) {
    configuration_key key{
        .name = std::move(name), .kind = value_kind::boolean, .expects = "true or false"};
    key.assign = [member](configuration& settings, const key_value& value) {
        member(settings) = std::get<bool>(value);
        return true;
    };
    key.current = [member](const configuration& settings) {
        return key_value{read_member(member, settings)};
    };
    all.push_back(std::move(key));
}

void add_text(
    std::vector<configuration_key>& all,
    std::string name,
    text_rule rule,
    const member_of<std::string>& member
) {
    configuration_key key{
        .name = std::move(name), .kind = value_kind::text, .expects = std::move(rule.expects)};
    key.assign =
        [member, allows = std::move(rule.allows)](configuration& settings, const key_value& value) {
            const auto& text = std::get<std::string>(value);
            if (!allows(text)) return false;
            member(settings) = text;
            return true;
        };
    key.current = [member](const configuration& settings) {
        std::string text = read_member(member, settings);
        return text.empty() ? key_value{} : key_value{std::move(text)};
    };
    all.push_back(std::move(key));
}

}  // namespace makegood::cli
