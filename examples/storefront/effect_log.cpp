#include "examples/storefront/effect_log.hpp"

#include <boost/json.hpp>

namespace storefront {
namespace json = boost::json;

effect_log::effect_log(database& store) : store_(store) {
    store_.script(
        "CREATE TABLE IF NOT EXISTS effects("
        "  sequence INTEGER PRIMARY KEY,"
        "  checkout_id TEXT NOT NULL,"
        "  key TEXT NOT NULL,"  // of the call that caused it; empty for expiry
        "  effect TEXT NOT NULL,"
        "  subject TEXT NOT NULL,"
        "  at TEXT NOT NULL"
        ");"
        "CREATE INDEX IF NOT EXISTS effects_of_checkout ON effects(checkout_id);"
    );
}

void effect_log::record(const call& cause, const effect& had) {
    store_.run(
        "INSERT INTO effects(checkout_id, key, effect, subject, at) VALUES(?1, ?2, ?3, ?4, ?5)",
        {had.checkout_id, cause.key, had.name, had.subject, cause.at}
    );
}

void effect_log::add_routes(route_table& routes) {
    routes.add("GET /v1/effects", key_use::none, [this](const call& asked) {
        return asked.parameter("checkout_id").empty() ? summary() : of_checkout(asked);
    });
}

std::int64_t effect_log::repeated() {
    return store_.number(
        "SELECT COUNT(*) FROM"
        " (SELECT 1 FROM effects GROUP BY effect, subject HAVING COUNT(*) > 1)"
    );
}

answer effect_log::of_checkout(const call& asked) {
    const auto id = asked.parameter("checkout_id");
    auto effects = store_.list(
        "SELECT effect, subject, key, at FROM effects WHERE checkout_id = ?1 ORDER BY sequence",
        {id}
    );
    json::object count_by_key;
    auto counted = store_.select(
        "SELECT key, COUNT(*) FROM effects WHERE checkout_id = ?1 AND key <> '' GROUP BY key", {id}
    );
    while (counted.next()) {
        count_by_key[counted.text(0)] = counted.integer(1);
    }
    return {
        .status = 200,
        .body = {
            {"checkout_id", id},
            {"effects", std::move(effects)},
            {"count_by_key", std::move(count_by_key)}}};
}

answer effect_log::summary() {
    return {
        .status = 200,
        .body = {
            {"effects_total", store_.number("SELECT COUNT(*) FROM effects")},
            {"effects_repeated", repeated()}}};
}

}  // namespace storefront
