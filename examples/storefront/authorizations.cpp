#include "examples/storefront/authorizations.hpp"

#include <boost/json.hpp>

namespace storefront {
namespace json = boost::json;

authorizations::authorizations(database& store) : store_(store) {
    store_.script(
        "CREATE TABLE IF NOT EXISTS authorizations("
        "  authorization_id TEXT PRIMARY KEY,"
        "  checkout_id TEXT NOT NULL,"
        "  customer_id TEXT NOT NULL,"
        "  amount INTEGER NOT NULL CHECK(amount >= 0),"
        "  currency TEXT NOT NULL,"
        "  method TEXT NOT NULL,"
        "  token TEXT NOT NULL,"
        "  status TEXT NOT NULL CHECK(status IN"
        "    ('authorized', 'pending_action', 'declined', 'voided', 'captured', 'refunded')),"
        "  action_url TEXT,"
        "  action_expires_at TEXT,"
        "  authorized_at TEXT,"  // NULL: never held any money
        "  barred INTEGER NOT NULL DEFAULT 0,"
        "  created_at TEXT NOT NULL,"
        "  updated_at TEXT NOT NULL"
        ") WITHOUT ROWID;"
        "CREATE INDEX IF NOT EXISTS authorizations_of_gift_cards"
        " ON authorizations(token, customer_id) WHERE token >= 'tok_gift_' AND token < 'tok_gift`';"
        "CREATE TABLE IF NOT EXISTS movements("
        "  sequence INTEGER PRIMARY KEY,"
        "  authorization_id TEXT NOT NULL,"
        "  kind TEXT NOT NULL CHECK(kind IN ('authorize', 'void', 'capture', 'refund')),"
        "  amount INTEGER NOT NULL,"
        "  at TEXT NOT NULL"
        ");"
    );
}

std::optional<authorization> authorizations::find(std::string_view id) {
    auto found = store_.select(
        "SELECT authorization_id, checkout_id, customer_id, amount, currency, method, token, "
        "status,"
        " action_url, action_expires_at, barred FROM authorizations WHERE authorization_id = ?1",
        {id}
    );
    if (!found.next()) return std::nullopt;
    return authorization{
        .id = found.text(0),
        .checkout_id = found.text(1),
        .customer_id = found.text(2),
        .amount = found.integer(3),
        .currency = found.text(4),
        .method = found.text(5),
        .token = found.text(6),
        .status = found.text(7),
        .action_url = found.text(8),
        .action_expires_at = found.text(9),
        .barred = found.integer(10) != 0};
}

void authorizations::add(const call& cause, const authorization& fresh) {
    store_.run(
        "INSERT INTO authorizations(authorization_id, checkout_id, customer_id, amount, currency,"
        " method, token, status, action_url, action_expires_at, authorized_at, barred,"
        " created_at, updated_at)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULLIF(?9, ''), NULLIF(?10, ''),"
        " CASE WHEN ?8 = 'authorized' THEN ?12 END, ?11, ?12, ?12)",
        {fresh.id, fresh.checkout_id, fresh.customer_id, fresh.amount, fresh.currency, fresh.method,
         fresh.token, fresh.status, fresh.action_url, fresh.action_expires_at,
         std::int64_t{fresh.barred ? 1 : 0}, cause.at}
    );
}

void authorizations::set_status(
    const call& cause, const authorization& changed, std::string_view status
) {
    store_.run(
        "UPDATE authorizations SET status = ?2, updated_at = ?3,"
        " authorized_at = CASE WHEN ?2 = 'authorized' THEN ?3 ELSE authorized_at END"
        " WHERE authorization_id = ?1",
        {changed.id, status, cause.at}
    );
}

void authorizations::move_money(
    const call& cause, const authorization& whose, std::string_view kind
) {
    store_.run(
        "INSERT INTO movements(authorization_id, kind, amount, at) VALUES(?1, ?2, ?3, ?4)",
        {whose.id, kind, whose.amount, cause.at}
    );
}

std::int64_t authorizations::spent(std::string_view customer_id, std::string_view token) {
    // The bounds repeat the partial index's condition, without which SQLite would not use it.
    return store_.number(
        "SELECT SUM(amount) FROM authorizations WHERE token = ?1 AND customer_id = ?2"
        " AND token >= 'tok_gift_' AND token < 'tok_gift`' AND status IN ('authorized', "
        "'captured')",
        {token, customer_id}
    );
}

std::optional<json::object> authorizations::as_json(std::string_view id) {
    return store_.first(
        "SELECT authorization_id, checkout_id, customer_id, amount, currency, method, token, "
        "status,"
        " created_at, updated_at FROM authorizations WHERE authorization_id = ?1",
        {id}
    );
}

json::object authorizations::ledger() {
    auto body = sums();
    const auto amount = [&](std::string_view name) { return body.at(name).as_int64(); };
    const auto accounted = amount("captured") + amount("voided") + amount("pending");
    body["balanced"] = amount("authorized_total") == accounted
                       && amount("refunded") <= amount("captured") && movements_agree(body);
    body["duplicates"] = store_.number(
        "SELECT COUNT(DISTINCT checkout_id) FROM (SELECT checkout_id FROM authorizations"
        " WHERE status IN ('authorized', 'captured')"
        " GROUP BY checkout_id, method, token HAVING COUNT(*) > 1)"
    );
    body["counts"] = *store_.first(
        "SELECT COUNT(*) FILTER (WHERE NOT barred) AS authorizations,"
        " COUNT(*) FILTER (WHERE status = 'authorized') AS authorized,"
        " COUNT(*) FILTER (WHERE status = 'pending_action') AS pending_action,"
        " COUNT(*) FILTER (WHERE status = 'declined') AS declined,"
        " COUNT(*) FILTER (WHERE status = 'voided' AND NOT barred) AS voided,"
        " COUNT(*) FILTER (WHERE status = 'captured') AS captured,"
        " COUNT(*) FILTER (WHERE status = 'refunded') AS refunded,"
        " COUNT(*) FILTER (WHERE barred) AS barred FROM authorizations"
    );
    return body;
}

json::object authorizations::sums() {
    return *store_.first(
        "SELECT COALESCE(SUM(amount) FILTER (WHERE authorized_at IS NOT NULL), 0)"
        "  AS authorized_total,"
        " COALESCE(SUM(amount) FILTER (WHERE status IN ('captured', 'refunded')), 0) AS captured,"
        " COALESCE(SUM(amount) FILTER (WHERE status = 'voided' AND authorized_at IS NOT NULL), 0)"
        "  AS voided,"
        " COALESCE(SUM(amount) FILTER (WHERE status = 'authorized'), 0) AS pending,"
        " COALESCE(SUM(amount) FILTER (WHERE status = 'refunded'), 0) AS refunded,"
        " COALESCE(SUM(amount) FILTER (WHERE status = 'pending_action'), 0) AS awaiting_customer"
        " FROM authorizations"
    );
}

bool authorizations::movements_agree(const json::object& sums_by_status) {
    const auto moved = *store_.first(
        "SELECT COALESCE(SUM(amount) FILTER (WHERE kind = 'authorize'), 0) AS authorized_total,"
        " COALESCE(SUM(amount) FILTER (WHERE kind = 'void'), 0) AS voided,"
        " COALESCE(SUM(amount) FILTER (WHERE kind = 'capture'), 0) AS captured,"
        " COALESCE(SUM(amount) FILTER (WHERE kind = 'refund'), 0) AS refunded FROM movements"
    );
    for (const auto& each : moved) {
        if (sums_by_status.at(each.key()) != each.value()) return false;
    }
    return true;
}

}  // namespace storefront
