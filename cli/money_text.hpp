#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace makegood::cli {

// Minor units as a person reads them: `129.99 USD`, `12999 JPY`. JSON keeps the integer.
[[nodiscard]] std::string money_text(std::int64_t amount, std::string_view currency);

// The total of a checkout as the API shows it; empty while there is no quote.
[[nodiscard]] std::string total_of(const boost::json::object& checkout);

}  // namespace makegood::cli
