#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/engine.hpp"
#include "engine/stored_view.hpp"

namespace makegood {

struct slot_answer {
    call_reference call;
    std::uint32_t attempt = 0;
    attempt_outcome outcome;
};

struct slot_command {
    command asked;
    ticket from = 0;
    idempotency_key key = {};
};

struct slot_read {
    ticket from = 0;
    bool replayed = false;
};

// What waits for a saga while one of its transitions is being committed.
struct slot_input {
    std::variant<slot_answer, slot_command, slot_read> what;

    [[nodiscard]] ticket from() const {
        if (const auto* asked = std::get_if<slot_command>(&what)) return asked->from;
        if (const auto* read = std::get_if<slot_read>(&what)) return read->from;
        return 0;
    }
};

// One saga in memory. Owned by the engine; lives on the lane's thread, except that the writer reads
// `record` and `entries` while the phase is `committing`.
struct saga_slot {
    enum class phase : std::uint8_t {
        loading,     // the record is being read
        idle,        // everything in the record is durable
        gathered,    // the record is ahead of the store; its entries wait for the next batch
        committing,  // they are in the batch under way
    };
    struct flight {
        call_reference call;
        std::uint32_t attempt = 0;
    };
    struct deferral {
        call_reference call;
        instant until{};
    };
    struct waiting_reply {
        ticket to = 0;
        refusal why = refusal::none;
        std::string detail;
        bool replayed = false;
    };

    // A start with the same key and another payload: whose the key is, the commit tells.
    struct rival_start {
        payload_fingerprint fingerprint{};
        ticket from = 0;
    };

    saga_id id;
    phase now_in = phase::loading;
    bool load_requested = false;  // and not answered yet
    bool just_loaded = false;     // and no call of it has been sent since
    bool load_is_timers = false;  // a timer asked for it, not somebody who reads or commands
    bool was_due = false;  // its time came while it was not in memory; planned anew when read
    bool woken = false;    // a timer brought it into memory, or its parent
    bool pruned = false;   // while it was being read: what was read is no more
    saga_record record;
    std::vector<slot_input> inbox;
    std::vector<flight> flights;      // attempts under way
    std::uint32_t attempts_sent = 0;  // numbers the flights
    std::vector<deferral> deferrals;  // calls whose circuit is open
    instant scheduled = never;        // its entry in the engine's wakes
    stored_view stored;

    // Of the transition that is not durable yet.
    bool created = false;
    const saga_slot* parent = nullptr;  // whose transition started this one
    state_name from;
    saga_status was{};
    std::vector<journal_entry> entries;
    std::optional<start_claim> claim;
    std::vector<outbox_event> outbox;
    std::vector<waiting_reply> replies;  // told once it is durable
    std::vector<rival_start> rivals;

    bool lingers = false;

    // Replies that show `record` were given in that turn of the engine, from that action on.
    std::uint64_t shown_in = 0;
    std::size_t shown_from = 0;

    [[nodiscard]] bool in_flight(const call_reference& call) const {
        for (const flight& each : flights) {
            if (each.call == call) return true;
        }
        return false;
    }
};

// What the store says of it from then on.
[[nodiscard]] inline store_error was_pruned(const saga_id& id) {
    return {store_errc::not_found, "there is no saga " + id.text() + " any more"};
}

}  // namespace makegood
