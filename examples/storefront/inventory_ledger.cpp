#include "examples/storefront/inventory_ledger.hpp"

#include <boost/json.hpp>

namespace storefront {
namespace {
namespace json = boost::json;

json::object sums(database& store) {
    return *store.first(
        "SELECT COALESCE(SUM(initial), 0) AS stock_initial,"
        " (SELECT COALESCE(SUM(change), 0) FROM stock_adjustments) AS stock_added,"
        " COALESCE(SUM(initial), 0)"
        "   + (SELECT COALESCE(SUM(change), 0) FROM stock_adjustments) AS stock_total,"
        " COALESCE(SUM(available), 0) AS available,"
        " COALESCE(SUM(reserved), 0) AS reserved,"
        " COALESCE(SUM(sold), 0) AS sold FROM stock"
    );
}

json::object by_status(database& store) {
    return *store.first(
        "SELECT COUNT(*) FILTER (WHERE status = 'reserved') AS reserved,"
        " COUNT(*) FILTER (WHERE status = 'confirmed') AS confirmed,"
        " COUNT(*) FILTER (WHERE status = 'released' AND NOT barred) AS released,"
        " COUNT(*) FILTER (WHERE status = 'expired') AS expired,"
        " COUNT(*) FILTER (WHERE barred) AS barred FROM reservations"
    );
}

// Each counts what must not be; all are 0 in a sound inventory.
json::object violations(database& store, effect_log& effects) {
    auto found = *store.first(
        "WITH held AS ("
        "  SELECT sku, warehouse,"
        "   SUM(quantity * (status = 'reserved')) AS reserved,"
        "   SUM(quantity * (status = 'confirmed')) AS sold"
        "  FROM reservation_lines JOIN reservations USING (reservation_id)"
        "  GROUP BY sku, warehouse)"
        "SELECT COUNT(*) FILTER (WHERE stock.reserved <> COALESCE(held.reserved, 0))"
        "  AS shelves_reserved_unlike_reservations,"
        " COUNT(*) FILTER (WHERE stock.sold <> COALESCE(held.sold, 0))"
        "  AS shelves_sold_unlike_reservations,"
        " COUNT(*) FILTER (WHERE available < 0) AS shelves_oversold"
        " FROM stock LEFT JOIN held USING (sku, warehouse)"
    );
    found["reservations_without_lines"] = store.number(
        "SELECT COUNT(*) FROM reservations WHERE NOT barred AND NOT EXISTS"
        " (SELECT 1 FROM reservation_lines"
        "  WHERE reservation_lines.reservation_id = reservations.reservation_id)"
    );
    found["checkouts_with_several_live_reservations"] = store.number(
        "SELECT COUNT(*) FROM (SELECT 1 FROM reservations"
        " WHERE status IN ('reserved', 'confirmed') GROUP BY checkout_id HAVING COUNT(*) > 1)"
    );
    found["effects_repeated"] = effects.repeated();
    return found;
}

}  // namespace

answer inventory_ledger(database& store, effect_log& effects, std::string_view now) {
    auto body = sums(store);
    auto broken = violations(store, effects);
    const auto amount = [&](std::string_view name) { return body.at(name).as_int64(); };
    const bool balanced =
        amount("available") + amount("reserved") + amount("sold") == amount("stock_total")
        && broken.at("shelves_reserved_unlike_reservations").as_int64() == 0
        && broken.at("shelves_sold_unlike_reservations").as_int64() == 0
        && broken.at("reservations_without_lines").as_int64() == 0;
    body["reservations"] = by_status(store);
    body["violations"] = std::move(broken);
    body["balanced"] = balanced;
    body["at"] = now;
    return {.status = 200, .body = std::move(body)};
}

}  // namespace storefront
