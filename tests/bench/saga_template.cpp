#include "tests/bench/saga_template.hpp"

#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include "engine/assert.hpp"
#include "engine/engine.hpp"
#include "tests/bench/backend_answers.hpp"
#include "tests/bench/checkout_requests.hpp"

namespace makegood::bench {
namespace {

// The loop around one engine that has one saga: commits into the template, answers as a shop does.
class one_saga_loop {
public:
    one_saga_loop(const definition_registry& registry, fate wanted, instant at)
        : engine_(registry, {}), wanted_(wanted), now_(at) {}

    void start(const definition& checkout) {
        const std::string_view token = wanted_ == fate::compensated ? token_declined
                                       : wanted_ == fate::waiting   ? token_asking
                                                                    : token_accepted;
        auto document = checkout.read_start(checkout_body(customer_name(0), token, 1'000, false));
        ASSERT(document.has_value());
        const partition owner = partition_of(document->customer);
        const std::int64_t created_ms = now_.time_since_epoch().count();
        start_request request;
        request.definition = &checkout;
        request.id = saga_id::make(checkout.id_prefix(), created_ms, owner, {});
        request.key = idempotency_key{"key"};
        request.document = std::move(*document);
        engine_.start(std::move(request), 0, now_);
    }

    saga_template run() {
        while (const batch* changes = engine_.take_batch(now_)) {
            keep(*changes);
            engine_.committed({}, now_);
            for (action& each : engine_.take_actions()) {
                if (auto* call = std::get_if<perform_call>(&each)) answer(*call);
            }
        }
        return std::move(kept_);
    }

private:
    void keep(const batch& changes) {
        ASSERT(changes.sagas.size() == 1);
        const saga_commit& part = changes.sagas.front();
        kept_.record = *part.saga;
        kept_.entries.insert(kept_.entries.end(), part.entries.begin(), part.entries.end());
        if (part.claim) kept_.claim = *part.claim;
        kept_.wake_at = part.wake_at;
    }

    void answer(const perform_call& call) {
        now_ += duration{1};
        backend_answer said;
        if (wanted_ == fate::failed) {
            said = {409, R"({"code":"insufficient_stock"})", {}};
        } else {
            http::response response = backend_answer_to(
                {call.request.method, call.request.target, {}, call.request.body}, now_
            );
            said = {response.status, std::move(response.body), {}};
        }
        engine_.answered(call.id, call.call, call.attempt, std::move(said), now_);
    }

    engine engine_;
    const fate wanted_;
    instant now_;
    saga_template kept_;
};

}  // namespace

std::optional<fate> parse_fate(std::string_view text) {
    if (text == "completed") return fate::completed;
    if (text == "failed") return fate::failed;
    if (text == "compensated") return fate::compensated;
    if (text == "waiting") return fate::waiting;
    return {};
}

void saga_template::rename(
    const saga_id& id, const customer_id& customer, const idempotency_key& key
) {
    record.id = id;
    record.customer = customer;
    auto& started = std::get<saga_started>(entries.front().event);
    started.customer = customer;
    started.key = key;
    claim.customer = customer;
    claim.key = key;
}

saga_commit saga_template::take_commit() {
    saga_commit whole;
    whole.saga = &record;
    whole.entries = std::move(entries);
    whole.claim = std::move(claim);
    whole.wake_at = wake_at;
    return whole;
}

saga_template run_checkout(const definition_registry& registry, fate wanted, instant at) {
    const definition* checkout = registry.newest("checkout");
    ASSERT(checkout != nullptr);
    one_saga_loop loop(registry, wanted, at);
    loop.start(*checkout);
    return loop.run();
}

}  // namespace makegood::bench
