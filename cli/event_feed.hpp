#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "cli/checkout_reader.hpp"

namespace makegood::cli {

// The events that `makegood events` shows: page after page from a position on, now and whenever it
// is asked again. One thread.
class event_feed {
public:
    struct options {
        query_parameters filter;                // without after and limit
        std::string after = "start";            // as the API takes it
        std::optional<std::size_t> limit = {};  // so many in all
    };
    struct listener {
        std::function<void(const boost::json::object&)> event;
        std::function<void(const std::string& why)> missed;  // some are kept no more
    };

    event_feed(options wanted, listener told);

    // All that there are by now. False when there have been as many as were wanted.
    bool read_on(checkout_reader& reader);

    [[nodiscard]] std::size_t count() const { return count_; }  // so far
    // Where it goes on; empty when there was nothing behind the last page.
    [[nodiscard]] std::string rest() const { return more_ ? position_ : std::string{}; }

private:
    [[nodiscard]] bool is_full() const { return wanted_.limit && count_ >= *wanted_.limit; }
    [[nodiscard]] boost::json::object next_page(checkout_reader& reader);
    [[nodiscard]] query_parameters query() const;

    const options wanted_;
    const listener told_;
    std::string position_;
    std::size_t count_ = 0;
    bool more_ = false;
};

}  // namespace makegood::cli
