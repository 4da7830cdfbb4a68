#include <boost/json.hpp>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/documents.hpp"
#include "examples/storefront/fields.hpp"

namespace storefront {
namespace {
constexpr document_kind kind{
    .noun = "shipment",
    .table = "shipments",
    .id_column = "shipment_id",
    .open = "requested",
    .closed = "dispatched",
    .bar =
        "INSERT INTO shipments(shipment_id, order_id, checkout_id, items, shipping_address,"
        " status, barred, created_at, updated_at)"
        " VALUES(?1, '', ?2, '[]', 'null', 'cancelled', 1, ?3, ?3)"};

// The warehouse's shipments: requested, and then dispatched or cancelled.
class fulfillment final : public backend {
public:
    explicit fulfillment(foundation base)
        : store_(base.store), effects_(base.effects), documents_(base, kind) {
        store_.script(
            "CREATE TABLE IF NOT EXISTS shipments("
            "  shipment_id TEXT PRIMARY KEY,"
            "  order_id TEXT NOT NULL,"
            "  checkout_id TEXT NOT NULL,"
            "  items TEXT NOT NULL,"
            "  shipping_address TEXT NOT NULL,"
            "  status TEXT NOT NULL CHECK(status IN ('requested', 'dispatched', 'cancelled')),"
            "  barred INTEGER NOT NULL DEFAULT 0,"  // cancelled before it was ever requested
            "  created_at TEXT NOT NULL,"
            "  updated_at TEXT NOT NULL"
            ") WITHOUT ROWID;"
        );
    }

    void add_routes(route_table& routes) override {
        const auto add = [&](std::string_view name, key_use keys, auto member) {
            routes.add(name, keys, [this, member](const call& asked) {
                return (this->*member)(asked);
            });
        };
        add("POST /v1/shipments", key_use::required, &fulfillment::request);
        routes.add("POST /v1/shipments/{id}/cancel", key_use::required, [this](const call& asked) {
            return documents_.cancel(asked);
        });
        routes.add(
            "POST /v1/shipments/{id}/dispatch", key_use::optional,
            [this](const call& asked) { return documents_.close(asked); }
        );
        add("GET /v1/shipments/{id}", key_use::none, &fulfillment::read);
        add("GET /v1/ledger", key_use::none, &fulfillment::ledger);
    }

private:
    answer request(const call& asked) {
        const auto id = required_text(asked.body, "shipment_id");
        required_items(asked.body);
        documents_.require_fresh(id);
        store_.run(
            "INSERT INTO shipments(shipment_id, order_id, checkout_id, items, shipping_address,"
            " status, created_at, updated_at) VALUES(?1, ?2, ?3, ?4, ?5, 'requested', ?6, ?6)",
            {id, required_text(asked.body, "order_id"), asked.checkout_id,
             kept_as_text(asked.body, "items"), kept_as_text(asked.body, "shipping_address"),
             asked.at}
        );
        effects_.record(asked, {"shipment_requested", id, asked.checkout_id});
        return {.status = 201, .body = documents_.state(id, "requested")};
    }

    answer read(const call& asked) {
        auto found = store_.first(
            "SELECT shipment_id, order_id, checkout_id, items, shipping_address, status,"
            " created_at, updated_at FROM shipments WHERE shipment_id = ?1 AND NOT barred",
            {asked.subject}
        );
        if (!found) documents_.refuse_unknown(asked.subject);
        read_back(*found, "items");
        read_back(*found, "shipping_address");
        return {.status = 200, .body = *std::move(found)};
    }

    answer ledger(const call&) {
        auto body = *store_.first(
            "SELECT COUNT(*) FILTER (WHERE NOT barred) AS shipments,"
            " COUNT(*) FILTER (WHERE status = 'requested') AS requested,"
            " COUNT(*) FILTER (WHERE status = 'dispatched') AS dispatched,"
            " COUNT(*) FILTER (WHERE status = 'cancelled' AND NOT barred) AS cancelled,"
            " COUNT(*) FILTER (WHERE barred) AS barred FROM shipments"
        );
        body["duplicates"] = store_.number(
            "SELECT COUNT(*) FROM (SELECT 1 FROM shipments WHERE status <> 'cancelled'"
            " GROUP BY order_id HAVING COUNT(*) > 1)"
        );
        body["effects_repeated"] = effects_.repeated();
        return {.status = 200, .body = std::move(body)};
    }

    database& store_;
    effect_log& effects_;
    documents documents_;
};

}  // namespace

std::unique_ptr<backend> make_fulfillment(foundation base) {
    return std::make_unique<fulfillment>(base);
}

}  // namespace storefront
