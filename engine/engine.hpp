#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "engine/answer.hpp"
#include "engine/definition.hpp"
#include "engine/event.hpp"
#include "engine/identifiers.hpp"
#include "engine/limits.hpp"
#include "engine/ports/journal.hpp"
#include "engine/retry_policy.hpp"
#include "engine/saga_record.hpp"
#include "engine/step.hpp"
#include "engine/wake_list.hpp"

namespace makegood {

// Ties a reply to whoever asked. Chosen by the caller; 0 means that nobody waits.
using ticket = std::uint64_t;

// Why a request was not done. Each has a word code and a help page (`makegood explain`).
enum class refusal : std::uint8_t {
    none = 0,
    idempotency_key_reused,  // the key was seen with another payload
    not_found,               // no such saga
    past_pivot,              // the deduction is (being) confirmed: only forward now
    already_ended,           // completed, failed or compensated
    signal_not_expected,     // nobody waits for it, or it came before or late
    report_not_expected,     // nobody's word is taken for that fact, or not of this saga
    call_not_open,           // resolve: that call is not waiting for a person
    not_resolvable,          // resolve: the call's answer is needed, a person cannot replace it
    nothing_to_retry,        // retry, resume: no call is open, or only a task for a person
    not_parked,              // resume: the saga is not parked
    overloaded,              // a limit is reached; nothing was accepted
    store_unavailable,       // the store cannot commit or be read; nothing was accepted
};

struct start_request {
    const makegood::definition* definition = nullptr;
    saga_id id;  // fresh: made by the caller, which has the entropy
    idempotency_key key;
    start_document document;
    std::string traceparent;
};

// What an operator, a signal or a report asks of a running saga.
struct resolve_request {
    std::string call;  // "void_payment", or "void_payment:2" in a fan-out
    bool needed = true;
    std::string actor;
    std::string reason;
};
using command = std::variant<operator_acted, signal_received, fact_reported, resolve_request>;

struct saga_slot;  // engine/saga_slot.hpp: one saga in memory
struct slot_answer;
struct slot_command;
struct slot_input;

// -- actions: what the caller must do

// Send one attempt. Answer with engine::answered() exactly once, at the latest a little after
// `deadline`.
struct perform_call {
    saga_id id;
    call_reference call;
    std::uint32_t attempt = 0;  // echoed in the answer; a late one is recognised by it
    std::uint32_t failed = 0;   // attempts of this call before this one
    backend_name backend;
    call_request request;
    std::string idempotency_key;
    std::string traceparent;
    instant deadline{};
    duration budget_left{};  // for Makegood-Deadline-Ms
};

// Read the record and answer with engine::loaded().
struct load_saga {
    saga_id id;
};

// The answer to a start, a command or a read. With `why == none` the saga as it durably is; the
// pointer is valid until the next input.
struct reply {
    ticket to = 0;
    refusal why = refusal::none;
    std::string detail;
    const saga_record* saga = nullptr;
    bool replayed = false;  // the key had been seen
};

// A durable change: for long polls, metrics, logs. A saga that has just ended can still be read
// without a load.
struct saga_changed {
    saga_id id;
    const makegood::definition* definition = nullptr;
    state_name from;
    state_name to;
    saga_status was{};
    saga_status is{};
    bool created = false;
    bool ended = false;  // by this change
};

using action = std::variant<perform_call, load_saga, reply, saga_changed>;

struct engine_options {
    retry_policies retries;
    duration attempt_time_max{5'000};  // one attempt of a call
    std::size_t active_sagas_max = limits::active_sagas_max;
    std::size_t batch_sagas_max = limits::batch_sagas_max;
    bool writes_outbox = false;  // what is announced, for whoever reads or sends it
};

struct engine_counters {
    std::uint64_t late_answers = 0;
    std::uint64_t violations = 0;  // events that the table does not list
    std::uint64_t unreadable = 0;  // sagas that the store could not give; each is tried again
};

// Drives every saga of one lane. Sans-IO: it is told what happened and when, and says what to
// commit and what to do; the daemon and the simulator drive the same object. Confined to one
// thread.
//
// The loop around it:
//     feed inputs (start, submit, answered, loaded, tick)
//     perform(take_actions())
//     if no commit is under way: if (auto changes = take_batch()) commit it, then committed() or
//     commit_failed() wait for the next input, at most until next_wake()
//
// P1: the effects of a transition are handed out by take_actions() only after committed() has been
// called for the batch that holds it. One saga has at most one transition under way; what arrives
// meanwhile waits in its inbox.
class engine {
public:
    engine(const definition_registry& registry, engine_options options);
    ~engine();
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    // -- inputs; replies come as actions
    void start(start_request request, ticket from, instant now);
    // With a key, a command that was done and comes again is told so, and does nothing. One that
    // was refused is judged anew: it may have come too early.
    void submit(
        const saga_id& id, command asked, ticket from, instant now, idempotency_key key = {}
    );
    void read(const saga_id& id, ticket from, instant now);
    void answered(
        const saga_id& id,
        const call_reference& call,
        std::uint32_t attempt,
        attempt_outcome outcome,
        instant now
    );
    void loaded(const saga_id& id, store_result<saga_record> record, instant now);
    void tick(instant now);  // does what is due
    // On start, before anything else: the sagas that have not ended.
    void recover(const std::vector<wake_up>& unfinished);

