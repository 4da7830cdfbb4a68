#include <fmt/format.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/broken_rules.hpp"
#include "examples/storefront/fields.hpp"
#include "examples/storefront/inventory_ledger.hpp"
#include "examples/storefront/stock.hpp"

namespace storefront {
namespace {
namespace json = boost::json;

constexpr std::int64_t ttl_seconds_max = 86'400;
constexpr std::chrono::days never{365};              // for a broken rule
constexpr std::int64_t expired_per_batch_max = 500;  // the rest waits for the next batch

// Reservations of stock that end by themselves. A reservation is reserved until its expires_at by
// this service's clock; from that instant on it can no longer be confirmed, swept up or not.
class inventory final : public backend {
public:
    inventory(foundation base, const assortment& goods)
        : store_(base.store), effects_(base.effects), stock_(base.store, goods) {
        store_.script(
            "CREATE TABLE IF NOT EXISTS reservations("
            "  reservation_id TEXT PRIMARY KEY,"
            "  checkout_id TEXT NOT NULL,"
            "  status TEXT NOT NULL"
            "    CHECK(status IN ('reserved', 'confirmed', 'released', 'expired')),"
            "  barred INTEGER NOT NULL DEFAULT 0,"  // released before it was ever reserved
            "  expires_at TEXT,"
            "  created_at TEXT NOT NULL,"
            "  updated_at TEXT NOT NULL"
            ") WITHOUT ROWID;"
            "CREATE INDEX IF NOT EXISTS reservations_by_end ON reservations(expires_at)"
            " WHERE status = 'reserved';"
        );
    }

    void add_routes(route_table& routes) override {
        routes.add("POST /v1/reservations", key_use::required, [this](const call& asked) {
            return reserve(asked);
        });
        routes.add(
            "POST /v1/reservations/{id}/confirm", key_use::required,
            [this](const call& asked) { return confirm(asked); }
        );
        routes.add(
            "POST /v1/reservations/{id}/release", key_use::required,
            [this](const call& asked) { return release(asked); }
        );
        routes.add("GET /v1/reservations/{id}", key_use::none, [this](const call& asked) {
            return read(asked);
        });
        routes.add("GET /v1/stock/{sku}", key_use::none, [this](const call& asked) {
            return stock_.read(asked.subject);
        });
        routes.add("PUT /v1/stock/{sku}", key_use::optional, [this](const call& asked) {
            return stock_.set_available(asked);
        });
        routes.add("GET /v1/ledger", key_use::none, [this](const call& asked) {
            return inventory_ledger(store_, effects_, asked.at);
        });
    }

    void before_batch(const call& tick) override {
        std::vector<std::string> ended;
        {
            auto due = store_.select(
                "SELECT reservation_id FROM reservations"
                " WHERE status = 'reserved' AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2",
                {tick.at, expired_per_batch_max}
            );
            while (due.next()) {
                ended.push_back(due.text(0));
            }
        }
        for (const auto& id : ended) {
            expire_if_due(tick, id);
        }
    }

private:
    struct reservation {
        std::string status;
        std::string checkout_id;
        std::string expires_at;
        bool barred;
    };

    answer reserve(const call& asked) {
        const auto id = required_text(asked.body, "reservation_id");
        const auto checkout_id = required_text(asked.body, "checkout_id");
        const auto lines = required_items(asked.body);
        const auto ttl = required_integer(asked.body, "ttl_seconds", {1, ttl_seconds_max});
        if (const auto earlier = find(asked, id)) refuse_taken(id, *earlier);
        const auto expires_at = rfc3339(asked.now + std::chrono::seconds{ttl});
        const auto ends_at = is_broken(rule::expires) ? rfc3339(asked.now + never) : expires_at;
        store_.run(
            "INSERT INTO reservations"
            "(reservation_id, checkout_id, status, expires_at, created_at, updated_at)"
            " VALUES(?1, ?2, 'reserved', ?3, ?4, ?4)",
            {id, checkout_id, ends_at, asked.at}
        );
        for (const auto& each : lines) {
            stock_.hold(id, each);
        }
        effects_.record(asked, {"reserved", id, checkout_id});
        return {
            .status = 201,
            .body = {
                {"reservation_id", id},
                {"status", "reserved"},
                {"expires_at", is_broken(rule::expires_at) ? asked.at : expires_at}}};
    }

    answer confirm(const call& asked) {
        const auto found = find(asked, asked.subject);
        if (is_wrongly_confirmed(found)) return state(asked.subject, "confirmed");
        if (!found || found->barred) refuse_unknown(asked.subject);
        if (found->status == "expired") {
            throw refusal(
                410, "reservation_expired", "the reservation ended at " + found->expires_at
            );
        }
        if (found->status == "released") {
            throw refusal(409, "reservation_released", "the reservation was given back");
        }
        if (found->status == "reserved") {
            stock_.sell(asked.subject);
            set_status(asked, "confirmed");
            effects_.record(asked, {"confirmed", asked.subject, found->checkout_id});
        }
        return state(is_broken(rule::confirm_other) ? "res_other" : asked.subject, "confirmed");
    }

