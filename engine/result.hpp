#pragma once

#include <boost/system/result.hpp>

namespace makegood {

// A value, or why there is none. Expected outcomes travel this way; unavailable infrastructure
// throws at the adapter's edge only.
template <class Value, class Error>
using result_or = boost::system::result<Value, Error>;

}  // namespace makegood
