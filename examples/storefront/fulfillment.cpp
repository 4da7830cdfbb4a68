#include <boost/json.hpp>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/fields.hpp"

namespace storefront {
namespace {
namespace json = boost::json;

// The warehouse's shipments: requested, and then dispatched or cancelled.
class fulfillment final : public backend {
public:
    explicit fulfillment(foundation base) : store_(base.store), effects_(base.effects) {
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
        add("POST /v1/shipments/{id}/cancel", key_use::required, &fulfillment::cancel);
        add("POST /v1/shipments/{id}/dispatch", key_use::optional, &fulfillment::dispatch);
        add("GET /v1/shipments/{id}", key_use::none, &fulfillment::read);
        add("GET /v1/ledger", key_use::none, &fulfillment::ledger);
    }

private:
    answer request(const call& asked) {
        const auto id = required_text(asked.body, "shipment_id");
        required_items(asked.body);
        if (const auto earlier = status_of(id); !earlier.empty()) refuse_taken(id, earlier);
        store_.run(
            "INSERT INTO shipments(shipment_id, order_id, checkout_id, items, shipping_address,"
            " status, created_at, updated_at) VALUES(?1, ?2, ?3, ?4, ?5, 'requested', ?6, ?6)",
            {id, required_text(asked.body, "order_id"), asked.checkout_id,
             kept_as_text(asked.body, "items"), kept_as_text(asked.body, "shipping_address"),
             asked.at}
        );
        effects_.record(asked, {"shipment_requested", id, asked.checkout_id});
        return {.status = 201, .body = state(id, "requested")};
    }

    answer cancel(const call& asked) {
        const auto status = status_of(asked.subject);
        if (status == "dispatched") {
            throw refusal(409, "already_shipped", asked.subject + " has left the warehouse");
        }
        if (status.empty()) bar(asked);
        if (status == "requested") change(asked, {"cancelled", "shipment_cancelled"});
        return {.status = 200, .body = state(asked.subject, "cancelled")};
    }

    // Remembers an undo that came before its do, which from now on is refused.
    void bar(const call& asked) {
        store_.run(
            "INSERT INTO shipments(shipment_id, order_id, checkout_id, items, shipping_address,"
            " status, barred, created_at, updated_at)"
            " VALUES(?1, '', ?2, '[]', 'null', 'cancelled', 1, ?3, ?3)",
            {asked.subject, asked.checkout_id, asked.at}
        );
        effects_.record(asked, {"barred", asked.subject, asked.checkout_id});
    }

    answer dispatch(const call& asked) {
        const auto status = status_of(asked.subject);
        if (status.empty()) refuse_unknown(asked.subject);
        if (status == "cancelled") {
            throw refusal(409, "already_cancelled", asked.subject + " was cancelled");
        }
        if (status == "requested") change(asked, {"dispatched", "shipment_dispatched"});
        return {.status = 200, .body = state(asked.subject, "dispatched")};
    }

    answer read(const call& asked) {
        auto found = store_.first(
            "SELECT shipment_id, order_id, checkout_id, items, shipping_address, status,"
            " created_at, updated_at FROM shipments WHERE shipment_id = ?1 AND NOT barred",
            {asked.subject}
        );
        if (!found) refuse_unknown(asked.subject);
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

    struct change_of_status {
        std::string_view status;
        std::string_view effect;
    };

    void change(const call& asked, const change_of_status& to) {
        store_.run(
            "UPDATE shipments SET status = ?2, updated_at = ?3 WHERE shipment_id = ?1",
            {asked.subject, to.status, asked.at}
        );
        std::string checkout_id;
        {
            auto whose = store_.select(
                "SELECT checkout_id FROM shipments WHERE shipment_id = ?1", {asked.subject}
            );
            if (whose.next()) checkout_id = whose.text(0);
        }
        effects_.record(asked, {to.effect, asked.subject, checkout_id});
    }

    // Empty when there is no such shipment.
    std::string status_of(std::string_view id) {
        auto found = store_.select("SELECT status FROM shipments WHERE shipment_id = ?1", {id});
        return found.next() ? found.text(0) : std::string{};
    }

    static json::object state(std::string_view id, std::string_view status) {
        return {{"shipment_id", id}, {"status", status}};
    }

    [[noreturn]] static void refuse_unknown(const std::string& id) {
        throw refusal(404, "unknown_shipment", "there is no shipment " + id);
    }

    [[noreturn]] static void refuse_taken(const std::string& id, std::string_view status) {
        if (status == "cancelled") {
            throw refusal(409, "undone", id + " was cancelled before and stays so");
        }
        throw refusal(409, "shipment_exists", id + " is in use under another key");
    }

    database& store_;
    effect_log& effects_;
};

}  // namespace

std::unique_ptr<backend> make_fulfillment(foundation base) {
    return std::make_unique<fulfillment>(base);
}

}  // namespace storefront
