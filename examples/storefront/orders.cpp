#include <boost/json.hpp>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/documents.hpp"
#include "examples/storefront/fields.hpp"

namespace storefront {
namespace {
namespace json = boost::json;

constexpr std::int64_t listed_max = 500;

constexpr document_kind kind{
    .noun = "order",
    .table = "orders",
    .id_column = "order_id",
    .open = "created",
    .closed = "shipped",
    .bar =
        "INSERT INTO orders(order_id, checkout_id, customer_id, items, total, currency,"
        " reservation_id, authorization_id, authorization_ids, shipping_address, status, barred,"
        " created_at, updated_at)"
        " VALUES(?1, ?2, '', '[]', 0, '', '', '', 'null', 'null', 'cancelled', 1, ?3, ?3)"};

// The columns that hold JSON as text.
void read_back_all(json::object& order) {
    for (const auto* name : {"items", "authorization_ids", "shipping_address"}) {
        read_back(order, name);
    }
}

// The orders that customers see. An order is created, and then shipped or cancelled.
class orders final : public backend {
public:
    explicit orders(foundation base)
        : store_(base.store), effects_(base.effects), documents_(base, kind) {
        store_.script(
            "CREATE TABLE IF NOT EXISTS orders("
            "  order_id TEXT PRIMARY KEY,"
            "  checkout_id TEXT NOT NULL,"
            "  customer_id TEXT NOT NULL,"
            "  items TEXT NOT NULL,"
            "  total INTEGER NOT NULL,"
            "  currency TEXT NOT NULL,"
            "  reservation_id TEXT NOT NULL,"
            "  authorization_id TEXT NOT NULL,"
            "  authorization_ids TEXT NOT NULL,"
            "  shipping_address TEXT NOT NULL,"
            "  status TEXT NOT NULL CHECK(status IN ('created', 'shipped', 'cancelled')),"
            "  barred INTEGER NOT NULL DEFAULT 0,"  // cancelled before it was ever created
            "  created_at TEXT NOT NULL,"
            "  updated_at TEXT NOT NULL"
            ") WITHOUT ROWID;"
            "CREATE INDEX IF NOT EXISTS orders_of_customer ON orders(customer_id, created_at);"
        );
    }

    void add_routes(route_table& routes) override {
        const auto add = [&](std::string_view name, key_use keys, auto member) {
            routes.add(name, keys, [this, member](const call& asked) {
                return (this->*member)(asked);
            });
        };
        add("POST /v1/orders", key_use::required, &orders::create);
        routes.add("POST /v1/orders/{id}/cancel", key_use::required, [this](const call& asked) {
            return documents_.cancel(asked);
        });
        routes.add("POST /v1/orders/{id}/ship", key_use::optional, [this](const call& asked) {
            return documents_.close(asked);
        });
        add("GET /v1/orders/{id}", key_use::none, &orders::read);
        add("GET /v1/orders", key_use::none, &orders::list);
        add("GET /v1/ledger", key_use::none, &orders::ledger);
    }

private:
    answer create(const call& asked) {
        const auto id = required_text(asked.body, "order_id");
        const auto checkout_id = required_text(asked.body, "checkout_id");
        required_items(asked.body);
        documents_.require_fresh(id);
        store_.run(
            "INSERT INTO orders(order_id, checkout_id, customer_id, items, total, currency,"
            " reservation_id, authorization_id, authorization_ids, shipping_address, status,"
            " created_at, updated_at)"
            " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'created', ?11, ?11)",
            {id, checkout_id, required_text(asked.body, "customer_id"),
             kept_as_text(asked.body, "items"),
             required_integer(asked.body, "total", {0, amount_max}),
             required_text(asked.body, "currency"), optional_text(asked.body, "reservation_id", ""),
             optional_text(asked.body, "authorization_id", ""),
             kept_as_text(asked.body, "authorization_ids"),
             kept_as_text(asked.body, "shipping_address"), asked.at}
        );
        effects_.record(asked, {"order_created", id, checkout_id});
        return {.status = 201, .body = documents_.state(id, "created")};
    }

    answer read(const call& asked) {
        auto found = store_.first(
            "SELECT order_id, checkout_id, customer_id, items, total, currency, reservation_id,"
            " authorization_id, authorization_ids, shipping_address, status, created_at, updated_at"
            " FROM orders WHERE order_id = ?1 AND NOT barred",
            {asked.subject}
        );
        if (!found) documents_.refuse_unknown(asked.subject);
        read_back_all(*found);
        return {.status = 200, .body = *std::move(found)};
    }

    answer list(const call& asked) {
        const auto customer = asked.parameter("customer_id");
        if (customer.empty()) refuse_field("customer_id", "given in the query");
        auto found = store_.list(
            "SELECT order_id, checkout_id, customer_id, items, total, currency, reservation_id,"
            " authorization_id, authorization_ids, shipping_address, status, created_at, updated_at"
            " FROM orders WHERE customer_id = ?1 AND NOT barred ORDER BY created_at DESC LIMIT ?2",
            {customer, listed_max}
        );
        for (auto& each : found) {
            read_back_all(each.get_object());
        }
        return {.status = 200, .body = {{"items", std::move(found)}}};
    }

    answer ledger(const call&) {
        auto body = *store_.first(
            "SELECT COUNT(*) FILTER (WHERE NOT barred) AS orders,"
            " COUNT(*) FILTER (WHERE status = 'created') AS created,"
            " COUNT(*) FILTER (WHERE status = 'shipped') AS shipped,"
            " COUNT(*) FILTER (WHERE status = 'cancelled' AND NOT barred) AS cancelled,"
            " COUNT(*) FILTER (WHERE barred) AS barred,"
            " COALESCE(SUM(total) FILTER (WHERE status <> 'cancelled'), 0) AS total_live,"
            " COALESCE(SUM(total) FILTER (WHERE status = 'cancelled'), 0) AS total_cancelled"
            " FROM orders"
        );
        body["duplicates"] = store_.number(
            "SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE status <> 'cancelled'"
            " GROUP BY checkout_id HAVING COUNT(*) > 1)"
        );
        body["effects_repeated"] = effects_.repeated();
        return {.status = 200, .body = std::move(body)};
    }

    database& store_;
    effect_log& effects_;
    documents documents_;
};

}  // namespace

std::unique_ptr<backend> make_orders(foundation base) {
    return std::make_unique<orders>(base);
}

}  // namespace storefront
