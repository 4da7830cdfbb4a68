#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "engine/engine.hpp"
#include "engine/replay.hpp"
#include "tests/engine/errand_saga.hpp"

namespace makegood::test {

// An engine on the workbench: a clock that stands still until it is moved, a store of plain maps,
// and a list of the calls that were let out. Every commit is also folded and compared with the
// record and with what was announced (P7).
class workbench {
public:
    explicit workbench(std::size_t shops = 1, engine_options options = {});

    // A start by `customer` with `key`; the ticket is new.
    ticket start(std::string_view key, variables inputs = {}, std::uint8_t payload = 0);
    ticket submit(const saga_id& id, command asked, std::string_view key = {});
    ticket read(const saga_id& id);

    // Commits what has gathered (repeatedly, until nothing more gathers) and performs loads.
    void settle();
    // The only saga there is: its start is durable.
    saga_id started(variables inputs = {});
    // What the command was answered once that was durable.
    refusal asked(const saga_id& id, command what);
    refusal acts(const saga_id& id, operator_verb verb) {
        return asked(id, operator_acted{verb, "ann", "because"});
    }
    // One commit that fails with `error`; nothing is kept.
    void fail_commit(store_errc error = store_errc::full);
    // Answers the oldest open call of that name; it must exist.
    void answer(std::string_view call, attempt_outcome outcome);
    void answer(std::string_view call, unsigned status, std::string body = {}) {
        answer(call, backend_answer{status, std::move(body), {}});
    }
    void advance(duration by);      // moves the clock and lets the engine do what is due
    void restart();                 // a new engine over the same store: what a crash leaves
    void prune(const saga_id& id);  // from the store; the engine is not told

    [[nodiscard]] const reply* find_reply(ticket of) const;
    [[nodiscard]] saga_record replied_saga(ticket of) const;    // as the reply showed it
    [[nodiscard]] saga_record record(const saga_id& id) const;  // as durable
    [[nodiscard]] std::vector<std::string> journal(const saga_id& id) const;  // entry names
    [[nodiscard]] const std::vector<outbox_event>& announced(const saga_id& id) const;
    // The same in short: "2 errand.bought".
    [[nodiscard]] std::vector<std::string> told(const saga_id& id) const;
    [[nodiscard]] saga_id only_saga(std::string_view prefix = "err") const;
    [[nodiscard]] std::vector<std::string> open_calls() const;  // idempotency keys of calls let out

    instant now{std::chrono::hours{24}};
    definition_registry registry;
    std::unique_ptr<makegood::engine> engine;
    std::vector<perform_call> calls;  // let out and not answered
    std::vector<saga_changed> changes;
    std::size_t loads = 0;
    bool reads_fail = false;  // the store cannot give a saga

private:
    struct stored {
        std::vector<journal_entry> entries;
        std::vector<outbox_event> announced;
        saga_record record;
        instant wake_at = never;
    };
    struct kept_reply {
        reply head;
        std::optional<saga_record> saga;
    };

    void perform();
    commit_receipt store(const batch& kept);
    void check_fold(const saga_id& id) const;

    engine_options options_;
    std::map<saga_id, stored> sagas_;
    std::map<std::string, std::pair<saga_id, payload_fingerprint>> keys_;
    std::map<ticket, kept_reply> replies_;
    ticket last_ticket_ = 0;
    std::uint16_t last_random_ = 0;
};

}  // namespace makegood::test
