#include "examples/storefront/stock.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "examples/storefront/assortment.hpp"
#include "examples/storefront/broken_rules.hpp"

namespace storefront {
namespace {

constexpr std::int64_t available_max = 1'000'000'000;
constexpr std::int64_t shortages_per_wrong_sale = 10;

}  // namespace

stock::stock(database& store, const assortment& goods) : store_(store) {
    store_.script(
        "CREATE TABLE IF NOT EXISTS stock("
        "  sku TEXT NOT NULL,"
        "  warehouse TEXT NOT NULL,"
        "  initial INTEGER NOT NULL CHECK(initial >= 0),"
        // The checks are the last line of defence against selling what is not there.
        "  available INTEGER NOT NULL CHECK(available >= 0),"
        "  reserved INTEGER NOT NULL DEFAULT 0 CHECK(reserved >= 0),"
        "  sold INTEGER NOT NULL DEFAULT 0 CHECK(sold >= 0),"
        "  PRIMARY KEY(sku, warehouse)"
        ") WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS stock_adjustments("
        "  sequence INTEGER PRIMARY KEY,"
        "  sku TEXT NOT NULL,"
        "  warehouse TEXT NOT NULL,"
        "  change INTEGER NOT NULL,"
        "  at TEXT NOT NULL"
        ");"
        "CREATE TABLE IF NOT EXISTS reservation_lines("
        "  reservation_id TEXT NOT NULL,"
        "  sku TEXT NOT NULL,"
        "  warehouse TEXT NOT NULL,"
        "  quantity INTEGER NOT NULL CHECK(quantity > 0),"
        "  PRIMARY KEY(reservation_id, sku, warehouse)"
        ") WITHOUT ROWID;"
    );
    fill(goods);
}

void stock::fill(const assortment& goods) {
    store_.begin();
    if (store_.number("SELECT COUNT(*) FROM stock") == 0) {
        for (std::int64_t number = 1; number <= goods.skus; ++number) {
            for (std::size_t warehouse = 0; warehouse < warehouses.size(); ++warehouse) {
                store_.run(
                    "INSERT INTO stock(sku, warehouse, initial, available) VALUES(?1, ?2, ?3, ?3)",
                    {sku_of(number), warehouses[warehouse],
                     stock_of(goods.seed, number, warehouse, goods.stock_per_sku)}
                );
            }
        }
    }
    store_.commit();
}

void stock::hold(std::string_view reservation_id, const line& wanted) {
    auto missing = wanted.quantity;
    for (const auto& fullest : shelves_with(wanted.sku)) {
        const auto part = std::min(missing, fullest.available);
        if (part == 0) break;
        take(reservation_id, {wanted.sku, part}, fullest.warehouse);
        missing -= part;
    }
    if (missing == 0 || is_let_through(wanted)) return;
    throw refusal(
        409, is_broken(rule::insufficient_stock) ? "out_of_stock" : "insufficient_stock",
        fmt::format(
            "{} of {} are available, {} are wanted", wanted.quantity - missing, wanted.sku,
            wanted.quantity
        ),
        {{"sku", wanted.sku}, {"available", wanted.quantity - missing}}
    );
}

// Short of pieces and held nevertheless, by the rules that are broken.
bool stock::is_let_through(const line& wanted) {
    if (is_broken(rule::last_item) && ++shortages_ % shortages_per_wrong_sale == 0) return true;
    return is_broken(rule::unknown_sku)
           && store_.number("SELECT COUNT(*) FROM stock WHERE sku = ?1", {wanted.sku}) == 0;
}

void stock::give_back(std::string_view reservation_id) {
    store_.run(
        "UPDATE stock SET available = available + held.quantity, reserved = reserved - "
        "held.quantity"
        " FROM (SELECT sku, warehouse, quantity FROM reservation_lines"
        "       WHERE reservation_id = ?1) AS held"
        " WHERE stock.sku = held.sku AND stock.warehouse = held.warehouse",
        {reservation_id}
    );
}

void stock::sell(std::string_view reservation_id) {
    store_.run(
        "UPDATE stock SET sold = sold + held.quantity, reserved = reserved - held.quantity"
        " FROM (SELECT sku, warehouse, quantity FROM reservation_lines"
        "       WHERE reservation_id = ?1) AS held"
        " WHERE stock.sku = held.sku AND stock.warehouse = held.warehouse",
        {reservation_id}
    );
}

answer stock::read(std::string_view sku) {
    auto shelves = store_.list(
        "SELECT warehouse, available, reserved, sold FROM stock WHERE sku = ?1 ORDER BY warehouse",
        {sku}
    );
    if (shelves.empty()) {
        throw refusal(
            404, "unknown_sku", fmt::format("no warehouse knows {}", sku), {{"sku", sku}}
        );
    }
    auto sums = store_.first(
        "SELECT sku, SUM(available) AS available, SUM(reserved) AS reserved, SUM(sold) AS sold"
        " FROM stock WHERE sku = ?1",
        {sku}
    );
    sums->emplace("warehouses", std::move(shelves));
    return {.status = 200, .body = *std::move(sums)};
}

answer stock::set_available(const call& asked) {
    const auto warehouse = optional_text(asked.body, "warehouse", warehouses.front());
    const auto quantity = required_integer(asked.body, "quantity", {0, available_max});
    const auto before = store_.number(
        "SELECT available FROM stock WHERE sku = ?1 AND warehouse = ?2", {asked.subject, warehouse}
    );
    store_.run(
        "INSERT INTO stock(sku, warehouse, initial, available) VALUES(?1, ?2, 0, ?3)"
        " ON CONFLICT(sku, warehouse) DO UPDATE SET available = excluded.available",
        {asked.subject, warehouse, quantity}
    );
    store_.run(
        "INSERT INTO stock_adjustments(sku, warehouse, change, at) VALUES(?1, ?2, ?3, ?4)",
        {asked.subject, warehouse, quantity - before, asked.at}
    );
    return read(asked.subject);
}

std::vector<stock::shelf> stock::shelves_with(std::string_view sku) {
    std::vector<shelf> shelves;
    // The fullest first: a line is split only when no warehouse can serve it alone.
    auto found = store_.select(
        "SELECT warehouse, available FROM stock WHERE sku = ?1 AND available > 0"
        " ORDER BY available DESC, warehouse",
        {sku}
    );
    while (found.next()) {
        shelves.push_back({found.text(0), found.integer(1)});
    }
    return shelves;
}

void stock::take(std::string_view reservation_id, const line& part, std::string_view warehouse) {
    const auto taken = store_.run(
        "UPDATE stock SET available = available - ?3, reserved = reserved + ?3"
        " WHERE sku = ?1 AND warehouse = ?2 AND available >= ?3",
        {part.sku, warehouse, part.quantity}
    );
    if (taken != 1) throw database_error("stock changed inside a transaction");
    store_.run(
        "INSERT INTO reservation_lines(reservation_id, sku, warehouse, quantity)"
        " VALUES(?1, ?2, ?3, ?4)",
        {reservation_id, part.sku, warehouse, part.quantity}
    );
}

}  // namespace storefront
