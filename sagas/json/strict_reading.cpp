#include "sagas/json/strict_reading.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <vector>

namespace makegood::json {
namespace {

namespace bj = boost::json;

// Receives the parser's events: builds the document and watches the names of the open objects.
// The capitalised bounds and names are what Boost.JSON asks of a handler.
class strict_handler {
public:
    static constexpr std::size_t max_object_size = bj::object::max_size();
    static constexpr std::size_t max_array_size = bj::array::max_size();
    static constexpr std::size_t max_key_size = bj::string::max_size();
    static constexpr std::size_t max_string_size = bj::string::max_size();

    bj::value_stack document;
    reading_problem problem;

    bool on_document_begin(bj::error_code&) {
        document.reset();
        return true;
    }
    bool on_document_end(bj::error_code&) { return true; }

    bool on_object_begin(bj::error_code&) {
        open_.push_back({.is_object = true, .names = {}, .elements = 0});
        return true;
    }
    bool on_object_end(std::size_t members, bj::error_code&) {
        document.push_object(members);
        return close();
    }
    bool on_array_begin(bj::error_code&) {
        open_.push_back({.is_object = false, .names = {}, .elements = 0});
        return true;
    }
    bool on_array_end(std::size_t elements, bj::error_code&) {
        document.push_array(elements);
        return close();
    }

    bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) {
        key_ += std::string_view(part);
        document.push_chars(part);
        return true;
    }
    bool on_key(bj::string_view part, std::size_t, bj::error_code& error) {
        key_ += std::string_view(part);
        document.push_key(part);
        std::vector<std::string>& names = open_.back().names;
        const bool twice = std::find(names.begin(), names.end(), key_) != names.end();
        names.push_back(std::move(key_));
        key_.clear();
        if (!twice) return true;
        return refuse("this member is given twice", error);
    }

    bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) {
        document.push_chars(part);
        return true;
    }
    bool on_string(bj::string_view part, std::size_t, bj::error_code&) {
        document.push_string(part);
        return value_done();
    }
    bool on_number_part(bj::string_view part, bj::error_code&) {
        number_ += std::string_view(part);
        return true;
    }
    bool on_int64(std::int64_t value, bj::string_view, bj::error_code&) {
        document.push_int64(value);
        return value_done();
    }
    bool on_uint64(std::uint64_t value, bj::string_view, bj::error_code&) {
        document.push_uint64(value);
        return value_done();
    }
    // The parser's own value may be off by a unit in the last place; two spellings of one number
    // must not become two numbers.
    bool on_double(double, bj::string_view part, bj::error_code& error) {
        number_ += std::string_view(part);
        double exact = 0;
        const char* const end = number_.data() + number_.size();
        const auto [parsed_to, failure] = std::from_chars(number_.data(), end, exact);
        if (failure != std::errc{} || parsed_to != end) {
            return refuse("this number is out of range", error);
        }
        document.push_double(exact);
        return value_done();
    }
    bool on_bool(bool value, bj::error_code&) {
        document.push_bool(value);
        return value_done();
    }
    bool on_null(bj::error_code&) {
        document.push_null();
        return value_done();
    }
    bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
    bool on_comment(bj::string_view, bj::error_code&) { return true; }

private:
    struct open_value {
        bool is_object = false;
        std::vector<std::string> names;  // seen so far, of an object
        std::size_t elements = 0;        // seen so far, of an array
    };

    bool refuse(std::string detail, bj::error_code& error) {
        problem = {pointer(), std::move(detail)};
        error = bj::error::syntax;
        return false;
    }

    bool value_done() {
        number_.clear();
        if (!open_.empty()) ++open_.back().elements;
        return true;
    }
    bool close() {
        open_.pop_back();
        return value_done();
    }

    std::string pointer() const {
        std::string out;
        for (const open_value& each : open_) {
            append_token(out, each.is_object ? each.names.back() : std::to_string(each.elements));
        }
        return out;
    }

    std::vector<open_value> open_;
    std::string key_;     // what has come of it so far
    std::string number_;  // the same
};

bj::parse_options strict_options() {
    bj::parse_options options;
    options.max_depth = depth_max;
    return options;
}

std::string describe(const bj::error_code& error, std::size_t offset) {
    if (error == bj::error::too_deep) {
        return "the body nests deeper than " + std::to_string(depth_max) + " levels";
    }
    return "the body is not valid JSON at byte " + std::to_string(offset) + ": " + error.message();
}

}  // namespace

result_or<bj::value, reading_problem> read_strictly(std::string_view text) {
    bj::basic_parser<strict_handler> parser(strict_options());
    bj::error_code error;
    const std::size_t consumed = parser.write_some(false, text.data(), text.size(), error);
    if (!error && consumed < text.size()) error = bj::error::extra_data;
    if (!parser.handler().problem.detail.empty()) return std::move(parser.handler().problem);
    if (error) return reading_problem{"", describe(error, consumed)};
    return parser.handler().document.release();
}

void append_token(std::string& pointer, std::string_view token) {
    pointer += '/';
    for (const char byte : token) {
        if (byte == '~') {
            pointer += "~0";
        } else if (byte == '/') {
            pointer += "~1";
        } else {
            pointer += byte;
        }
    }
}

}  // namespace makegood::json
