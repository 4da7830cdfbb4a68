#include "cli/money_text.hpp"

#include "cli/checkout_reader.hpp"

namespace makegood::cli {

std::string total_of(const boost::json::object& checkout) {
    const boost::json::value* total = checkout.if_contains("total");
    if (total == nullptr || !total->is_object()) return {};
    const boost::json::object& money = total->get_object();
    return number_of(money, "amount") + " " + text_of(money, "currency");
}

}  // namespace makegood::cli
