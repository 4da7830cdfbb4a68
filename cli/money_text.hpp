#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace makegood::cli {

// The total of a checkout as the API shows it: `12999 USD`, in minor units as everywhere else,
// because only the backends know how many of them make a major one. Empty while there is no quote.
[[nodiscard]] std::string total_of(const boost::json::object& checkout);

}  // namespace makegood::cli
