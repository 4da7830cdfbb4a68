#include "tests/adapters/simple_yaml.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace makegood::test {

namespace json = boost::json;

namespace {

struct line {
    std::size_t number;
    std::size_t indent;
    std::string_view text;
};

[[noreturn]] void fail(const line& at, const char* why) {
    throw std::runtime_error("line " + std::to_string(at.number) + ": " + why);
}

std::vector<line> lines_of(std::string_view text) {
    std::vector<line> lines;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view whole = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t indent = whole.find_first_not_of(' ');
        if (indent == std::string_view::npos || whole[indent] == '#') continue;
        lines.push_back({number, indent, whole.substr(indent)});
    }
    return lines;
}

class reader {
public:
    explicit reader(std::vector<line> lines) : lines_(std::move(lines)) {}

    json::value read_document() {
        json::value document = read_block(0);
        if (at_ != lines_.size()) fail(lines_[at_], "wrong indentation");
        return document;
    }

private:
    json::value read_block(std::size_t indent) {
        if (lines_[at_].indent != indent) fail(lines_[at_], "wrong indentation");
        return lines_[at_].text.starts_with("- ") ? json::value(read_list(indent))
                                                  : json::value(read_mapping(indent));
    }

    json::array read_list(std::size_t indent) {
        json::array items;
        while (here(indent) && lines_[at_].text.starts_with("- ")) {
            // An item that is a mapping continues two columns further in.
            lines_[at_].text.remove_prefix(2);
            lines_[at_].indent += 2;
            const bool is_mapping = colon_of(lines_[at_]).has_value();
            items.push_back(is_mapping ? json::value(read_mapping(indent + 2)) : read_scalar());
        }
        return items;
    }

    json::object read_mapping(std::size_t indent) {
        json::object members;
        while (here(indent) && !lines_[at_].text.starts_with("- ")) {
            line& current = lines_[at_];
            const auto colon = colon_of(current);
            if (!colon) fail(current, "a mapping needs a colon");
            std::string_view name = current.text.substr(0, *colon);
            if (name.starts_with('"')) name = name.substr(1, name.size() - 2);
            if (members.contains(name)) fail(current, "a name comes twice");
            current.text.remove_prefix(*colon + 1);
            members[name] = read_value(indent);
        }
        return members;
    }

    json::value read_value(std::size_t indent) {
        line& current = lines_[at_];
        if (!current.text.empty()) {
            current.text.remove_prefix(1);
            return read_scalar();
        }
        ++at_;
        if (at_ == lines_.size() || lines_[at_].indent != indent + 2) fail(current, "no value");
        return read_block(indent + 2);
    }

    json::value read_scalar() {
        const line& current = lines_[at_++];
        const std::string_view text = current.text;
        if (text.starts_with('"')) return json::parse({text.data(), text.size()});
        if (text == "true" || text == "false") return text == "true";
        const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
        if (digits) return json::parse({text.data(), text.size()});
        if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos
            || std::string_view("[]{}&*!|>'%@`,").find(text[0]) != std::string_view::npos) {
            fail(current, "this text needs quotes");
        }
        return json::string(text);
    }

    // Where the name of a mapping's member ends.
    static std::optional<std::size_t> colon_of(const line& current) {
        const std::size_t from = current.text.starts_with('"') ? current.text.find('"', 1) : 0;
        const std::size_t colon = current.text.find(':', from);
        if (colon == std::string_view::npos) return std::nullopt;
        const bool ends = colon + 1 == current.text.size() || current.text[colon + 1] == ' ';
        return ends ? std::optional(colon) : std::nullopt;
    }

    bool here(std::size_t indent) const {
        return at_ < lines_.size() && lines_[at_].indent == indent;
    }

    std::vector<line> lines_;
    std::size_t at_ = 0;
};

}  // namespace

json::value parse_simple_yaml(std::string_view text) {
    return reader(lines_of(text)).read_document();
}

}  // namespace makegood::test
