#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "examples/storefront/call.hpp"
#include "examples/storefront/database.hpp"

namespace storefront {

struct authorization {
    std::string id;
    std::string checkout_id;
    std::string customer_id;
    std::int64_t amount = 0;
    std::string currency;
    std::string method;
    std::string token;
    std::string status;      // authorized, pending_action, declined, voided, captured, refunded
    std::string action_url;  // of one that asks for the customer
    std::string action_expires_at;  // likewise
    bool barred = false;            // voided before it was ever asked for
};

// The authorizations and the movements of money that changed them, which are written beside them
// and never altered: the ledger compares the two. Used by the payments service, inside its
// transactions.
class authorizations {
public:
    explicit authorizations(database& store);

    std::optional<authorization> find(std::string_view id);
    void add(const call& cause, const authorization& fresh);
    void set_status(const call& cause, const authorization& changed, std::string_view status);
    // `kind`: authorize, void, capture or refund.
    void move_money(const call& cause, const authorization& whose, std::string_view kind);

    // What the customer's open and captured authorizations on this token add up to.
    std::int64_t spent(std::string_view customer_id, std::string_view token);
    std::optional<boost::json::object> as_json(std::string_view id);

    // The sums of money, by status and by movement; see README.md.
    boost::json::object ledger();

private:
    boost::json::object sums();
    bool movements_agree(const boost::json::object& sums);

    database& store_;
};

}  // namespace storefront
