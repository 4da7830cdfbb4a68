#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

#include "examples/storefront/assortment.hpp"
#include "examples/storefront/backend.hpp"
#include "examples/storefront/broken_rules.hpp"
#include "examples/storefront/fields.hpp"

namespace storefront {
namespace {
namespace json = boost::json;

constexpr std::int64_t price_max = 100'000'000;  // in minor units
constexpr std::array<std::string_view, 3> currencies{"USD", "EUR", "GBP"};

std::string required_currency(const json::object& body) {
    auto currency = required_text(body, "currency");
    for (const auto each : currencies) {
        if (each == currency) return currency;
    }
    throw refusal(
        422, "unsupported_currency", fmt::format("prices are in USD, EUR and GBP, not {}", currency)
    );
}

// What is sold and for how much. A quote is computed fresh from the prices as they are.
class catalog final : public backend {
public:
    catalog(foundation base, const assortment& goods) : store_(base.store) {
        store_.script(
            "CREATE TABLE IF NOT EXISTS products("
            "  number INTEGER PRIMARY KEY,"
            "  sku TEXT NOT NULL UNIQUE,"
            "  name TEXT NOT NULL,"
            "  category TEXT NOT NULL"
            ");"
            "CREATE TABLE IF NOT EXISTS prices("
            "  sku TEXT NOT NULL,"
            "  currency TEXT NOT NULL,"
            "  unit_price INTEGER NOT NULL CHECK(unit_price >= 0),"
            "  PRIMARY KEY(sku, currency)"
            ") WITHOUT ROWID"
        );
        fill(goods);
    }

    void add_routes(route_table& routes) override {
        routes.add("GET /v1/skus/{sku}", key_use::none, [this](const call& asked) {
            return read(asked.subject);
        });
        routes.add("GET /v1/skus", key_use::none, [this](const call& asked) {
            return list(asked);
        });
        routes.add("POST /v1/quotes", key_use::none, [this](const call& asked) {
            return quote(asked);
        });
        routes.add("PUT /v1/skus/{sku}/price", key_use::optional, [this](const call& asked) {
            return change_price(asked);
        });
    }

private:
    void fill(const assortment& goods) {
        store_.begin();
        if (store_.number("SELECT COUNT(*) FROM products") == 0) {
            for (std::int64_t number = 1; number <= goods.skus; ++number) {
                add(number, product_of(goods.seed, number));
            }
        }
        store_.commit();
    }

    void add(std::int64_t number, const product& made) {
        store_.run(
            "INSERT INTO products(number, sku, name, category) VALUES(?1, ?2, ?3, ?4)",
            {number, made.sku, made.name, made.category}
        );
        store_.run(
            "INSERT INTO prices(sku, currency, unit_price)"
            " VALUES(?1, 'USD', ?2), (?1, 'EUR', ?3), (?1, 'GBP', ?4)",
            {made.sku, made.price_usd, made.price_eur, made.price_gbp}
        );
    }

    answer read(std::string_view sku) {
        auto found = store_.first("SELECT sku, name, category FROM products WHERE sku = ?1", {sku});
        if (!found) refuse_unknown(404, sku);
        found->emplace("prices", prices_of(sku));
        return {.status = 200, .body = *std::move(found)};
    }

    answer list(const call& asked) {
        const auto limit = page_size(asked);
        const auto after = asked.parameter("after");
        if (!after.empty()) read(after);  // refuses an unknown one
        auto items = store_.list(
            "SELECT sku, name, category FROM products"
            " WHERE (?1 = '' OR category = ?1)"
            " AND number > COALESCE((SELECT number FROM products WHERE sku = ?2), 0)"
            " ORDER BY number LIMIT ?3",
            {asked.parameter("category"), after, limit}
        );
        json::object body;
        for (auto& item : items) {
            auto& members = item.get_object();
            members.emplace("prices", prices_of(std::string{members.at("sku").as_string()}));
        }
        if (static_cast<std::int64_t>(items.size()) == limit) {
            body["next_after"] = items.back().get_object().at("sku");
        }
        body["items"] = std::move(items);
        return {.status = 200, .body = std::move(body)};
    }

    answer quote(const call& asked) {
        required_text(asked.body, "customer_id");
        const auto currency = required_currency(asked.body);
        json::array items;
        std::int64_t total = 0;
        for (const auto& each : required_items(asked.body)) {
            const auto price = price_of(each.sku, currency);
            const auto amount = price * each.quantity;
            total += amount;
            items.push_back(json::object{
                {"sku", each.sku},
                {"quantity", each.quantity},
                {"unit_price", price},
                {"amount", amount}});
        }
        return {
            .status = 200,
            .body = {{"items", std::move(items)}, {"total", total}, {"currency", currency}}};
    }

    answer change_price(const call& asked) {
        const auto currency = required_currency(asked.body);
        const auto price = required_integer(asked.body, "unit_price", {0, price_max});
        const auto changed = store_.run(
            "UPDATE prices SET unit_price = ?3 WHERE sku = ?1 AND currency = ?2",
            {asked.subject, currency, price}
        );
        if (changed == 0) refuse_unknown(404, asked.subject);
        return read(asked.subject);
    }

    std::int64_t price_of(std::string_view sku, std::string_view currency) {
        auto found = store_.select(
            "SELECT unit_price FROM prices WHERE sku = ?1 AND currency = ?2", {sku, currency}
        );
        const bool is_sold = found.next();
        if (!is_sold && is_broken(rule::unknown_sku)) return 0;
        if (!is_sold) refuse_unknown(422, sku);
        return found.integer(0);
    }

    json::object prices_of(std::string_view sku) {
        json::object prices;
        auto found = store_.select(
            "SELECT currency, unit_price FROM prices WHERE sku = ?1 ORDER BY currency DESC", {sku}
        );
        while (found.next()) {
            prices[found.text(0)] = found.integer(1);
        }
        return prices;
    }

    [[noreturn]] static void refuse_unknown(unsigned status, std::string_view sku) {
        throw refusal(
            status, "unknown_sku", fmt::format("the catalog has no {}", sku), {{"sku", sku}}
        );
    }

    database& store_;
};

}  // namespace

std::unique_ptr<backend> make_catalog(foundation base, const assortment& goods) {
    return std::make_unique<catalog>(base, goods);
}

}  // namespace storefront
