#include "sagas/json/strict_reading.hpp"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <memory_resource>
#include <string>
#include <utility>
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

    explicit strict_handler(bj::storage_ptr memory) : memory_(std::move(memory)) {}

    bj::value release() { return document_.release(); }
    reading_problem problem;

    bool on_document_begin(bj::error_code&) {
        document_.reset(memory_);
        return true;
    }
    bool on_document_end(bj::error_code&) { return true; }

    bool on_object_begin(bj::error_code&) {
        open_.push_back({.is_object = true, .names_before = names_.size(), .elements = 0});
        return true;
    }
    bool on_object_end(std::size_t members, bj::error_code&) {
        document_.push_object(members);
        return close();
    }
    bool on_array_begin(bj::error_code&) {
        open_.push_back({.is_object = false, .names_before = names_.size(), .elements = 0});
        return true;
    }
    bool on_array_end(std::size_t elements, bj::error_code&) {
        document_.push_array(elements);
        return close();
    }

    bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) {
        key_ += std::string_view(part);
        document_.push_chars(part);
        return true;
    }
    bool on_key(bj::string_view part, std::size_t, bj::error_code& error) {
        key_ += std::string_view(part);
        document_.push_key(part);
        const auto own = names_.begin() + static_cast<std::ptrdiff_t>(open_.back().names_before);
        const bool twice = std::find(own, names_.end(), key_) != names_.end();
        names_.push_back(key_);
        key_.clear();
        if (!twice) return true;
        return refuse("this member is given twice", error);
    }

    bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) {
        document_.push_chars(part);
        return true;
    }
    bool on_string(bj::string_view part, std::size_t, bj::error_code&) {
        document_.push_string(part);
        return value_done();
    }
    bool on_number_part(bj::string_view part, bj::error_code&) {
        number_ += std::string_view(part);
        return true;
    }
    bool on_int64(std::int64_t value, bj::string_view, bj::error_code&) {
        document_.push_int64(value);
        return value_done();
    }
    bool on_uint64(std::uint64_t value, bj::string_view, bj::error_code&) {
        document_.push_uint64(value);
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
        document_.push_double(exact);
        return value_done();
    }
    bool on_bool(bool value, bj::error_code&) {
        document_.push_bool(value);
        return value_done();
    }
    bool on_null(bj::error_code&) {
        document_.push_null();
        return value_done();
    }
    bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
    bool on_comment(bj::string_view, bj::error_code&) { return true; }

private:
    struct open_value {
        bool is_object = false;
        std::size_t names_before = 0;  // those after them are an object's own, seen so far
        std::size_t elements = 0;      // seen so far, of an array
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
        names_.resize(open_.back().names_before);
        open_.pop_back();
        return value_done();
    }

    std::string pointer() const {
        std::string out;
        for (std::size_t depth = 0; depth < open_.size(); ++depth) {
            // The last name of an object is the one before those of what it holds.
            const bool innermost = depth + 1 == open_.size();
            const std::size_t names = innermost ? names_.size() : open_[depth + 1].names_before;
            const open_value& each = open_[depth];
            append_token(
                out, each.is_object ? std::string_view(names_[names - 1])
                                    : std::string_view(std::to_string(each.elements))
            );
        }
        return out;
    }

    // The working memory of most documents: no allocation for them.
    std::array<unsigned char, std::size_t{2} * 1024> stack_;
    std::array<std::byte, std::size_t{2} * 1024> texts_;
    std::pmr::monotonic_buffer_resource working_{texts_.data(), texts_.size()};

    const bj::storage_ptr memory_;
    bj::value_stack document_{{}, stack_.data(), stack_.size()};
    std::pmr::vector<open_value> open_{&working_};
    std::pmr::vector<std::pmr::string> names_{&working_};  // of all open objects
    std::pmr::string key_{&working_};                      // what has come of it so far
    std::pmr::string number_{&working_};                   // the same
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

result_or<bj::value, reading_problem> read_strictly(std::string_view text, bj::storage_ptr memory) {
    bj::basic_parser<strict_handler> parser(strict_options(), std::move(memory));
    bj::error_code error;
    const std::size_t consumed = parser.write_some(false, text.data(), text.size(), error);
    if (!error && consumed < text.size()) error = bj::error::extra_data;
    if (!parser.handler().problem.detail.empty()) return std::move(parser.handler().problem);
    if (error) return reading_problem{"", describe(error, consumed)};
    return parser.handler().release();
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
