#include "cli/checkout_pages.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

namespace makegood::cli {

namespace json = boost::json;

std::string read_pages(
    checkout_reader& reader,
    const wanted_checkouts& wanted,
    const std::function<void(json::object)>& take
) {
    std::size_t taken = 0;
    std::string cursor = wanted.cursor;
    do {
        const std::size_t missing = wanted.count ? *wanted.count - taken : page_limit_max;
        query_parameters query = wanted.query;
        query.emplace_back("limit", std::to_string(std::min(missing, page_limit_max)));
        if (!cursor.empty()) query.emplace_back("cursor", cursor);
        json::object page = reader.list(query);
        for (json::value& item : page["items"].as_array()) {
            take(std::move(item.as_object()));
            ++taken;
        }
        cursor = text_of(page, "next_cursor");
    } while (!cursor.empty() && (!wanted.count || taken < *wanted.count));
    return cursor;
}

}  // namespace makegood::cli
