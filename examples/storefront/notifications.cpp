#include <fmt/format.h>

#include <boost/json.hpp>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/fields.hpp"

namespace storefront {
namespace {
namespace json = boost::json;

constexpr std::int64_t listed_max = 500;

// The messages that customers would be sent. One key is one message.
class notifications final : public backend {
public:
    explicit notifications(foundation base) : store_(base.store), effects_(base.effects) {
        store_.script(
            "CREATE TABLE IF NOT EXISTS notifications("
            "  sequence INTEGER PRIMARY KEY,"
            "  customer_id TEXT NOT NULL,"
            "  kind TEXT NOT NULL,"
            "  checkout_id TEXT NOT NULL,"
            "  data TEXT NOT NULL,"
            "  at TEXT NOT NULL"
            ");"
            "CREATE INDEX IF NOT EXISTS notifications_of_customer ON notifications(customer_id);"
            "CREATE INDEX IF NOT EXISTS notifications_of_checkout ON notifications(checkout_id);"
        );
    }

    void add_routes(route_table& routes) override {
        routes.add("POST /v1/notifications", key_use::required, [this](const call& asked) {
            return send(asked);
        });
        routes.add("GET /v1/notifications", key_use::none, [this](const call& asked) {
            return list(asked);
        });
        routes.add("GET /v1/ledger", key_use::none, [this](const call&) { return ledger(); });
    }

private:
    answer send(const call& asked) {
        const auto kind = required_text(asked.body, "kind");
        store_.run(
            "INSERT INTO notifications(customer_id, kind, checkout_id, data, at)"
            " VALUES(?1, ?2, ?3, ?4, ?5)",
            {required_text(asked.body, "customer_id"), kind,
             required_text(asked.body, "checkout_id"), kept_as_text(asked.body, "data"), asked.at}
        );
        const auto id =
            fmt::format("ntf_{}", store_.number("SELECT MAX(sequence) FROM notifications"));
        effects_.record(asked, {"notified_" + kind, id, asked.checkout_id});
        return {.status = 201, .body = {{"notification_id", id}}};
    }

    answer list(const call& asked) {
        auto found = store_.list(
            "SELECT 'ntf_' || sequence AS notification_id, customer_id, kind, checkout_id, data, at"
            " FROM notifications WHERE (?1 = '' OR customer_id = ?1)"
            " AND (?2 = '' OR checkout_id = ?2) ORDER BY sequence DESC LIMIT ?3",
            {asked.parameter("customer_id"), asked.parameter("checkout_id"), listed_max}
        );
        for (auto& each : found) {
            read_back(each.get_object(), "data");
        }
        return {.status = 200, .body = {{"items", std::move(found)}}};
    }

    answer ledger() {
        return {
            .status = 200,
            .body = {
                {"notifications", store_.number("SELECT COUNT(*) FROM notifications")},
                {"duplicates", store_.number("SELECT COUNT(*) FROM (SELECT 1 FROM notifications"
                                             " GROUP BY checkout_id, kind HAVING COUNT(*) > 1)")},
                {"effects_repeated", effects_.repeated()}}};
    }

    database& store_;
    effect_log& effects_;
};

}  // namespace

std::unique_ptr<backend> make_notifications(foundation base) {
    return std::make_unique<notifications>(base);
}

}  // namespace storefront
