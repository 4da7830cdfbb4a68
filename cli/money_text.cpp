#include "cli/money_text.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "cli/checkout_reader.hpp"

namespace makegood::cli {
namespace {

// How many digits of an amount stand behind the point (ISO 4217); two for all that are not listed.
std::size_t minor_digits(std::string_view currency) {
    for (const std::string_view without :
         {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
          "XAF", "XOF", "XPF"}) {
        if (currency == without) return 0;
    }
    for (const std::string_view three : {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}) {
        if (currency == three) return 3;
    }
    return 2;
}

}  // namespace

std::string money_text(std::int64_t amount, std::string_view currency) {
    const std::size_t places = minor_digits(currency);
    std::string digits = fmt::format("{:0{}}", amount < 0 ? -amount : amount, places + 1);
    if (places > 0) digits.insert(digits.size() - places, 1, '.');
    return fmt::format("{}{} {}", amount < 0 ? "-" : "", digits, currency);
}

std::string total_of(const boost::json::object& checkout) {
    const boost::json::value* total = checkout.if_contains("total");
    if (total == nullptr || !total->is_object()) return {};
    const boost::json::object& money = total->get_object();
    const boost::json::value* amount = money.if_contains("amount");
    if (amount == nullptr || !amount->is_int64()) return {};
    return money_text(amount->get_int64(), text_of(money, "currency"));
}

}  // namespace makegood::cli
