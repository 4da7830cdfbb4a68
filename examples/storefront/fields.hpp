#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "examples/storefront/call.hpp"

namespace storefront {

// Readers of what a request says. Each refuses with 422 `invalid_field`, naming the field and what
// was expected; fields that nobody reads are ignored.

inline constexpr std::int64_t quantity_max = 1'000;
inline constexpr std::int64_t amount_max = 1'000'000'000'000;  // in minor units
inline constexpr std::size_t lines_max = 200;
inline constexpr std::int64_t page_otherwise = 50;
inline constexpr std::int64_t page_max = 500;
inline constexpr std::size_t text_bytes_max = 512;

struct bounds {
    std::int64_t least;
    std::int64_t most;
};

struct line {
    std::string sku;
    std::int64_t quantity;
};

[[noreturn]] void refuse_field(std::string_view name, std::string_view expected);

// Not empty, at most text_bytes_max.
std::string required_text(const boost::json::object& body, std::string_view name);
std::string optional_text(
    const boost::json::object& body, std::string_view name, std::string_view otherwise
);
std::int64_t required_integer(
    const boost::json::object& body, std::string_view name, bounds allowed
);
const boost::json::object& required_object(const boost::json::object& body, std::string_view name);

// The lines of `items`, those of one SKU added up, in the order in which each SKU came first.
std::vector<line> required_items(const boost::json::object& body);

// How many a list is to have at most: `limit` of the query, up to page_max; else page_otherwise.
std::int64_t page_size(const call& asked);

// The member as JSON text; "null" when it is absent. For what a service keeps without reading it.
std::string kept_as_text(const boost::json::object& body, std::string_view name);

// Replaces a member that holds JSON as text by its value: the reverse of kept_as_text.
void read_back(boost::json::object& row, std::string_view name);

}  // namespace storefront
