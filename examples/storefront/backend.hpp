#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "examples/storefront/behaviour.hpp"
#include "examples/storefront/checkout_event.hpp"
#include "examples/storefront/database.hpp"
#include "examples/storefront/effect_log.hpp"
#include "examples/storefront/route_table.hpp"

namespace storefront {

// What one service knows of its trade; `service` gives it a port, a transaction and the
// once-per-key rule. Every member is called on the service's thread; handlers, before_batch
// and told inside a transaction.
class backend {
public:
    virtual ~backend() = default;

    virtual void add_routes(route_table& routes) = 0;
    // What time alone changes, such as the end of a reservation. `tick` is no request: it carries
    // only the time, so that effects can be recorded as caused by nobody.
    virtual void before_batch(const call& tick);
    // The misbehaviour that the call itself asks for (a payment token), if no rule took it already.
    virtual std::optional<treatment> asked_for(const call& arrived);
    // What the engine says on Kafka, each event once, if the service is fed with events. `cause` is
    // no request: it carries the time, the event's id as its key, and the checkout.
    virtual void told(const checkout_event& news, const call& cause);
};

// What every backend is built on; both outlive it.
struct foundation {
    database& store;
    effect_log& effects;
};

// What the generated catalog and stock look like. Only read when a data folder is first filled.
struct assortment {
    std::int64_t seed = 1;
    std::int64_t skus = 10'000;
    std::int64_t stock_per_sku = 3'000;  // about, over all warehouses
};

struct payment_delays {
    std::chrono::milliseconds slow{1'500};   // tok_slow
    std::chrono::milliseconds hang{30'000};  // tok_never_answers
};

std::unique_ptr<backend> make_cart(foundation base);
std::unique_ptr<backend> make_catalog(foundation base, const assortment& goods);
std::unique_ptr<backend> make_inventory(foundation base, const assortment& goods);
std::unique_ptr<backend> make_payments(foundation base, const payment_delays& delays);
std::unique_ptr<backend> make_orders(foundation base);
std::unique_ptr<backend> make_fulfillment(foundation base);
std::unique_ptr<backend> make_notifications(foundation base);
std::unique_ptr<backend> make_order_views(foundation base);

}  // namespace storefront
