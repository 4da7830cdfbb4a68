#include "cli/event_feed.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

#include "cli/checkout_pages.hpp"
#include "cli/exit_code.hpp"

namespace makegood::cli {

namespace json = boost::json;

event_feed::event_feed(options wanted, listener told)
    : wanted_(std::move(wanted)), told_(std::move(told)), position_(wanted_.after) {}

bool event_feed::read_on(checkout_reader& reader) {
    do {
        const json::object page = next_page(reader);
        for (const json::value& item : page.at("items").as_array()) {
            told_.event(item.as_object());
            ++count_;
        }
        position_ = text_of(page, "next");
        more_ = page.at("more").as_bool();
    } while (more_ && !is_full());
    return !is_full();
}

// What is kept no more does not come back, so what is left is read.
json::object event_feed::next_page(checkout_reader& reader) {
    try {
        return reader.events(query());
    } catch (const command_failure& failure) {
        if (failure.code() != errc::gone) throw;
        told_.missed(failure.what());
        position_ = "start";
    }
    return reader.events(query());
}

query_parameters event_feed::query() const {
    const std::size_t left = wanted_.limit ? *wanted_.limit - count_ : page_limit_max;
    query_parameters asked = wanted_.filter;
    asked.emplace_back("after", position_);
    asked.emplace_back("limit", std::to_string(std::min(left, page_limit_max)));
    return asked;
}

}  // namespace makegood::cli