    answer release(const call& asked) {
        const auto found = find(asked, asked.subject);
        if (!found) return bar(asked);
        if (found->status == "confirmed" && !is_broken(rule::release_after_confirm)) {
            throw refusal(409, "already_confirmed", "the stock is sold and cannot be released");
        }
        if (found->status == "released" && is_broken(rule::twice)) {
            throw refusal(409, "already_released", "the reservation was given back");
        }
        if (is_broken(rule::takes_effect)) return state(asked.subject, "released");
        if (found->status == "reserved") {
            if (!is_broken(rule::returns_stock)) stock_.give_back(asked.subject);
            effects_.record(asked, {"released", asked.subject, found->checkout_id});
        }
        if (found->status != "released") set_status(asked, "released");
        return state(asked.subject, "released");
    }

    // Remembers an undo that came before its do, which from now on is refused.
    answer bar(const call& asked) {
        if (is_broken(rule::undo_never_seen)) refuse_unknown(asked.subject);
        if (is_broken(rule::late)) return state(asked.subject, "released");
        store_.run(
            "INSERT INTO reservations"
            "(reservation_id, checkout_id, status, barred, created_at, updated_at)"
            " VALUES(?1, ?2, 'released', 1, ?3, ?3)",
            {asked.subject, asked.checkout_id, asked.at}
        );
        effects_.record(asked, {"barred", asked.subject, asked.checkout_id});
        return state(asked.subject, "released");
    }

    answer read(const call& asked) {
        auto found = store_.first(
            "SELECT reservation_id, checkout_id,"
            " CASE WHEN status = 'reserved' AND expires_at <= ?2 THEN 'expired' ELSE status END"
            " AS status, expires_at, created_at, updated_at"
            " FROM reservations WHERE reservation_id = ?1",
            {asked.subject, asked.at}
        );
        if (!found && is_broken(rule::read_never_seen)) return {.status = 200, .body = {}};
        if (!found) refuse_unknown(asked.subject);
        if (is_broken(rule::read_status) && found->at("status") == "confirmed") {
            found->at("status") = "sold";
        }
        found->emplace(
            "lines", store_.list(
                         "SELECT sku, warehouse, quantity FROM reservation_lines"
                         " WHERE reservation_id = ?1",
                         {asked.subject}
                     )
        );
        return {.status = 200, .body = *std::move(found)};
    }

    // The reservation as it is at the call's instant: expired when its time is over.
    std::optional<reservation> find(const call& asked, std::string_view id) {
        expire_if_due(asked, id);
        auto found = store_.select(
            "SELECT status, checkout_id, expires_at, barred FROM reservations"
            " WHERE reservation_id = ?1",
            {id}
        );
        if (!found.next()) return std::nullopt;
        return reservation{found.text(0), found.text(1), found.text(2), found.integer(3) != 0};
    }

    void expire_if_due(const call& cause, std::string_view id) {
        const auto ended = store_.run(
            "UPDATE reservations SET status = 'expired', updated_at = ?2"
            " WHERE reservation_id = ?1 AND status = 'reserved' AND expires_at <= ?2",
            {id, cause.at}
        );
        if (ended == 0) return;
        if (!is_broken(rule::expiry_returns_stock)) stock_.give_back(id);
        auto whose =
            store_.select("SELECT checkout_id FROM reservations WHERE reservation_id = ?1", {id});
        whose.next();
        // Time did it, not the key of the call that happened to notice.
        call nobody;
        nobody.at = cause.at;
        effects_.record(nobody, {"expired", id, whose.text(0)});
    }

    void set_status(const call& asked, std::string_view status) {
        store_.run(
            "UPDATE reservations SET status = ?2, updated_at = ?3 WHERE reservation_id = ?1",
            {asked.subject, status, asked.at}
        );
    }

    // What confirm takes for confirmed although it must not, by the rules that are broken.
    static bool is_wrongly_confirmed(const std::optional<reservation>& found) {
        if (!found) return is_broken(rule::confirm_never_seen);
        if (found->barred) return false;
        return (found->status == "expired" && is_broken(rule::confirm_after_expiry))
               || (found->status == "released" && is_broken(rule::confirm_after_release));
    }

    [[noreturn]] static void refuse_unknown(const std::string& id) {
        throw refusal(404, "unknown_reservation", "nothing was reserved as " + id);
    }

    [[noreturn]] static void refuse_taken(const std::string& id, const reservation& earlier) {
        const bool undone = earlier.status == "released" || earlier.status == "expired";
        if (undone) throw refusal(409, "undone", id + " was released before and stays so");
        throw refusal(409, "reservation_exists", id + " is in use under another key");
    }

    static answer state(std::string_view id, std::string_view status) {
        return {.status = 200, .body = {{"reservation_id", id}, {"status", status}}};
    }

    database& store_;
    effect_log& effects_;
    stock stock_;
};

}  // namespace

std::unique_ptr<backend> make_inventory(foundation base, const assortment& goods) {
    return std::make_unique<inventory>(base, goods);
}

}  // namespace storefront
