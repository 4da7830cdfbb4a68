#include <fmt/format.h>

#include "engine/assert.hpp"
#include "simulation/people.hpp"

// Shops that start checkouts.
namespace makegood::simulation {
namespace {

using kind = fault_kind;
using namespace std::chrono_literals;

constexpr duration between_arrivals_max = 300ms;
constexpr duration client_patience = 5s;

}  // namespace

people::people(surroundings around, std::uint64_t seed)
    : around_(std::move(around)),
      luck_(seed, "people"),
      checkout_(*around_.host.registry.newest("checkout")) {
    around_.host.judge.watch([this](const saga_record& saga) { notice(saga); });
}

void people::arrive(std::size_t checkouts) {
    if (checkouts == 0) return;
    around_.host.time.after(luck_.between(0ms, between_arrivals_max), [this, checkouts] {
        arrive_one(checkouts);
    });
}

void people::arrive_one(std::size_t checkouts) {
    // The rest was not sent when the weather cleared up early.
    if (around_.sky.fair() && !shoppers_.empty()) return;
    const std::size_t who = shoppers_.size();
    order wish = some_order(luck_);
    const std::uint64_t number = orders_of_[wish.customer]++;
    shoppers_.push_back({std::move(wish), idempotency_key{fmt::format("key-{}", number)}, {}});
    ask(who);
    if (around_.sky.strikes(kind::repeated_start)) ask(who);
    if (around_.sky.strikes(kind::operator_verb)) operate();
    around_.arrived();
    arrive(checkouts - 1);
}

start_request people::request_of(const shopper& who, const std::string& body) {
    auto document = checkout_.read_start(body);
    ASSERT(document.has_value());
    std::array<std::uint8_t, 9> random{};
    for (std::uint8_t& each : random)
        each = static_cast<std::uint8_t>(luck_.below(256));
    const process* serving = around_.reachable();
    const saga_id id = saga_id::make(
        checkout_.id_prefix(), serving->wall().time_since_epoch().count(),
        partition_of(who.wish.customer), random
    );
    return {&checkout_, id, who.key, std::move(*document), {}};
}

void people::ask(std::size_t who) {
    if (process* serving = around_.reachable()) {
        shopper& each = shoppers_[who];
        serving->start(request_of(each, each.wish.body), [this, who](const reply& told) {
            hear(who, told);
        });
    }
    ask_again(who);
}

// Whoever hears nothing asks again, with the same key.
void people::ask_again(std::size_t who) {
    if (shoppers_[who].accepted) return;
    around_.host.time.after(luck_.between(client_patience, 2 * client_patience), [this, who] {
        if (!shoppers_[who].accepted) ask(who);
    });
}

void people::hear(std::size_t who, const reply& told) {
    shopper& each = shoppers_[who];
    // "Come again later": the next asking is planned.
    if (told.why == refusal::overloaded || told.why == refusal::store_unavailable) return;
    if (told.why != refusal::none) {
        return around_.found.breaks(
            promise::nothing_lost_or_doubled, each.accepted,
            fmt::format("a start was refused: {}", refusal_code(told.why))
        );
    }
    if (each.accepted) {
        if (*each.accepted == told.saga->id && told.replayed) return;
        return around_.found.breaks(
            promise::nothing_lost_or_doubled, told.saga->id,
            fmt::format("a known key was taken for a new one, beside {}", each.accepted->text())
        );
    }
    each.accepted = told.saga->id;
    around_.accepted.emplace(told.saga->id, each.wish);
    ++accepted_;
    follow_up(who);
}

void people::follow_up(std::size_t who) {
    agenda& time = around_.host.time;
    if (around_.sky.strikes(kind::repeated_start)) {
        time.after(luck_.between(0ms, 120s), [this, who] { ask(who); });
    }
    if (around_.sky.strikes(kind::reused_key)) {
        time.after(luck_.between(0ms, 60s), [this, who] { reuse_key(who); });
    }
    if (around_.sky.strikes(kind::cancel)) {
        time.after(luck_.between(0ms, 8s), [this, id = *shoppers_[who].accepted] {
            command_saga(id, operator_verb::cancel);
        });
    }
}

void people::reuse_key(std::size_t who) {
    process* serving = around_.reachable();
    if (serving == nullptr) return;
    const shopper& each = shoppers_[who];
    std::string other = each.wish.body;
    other.insert(other.size() - 1, R"(,"metadata":{"other":"payload"})");
    serving->start(request_of(each, other), [this, id = each.accepted](const reply& told) {
        if (told.why != refusal::none) return;
        around_.found.breaks(
            promise::nothing_lost_or_doubled, id, "a key with another payload was accepted"
        );
    });
}

}  // namespace makegood::simulation
