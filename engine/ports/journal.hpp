#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/event.hpp"
#include "engine/identifiers.hpp"
#include "engine/ports/list_page.hpp"
#include "engine/result.hpp"
#include "engine/saga_record.hpp"
#include "engine/time.hpp"

// The engine's journal port: what a store must do. Implemented by statestore/sqlite (durable) and
// statestore/memory (simulator, tests). All calls block; threads are the caller's business.
namespace makegood {

// A start that must be the only one of its (customer, key).
struct start_claim {
    customer_id customer;
    idempotency_key key;
    payload_fingerprint fingerprint{};
};

// What the world outside is told of one journal entry, sent by a publisher after the commit. It is
// complete: whoever sends it needs nothing else, not even the saga.
struct outbox_event {
    std::string type;  // "checkout.completed"
    saga_id saga;
    journal_sequence sequence = 0;  // of the entry; with saga and type it names the event for ever
    instant at{};                   // of the entry
    customer_id customer;
    std::string traceparent;  // that the saga was started with; may be empty
    std::string data;         // one JSON object: the saga as of the entry
    bool operator==(const outbox_event&) const = default;
};

// Counts the events of one store in the order of their commits: 1, 2, 3 … without a gap.
using outbox_position = std::uint64_t;

struct positioned_event {
    outbox_position position = 0;
    outbox_event event;
};

struct outbox_state {
    outbox_position newest = 0;   // of all events that were ever kept; 0: there was none
    outbox_position sent = 0;     // all up to here have been sent
    outbox_position dropped = 0;  // all up to here are kept no more; never beyond `sent`
};

// What may be dropped of events that are old.
enum class droppable_events : std::uint8_t {
    sent,  // a publisher sends them: no other
    all,   // nobody does: those that were not sent count as sent once they are dropped
};

// One saga's part of a batch.
struct saga_commit {
    // The record after the last entry. Not changed by anybody until the commit has returned.
    const saga_record* saga = nullptr;
    std::vector<journal_entry> entries;  // consecutive, at least one
    std::optional<start_claim> claim;    // present on the first commit of a saga that has a key
    instant wake_at = never;  // when recovery must look at this saga; `never` once it ended
    // Without it the store keeps the record that it has, of an earlier entry, and whoever reads
    // folds the entries after that one. Never left out when the saga starts or ends, or its status
    // changes.
    bool stores_record = true;
    // Without it the store keeps the wake-up that it has, which is not later.
    bool stores_wake = true;
    bool had_ended =
        false;  // before these entries: only such a saga may have been pruned meanwhile
    std::vector<outbox_event> outbox;
};

// Everything in it becomes durable together, or nothing does. An empty batch is legal: it proves
// that the store can commit.
struct batch {
    std::vector<saga_commit> sagas;
    instant at{};
};

// A claim that was taken already: that commit's saga was left out of the batch, with all its
// children.
struct claim_conflict {
    saga_id refused;  // the id of the saga that was left out
    saga_id existing;
    payload_fingerprint existing_fingerprint{};
};

struct commit_receipt {
    std::vector<claim_conflict> conflicts;
    // Ended sagas that were pruned since they were read: their parts were left out of the batch,
    // with the children that they start in it.
    std::vector<saga_id> gone;
};

// A saga that is stored no more.
struct pruned_saga {
    saga_id id;
    saga_status status{};
};

// What one step of pruning did.
struct pruning {
    std::vector<pruned_saga> sagas;
    // Of each saga that cannot be read and therefore stays: a sentence for the operator, once.
    std::vector<std::string> damaged;
    bool more = false;  // there may be others: another step is wanted
};

enum class store_errc : std::uint8_t {
    full = 1,     // no space left; nothing of the batch was kept
    io,           // the disk failed; nothing of the batch was kept
    stale_owner,  // another process has taken over: this one must stop
    corrupt,      // what was read is not what was written
    not_found,
    too_new,  // written by a later version of this program
};

struct store_error {
    store_errc code{};
    std::string detail;  // a sentence for the operator
};

template <class Value>
using store_result = result_or<Value, store_error>;

// Which sagas a list shows. Newest first; the cursor is opaque, and stable under concurrent writes.
struct saga_query {
    std::string saga = "checkout";  // the definition's name; empty: every one
    std::optional<saga_status> status = {};
    std::string state = {};
    std::string customer = {};
    std::string reason = {};                     // the reason's code
    std::optional<instant> created_after = {};   // exclusive
    std::optional<instant> created_before = {};  // exclusive
    std::size_t limit = 50;
    std::optional<list_position> after = {};  // where the page before this one ended
};

using saga_page = list_page<saga_record>;
[[nodiscard]] inline list_position position_of(const saga_record& saga) {
    return {saga.created_at, saga.id};
}

struct wake_up {
    saga_id id;
    instant at{};
};

struct store_statistics {
    std::vector<std::pair<std::string, std::uint64_t>>
        sagas_by_status;  // "checkout completed" -> n
    std::uint64_t journal_entries = 0;
    std::uint64_t idempotency_keys = 0;
    std::uint64_t events_waiting = 0;  // kept and not sent
    std::uint64_t bytes_on_disk = 0;
};

// The writing side. One thread at a time; every commit carries the epoch that this owner was given
// when it opened the store, and is refused with stale_owner once another has opened it since (P8).
class journal_writer {
public:
    virtual ~journal_writer() = default;
    // Returns after fsync. On an error nothing of the batch is kept, and it may be committed again.
    [[nodiscard]] virtual store_result<commit_receipt> commit(const batch& changes) = 0;
    // Drops some of the idempotency keys whose checkouts ended before that moment. Returns how
    // many; 0 when none is left.
    [[nodiscard]] virtual store_result<std::uint64_t> forget_keys(instant ended_before) = 0;
    // One short step, so that commits get in between: removes some of the sagas that ended before
    // that moment, at most so many, with all that is kept of them but their events. Not one whose
    // key is still kept, nor one of whose family another has not ended.
    [[nodiscard]] virtual store_result<pruning> prune(
        instant ended_before, std::size_t at_most
    ) = 0;
    // All events up to that position have been sent: durably, so that whoever sends goes on behind
    // it after a crash. Does nothing when that is known already.
    [[nodiscard]] virtual store_result<void> events_were_sent(outbox_position up_to) = 0;
    // One short step: drops some of those events whose commits are older than that moment, the
    // oldest first. Returns how many; 0 when none is left.
    [[nodiscard]] virtual store_result<std::uint64_t> drop_events(
        instant committed_before, droppable_events which
    ) = 0;
};

// The reading side; sees only what is durable. One thread at a time per reader.
class journal_reader {
public:
    virtual ~journal_reader() = default;
    // not_found when there is no such saga.
    [[nodiscard]] virtual store_result<saga_record> load(const saga_id& id) = 0;
    // In order, from sequence 1. not_found when there is no such saga.
    [[nodiscard]] virtual store_result<std::vector<journal_entry>> journal(const saga_id& id) = 0;
    // Ends early, with where to go on, when it would have to look at too many sagas.
    [[nodiscard]] virtual store_result<saga_page> list(const saga_query& query) = 0;
    // Every saga that has not ended, with when it wants attention.
    [[nodiscard]] virtual store_result<std::vector<wake_up>> unfinished() = 0;
    // Those behind that position that are kept, in order, at most so many. Of what cannot be read
    // the error comes when nothing stands before it any more: fewer than so many need not be all.
    [[nodiscard]] virtual store_result<std::vector<positioned_event>> events(
        outbox_position after, std::size_t at_most
    ) = 0;
    [[nodiscard]] virtual store_result<outbox_state> outbox() = 0;
    [[nodiscard]] virtual store_result<store_statistics> statistics() = 0;
};

}  // namespace makegood