    // -- outputs
    // Pointers inside the actions are valid until the next input.
    [[nodiscard]] std::vector<action> take_actions();
    // What has gathered since the last one, oldest first: batch_sagas_max of the options at most,
    // and their children. Nothing when there is nothing to commit or a commit is under way. After a
    // failed commit it may be empty: committing it proves that the store works again (the caller
    // paces these attempts). It stays valid until committed() or commit_failed().
    [[nodiscard]] const batch* take_batch(instant now);
    void committed(const commit_receipt& receipt, instant now);
    // Nothing was kept. New sagas are refused with store_unavailable and forgotten; transitions of
    // existing ones stay and come with the next batch. Until a commit succeeds no start is
    // accepted.
    void commit_failed(const store_error& error, instant now);
    // The store has removed them after their retention: they are shown no more. One that has
    // entries which are not durable yet learns it from the receipt of their commit.
    void pruned(const std::vector<pruned_saga>& removed);

    // When to tick() next; to be asked after every input. `never` when nothing is planned, or only
    // sagas for which there is no room: whatever makes room is an input.
    [[nodiscard]] instant next_wake() const;
    [[nodiscard]] bool healthy() const;  // the last commit succeeded
    [[nodiscard]] std::size_t active() const;
    [[nodiscard]] std::size_t woken() const { return woken_; }  // the active ones whose time came
    [[nodiscard]] const engine_counters& counters() const { return counters_; }
    // No commit is under way and none is wanted: it is safe to stop.
    [[nodiscard]] bool quiescent() const;

private:
    // Orders slots by the customer and key of their start.
    struct by_claim {
        using is_transparent = void;
        bool operator()(const saga_slot* left, const saga_slot* right) const;
        bool operator()(const saga_slot* left, const start_claim& right) const;
        bool operator()(const start_claim& left, const saga_slot* right) const;
    };
    using slot_map = std::unordered_map<saga_id, std::unique_ptr<saga_slot>>;

    // Inputs, one saga at a time.
    saga_slot& ensure_slot(const saga_id& id);
    void enqueue(saga_slot& slot, slot_input input, instant now);
    void pump(saga_slot& slot, instant now);
    void request_load(saga_slot& slot);
    void process(saga_slot& slot, slot_input input, instant now);
    void process_answer(saga_slot& slot, slot_answer answer, instant now);
    void process_command(saga_slot& slot, slot_command asked, instant now);
    void tell_again(saga_slot& slot, ticket from);
    // Journal first: applies the event to the record and puts the entry into the next batch.
    void apply(saga_slot& slot, event happened, instant now);
    void start_child(const saga_slot& parent, instant now);
    // Effects second: called only when everything in the record is durable. Sends what is due.
    void dispatch(saga_slot& slot, instant now);
    // When recovery must look at the saga; `never` when only somebody from outside can move it.
    [[nodiscard]] instant wake_of(const saga_record& saga) const;
    instant dispatch_call(saga_slot& slot, const call_record& call, instant now);
    void send(saga_slot& slot, const call_record& call, instant now, instant budget_ends);
    void schedule(saga_slot& slot, instant at);
    // Time, and who is in memory because of it.
    void look_at(saga_slot& slot, instant now);
    [[nodiscard]] bool has_room() const;
    void count_woken(saga_slot& slot, bool is);
    void put_to_sleep(saga_slot& slot);
    void retire(saga_slot& slot);

    void choose_committing();
    void finish_commit(saga_slot& slot, instant now);
    void drop(saga_slot& slot, refusal why, const std::string& detail);
    void refuse_start(saga_slot& slot, refusal why, const std::string& detail);
    void refuse_rivals(saga_slot& slot, refusal why, const std::string& detail);
    void yield_to(saga_slot& slot, const claim_conflict& conflict, instant now);
    void drop_orphans(const std::vector<saga_slot*>& slots);
    void release_dropped();
    void respond(ticket to, saga_slot& slot, bool replayed);
    // Before a record changes or goes: replies that show it and were not taken yet get a copy.
    void keep_shown(saga_slot& slot);
    void refuse(ticket to, refusal why, std::string detail);
    void forget(saga_slot& slot);

    // Constant after construction.
    const definition_registry& registry_;
    const engine_options options_;

    slot_map slots_;                           // sagas in memory
    std::set<saga_slot*, by_claim> starting_;  // those whose key is not durable yet
    wake_list wakes_;                          // when to look at which of them
    wake_list asleep_;                         // when to bring in which saga of the store
    std::deque<saga_id> lingering_;            // ended ones that are still in memory
    std::size_t woken_ = 0;                    // of slots_, those whose time has come in the store
    std::size_t timers_loading_ = 0;           // of those, the ones that are being read

    std::vector<saga_slot*> gathering_;   // in the next batch
    std::vector<saga_slot*> committing_;  // in the batch under way
    std::set<saga_slot*> dropped_;        // what the store did not take, until the end of the call
    batch batch_;
    bool commit_under_way_ = false;
    bool healthy_ = true;

    std::vector<action> actions_;
    std::uint64_t turn_ = 1;  // numbers the calls of take_actions()
    // What replies point to when their slot's record has changed or gone since.
    std::deque<saga_record> snapshots_;   // replies in actions_
    std::deque<saga_record> handed_out_;  // replies of the last take_actions()
    engine_counters counters_;
};

[[nodiscard]] std::string_view refusal_code(refusal why);

}  // namespace makegood
