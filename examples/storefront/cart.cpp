#include <boost/json.hpp>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/broken_rules.hpp"
#include "examples/storefront/fields.hpp"

namespace storefront {
namespace {
namespace json = boost::json;

// What customers have put together. The engine reads a cart at the start and clears it at the end.
class cart final : public backend {
public:
    explicit cart(foundation base) : store_(base.store), effects_(base.effects) {
        store_.script(
            "CREATE TABLE IF NOT EXISTS carts("
            "  cart_id TEXT PRIMARY KEY,"
            "  customer_id TEXT NOT NULL,"
            "  items TEXT NOT NULL,"  // JSON, as it is answered
            "  currency TEXT NOT NULL,"
            "  updated_at TEXT NOT NULL"
            ") WITHOUT ROWID"
        );
    }

    void add_routes(route_table& routes) override {
        routes.add("GET /v1/carts/{id}", key_use::none, [this](const call& asked) {
            return read(asked);
        });
        routes.add("PUT /v1/carts/{id}", key_use::optional, [this](const call& asked) {
            return put(asked);
        });
        routes.add("DELETE /v1/carts/{id}", key_use::optional, [this](const call& asked) {
            return clear(asked);
        });
        routes.add("GET /v1/ledger", key_use::none, [this](const call&) { return ledger(); });
    }

private:
    answer read(const call& asked) {
        auto found = store_.first(
            "SELECT cart_id, customer_id, items, currency, updated_at FROM carts"
            " WHERE cart_id = ?1",
            {asked.subject}
        );
        if (!found && is_broken(rule::read_never_seen)) return {.status = 200, .body = {}};
        if (!found) throw refusal(404, "unknown_cart", "there is no cart " + asked.subject);
        read_back(*found, "items");
        return {.status = 200, .body = *std::move(found)};
    }

    answer put(const call& asked) {
        json::array items;
        for (const auto& each : required_items(asked.body)) {
            items.push_back(json::object{{"sku", each.sku}, {"quantity", each.quantity}});
        }
        store_.run(
            "INSERT INTO carts(cart_id, customer_id, items, currency, updated_at)"
            " VALUES(?1, ?2, ?3, ?4, ?5)"
            " ON CONFLICT(cart_id) DO UPDATE SET customer_id = excluded.customer_id,"
            " items = excluded.items, currency = excluded.currency,"
            " updated_at = excluded.updated_at",
            {asked.subject, required_text(asked.body, "customer_id"), json::serialize(items),
             optional_text(asked.body, "currency", "USD"), asked.at}
        );
        return read(asked);
    }

    answer clear(const call& asked) {
        if (is_broken(rule::clear_cart)) return {.status = 204, .body = {}};
        const auto gone = store_.run("DELETE FROM carts WHERE cart_id = ?1", {asked.subject});
        if (gone > 0) effects_.record(asked, {"cart_cleared", asked.subject, asked.checkout_id});
        if (gone == 0 && is_broken(rule::clear_never_seen)) {
            throw refusal(409, "nothing_to_clear", "there is no cart " + asked.subject);
        }
        return {.status = 204, .body = {}};
    }

    answer ledger() {
        return {
            .status = 200,
            .body = {
                {"carts", store_.number("SELECT COUNT(*) FROM carts")},
                {"carts_cleared", store_.number("SELECT COUNT(*) FROM effects")}}};
    }

    database& store_;
    effect_log& effects_;
};

}  // namespace

std::unique_ptr<backend> make_cart(foundation base) {
    return std::make_unique<cart>(base);
}

}  // namespace storefront
