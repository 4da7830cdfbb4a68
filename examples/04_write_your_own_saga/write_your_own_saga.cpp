#include <fmt/format.h>

#include <map>

#include "engine/engine.hpp"
#include "engine/replay.hpp"
#include "examples/04_write_your_own_saga/definition.hpp"
#include "statestore/memory/store.hpp"

// Drives two sagas of our own (machine.cpp is the table) through the engine: what the server does
// with the network, the disk and the clock is here a function, a memory and a variable.
namespace {

using namespace makegood;

// The delivery service: what it answers to which attempt.
attempt_outcome answer_of(const perform_call& asked, const std::string& customer) {
    if (asked.call.call.value != "charge_fee") return backend_answer{200, "{}", {}};
    if (customer == "bob") return backend_answer{402, R"({"code":"card_declined"})", {}};
    // The saga's second send is its first try to charge. Its answer is lost: nobody knows.
    if (asked.attempt == 2) return no_answer{.reached = true, .detail = "the connection was cut"};
    return backend_answer{200, "{}", {}};
}

class little_server {
public:
    explicit little_server(const definition_registry& registry)
        : registry_(registry),
          store_(registry),
          writer_(store_.open_writer()),
          running_(registry, {}) {}

    saga_id start(const std::string& customer) {
        const auto made = static_cast<std::uint8_t>(customers_.size() + 1);
        start_request request;
        request.definition = registry_.newest("delivery_slot");
        request.id = saga_id::make("slt", now_.time_since_epoch().count(), 0, {made});
        request.key = idempotency_key{"booking-of-" + customer};
        request.document.customer = customer_id{customer};
        customers_[request.id] = customer;
        const saga_id id = request.id;
        running_.start(std::move(request), made, now_);
        return id;
    }

    // Until nothing is under way and nothing is planned.
    void run() {
        while (step() || wake()) {
        }
    }

    // The journal, folded through the table: what `makegood journal` shows.
    saga_status print(const saga_id& id) {
        const auto entries = store_.open_reader()->journal(id);
        fmt::print("{} of {}\n", id.text(), customers_.at(id));
        const auto folded = replay(registry_, id, *entries, [](const replayed_entry& each) {
            fmt::print(
                "   {:<16} {:>9} → {:<9}", entry_name(each.entry, each.outcome), each.from.value,
                each.after.state.value
            );
            for (const auto& opened : each.outcome.opened)
                fmt::print(" {}", opened.call.value);
            fmt::print("\n");
        });
        return folded->status();
    }

private:
    // Journal first, effects second: a call is handed out only once its cause is committed.
    bool step() {
        std::vector<perform_call> calls;
        for (action& each : running_.take_actions()) {
            if (auto* call = std::get_if<perform_call>(&each)) calls.push_back(std::move(*call));
        }
        for (const perform_call& each : calls) {
            running_.answered(
                each.id, each.call, each.attempt, answer_of(each, customers_.at(each.id)), now_
            );
        }
        if (const batch* gathered = running_.take_batch(now_)) {
            running_.committed(*writer_->commit(*gathered), now_);
            return true;
        }
        return !calls.empty();
    }

    // Time goes on only when somebody waits for it: for the next attempt, or a deadline.
    bool wake() {
        const instant next = running_.next_wake();
        if (next == never) return false;
        now_ = std::max(now_, next);
        running_.tick(now_);
        return true;
    }

    const definition_registry& registry_;
    statestore::memory_store store_;
    std::unique_ptr<journal_writer> writer_;
    engine running_;
    instant now_ = *parse_instant("2026-11-20T08:00:00Z");
    std::map<saga_id, std::string> customers_;
};

}  // namespace

int main() {
    definition_registry registry;
    registry.add(delivery_slot::make_definition());
    fmt::print("{}\n", registry.newest("delivery_slot")->diagram());

    little_server server(registry);
    const saga_id of_ada = server.start("ada");
    const saga_id of_bob = server.start("bob");
    server.run();
    const bool ada_has_a_slot = server.print(of_ada) == saga_status::completed;
    const bool bob_has_nothing = server.print(of_bob) == saga_status::compensated;
    return ada_has_a_slot && bob_has_nothing ? 0 : 1;
}
