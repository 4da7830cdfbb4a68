#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/checkout_event.hpp"
#include "examples/storefront/fields.hpp"

namespace storefront {
namespace {
namespace json = boost::json;

constexpr std::int64_t none = -1;

// What the shop shows of an order while it is on its way: one row for each checkout, folded from
// the engine's events and nothing else, so that it can be thrown away and made anew from the topic.
// A saga's events count by their place in its journal: the latest says how it stands, whatever the
// order in which they come.
class order_views final : public backend {
public:
    explicit order_views(foundation base) : store_(base.store) {
        store_.script(
            "CREATE TABLE IF NOT EXISTS order_views("
            "  checkout_id TEXT PRIMARY KEY,"
            "  customer_id TEXT NOT NULL,"
            // What the checkout says of itself, as of the entry `sequence` of its journal.
            "  status TEXT,"
            "  order_id TEXT,"
            "  amount INTEGER,"
            "  currency TEXT,"
            "  reason_code TEXT,"
            "  sequence INTEGER NOT NULL DEFAULT 0,"
            // What its fulfilment said last: `shipment_requested`, or whatever comes one day.
            "  fulfilment TEXT,"
            "  fulfilment_id TEXT,"
            "  fulfilment_sequence INTEGER NOT NULL DEFAULT 0,"
            "  updated_at TEXT NOT NULL"
            ") WITHOUT ROWID;"
            "CREATE INDEX IF NOT EXISTS order_views_of_customer ON order_views(customer_id);"
            "CREATE TABLE IF NOT EXISTS order_view_times("
            "  checkout_id TEXT NOT NULL,"
            "  type TEXT NOT NULL,"
            "  at TEXT NOT NULL,"  // of the latest, when it happened more than once
            "  PRIMARY KEY(checkout_id, type)"
            ") WITHOUT ROWID;"
        );
    }

    void add_routes(route_table& routes) override {
        routes.add("GET /v1/order-views/{id}", key_use::none, [this](const call& asked) {
            return read(asked);
        });
        routes.add("GET /v1/order-views", key_use::none, [this](const call& asked) {
            return list(asked);
        });
        routes.add("GET /v1/ledger", key_use::none, [this](const call&) { return ledger(); });
    }

    void told(const checkout_event& news, const call&) override {
        note_time(news);
        if (news.saga() == "checkout") fold_checkout(news);
        if (news.saga() == "fulfilment") fold_fulfilment(news);
    }

private:
    void note_time(const checkout_event& news) {
        store_.run(
            "INSERT INTO order_views(checkout_id, customer_id, updated_at) VALUES(?1, ?2, ?3)"
            " ON CONFLICT DO UPDATE SET updated_at = MAX(updated_at, excluded.updated_at)",
            {news.checkout_id, news.customer_id, news.at}
        );
        store_.run(
            "INSERT INTO order_view_times(checkout_id, type, at) VALUES(?1, ?2, ?3)"
            " ON CONFLICT DO UPDATE SET at = MAX(at, excluded.at)",
            {news.checkout_id, news.type, news.at}
        );
    }

    void fold_checkout(const checkout_event& news) {
        store_.run(
            "UPDATE order_views SET status = NULLIF(?3, ''), order_id = NULLIF(?4, ''),"
            " amount = NULLIF(?5, ?8), currency = NULLIF(?6, ''), reason_code = NULLIF(?7, ''),"
            " sequence = ?2 WHERE checkout_id = ?1 AND sequence <= ?2",
            {news.checkout_id, news.sequence, news.text("status"), news.text("order_id"),
             news.integer_in("total", "amount", none), news.text_in("total", "currency"),
             news.text_in("reason", "code"), none}
        );
    }

    void fold_fulfilment(const checkout_event& news) {
        store_.run(
            "UPDATE order_views SET fulfilment = ?3, fulfilment_id = NULLIF(?4, ''),"
            " fulfilment_sequence = ?2 WHERE checkout_id = ?1 AND fulfilment_sequence <= ?2",
            {news.checkout_id, news.sequence, news.word(), news.text("fulfilment_id")}
        );
    }

    answer read(const call& asked) {
        auto found =
            store_.first("SELECT * FROM order_views WHERE checkout_id = ?1", {asked.subject});
        if (!found) {
            throw refusal(
                404, "unknown_order_view",
                fmt::format("no event of checkout {} has come so far", asked.subject)
            );
        }
        complete(*found);
        return {.status = 200, .body = *std::move(found)};
    }

    answer list(const call& asked) {
        const auto customer = asked.parameter("customer_id");
        if (customer.empty()) refuse_field("customer_id", "given in the query");
        auto found = store_.list(
            "SELECT * FROM order_views WHERE customer_id = ?1 ORDER BY checkout_id DESC LIMIT ?2",
            {customer, page_size(asked)}
        );
        for (auto& each : found) {
            complete(each.get_object());
        }
        return {.status = 200, .body = {{"items", std::move(found)}}};
    }

    // The row as it is shown: with its total as the checkout API has it, and with its times.
    void complete(json::object& row) {
        if (const auto* amount = row.if_contains("amount")) {
            row["total"] = {{"amount", *amount}, {"currency", row.at("currency")}};
        }
        row.erase("amount");
        row.erase("currency");
        json::object times;
        auto found = store_.select(
            "SELECT type, at FROM order_view_times WHERE checkout_id = ?1 ORDER BY at, type",
            {row.at("checkout_id").as_string()}
        );
        while (found.next()) {
            times[found.text(0)] = found.text(1);
        }
        row["times"] = std::move(times);
    }

    answer ledger() {
        json::object by_status;
        auto found = store_.select("SELECT status, COUNT(*) FROM order_views GROUP BY status");
        while (found.next()) {
            by_status[found.text(0)] = found.integer(1);
        }
        return {
            .status = 200,
            .body = {
                {"views", store_.number("SELECT COUNT(*) FROM order_views")},
                {"by_status", std::move(by_status)}}};
    }

    database& store_;
};

}  // namespace

std::unique_ptr<backend> make_order_views(foundation base) {
    return std::make_unique<order_views>(base);
}

}  // namespace storefront
