#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <vector>

#include "cli/checkout_reader.hpp"

namespace makegood::cli {

// Finds out by looking again and again which checkouts have changed. It sees every end of a
// checkout that it has seen open, and new checkouts as long as no more than a page of them comes
// between two looks. Its memory is bounded by the pages of one look.
class change_feed {
public:
    // The first look gives every open checkout, each later one what has changed since; oldest
    // first.
    [[nodiscard]] std::vector<boost::json::object> changes(checkout_reader& reader);

private:
    using checkouts = std::map<std::string, boost::json::object, std::less<>>;

    checkouts seen_;
    bool first_look_ = true;
};

}  // namespace makegood::cli
