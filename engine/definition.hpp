#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/answer.hpp"
#include "engine/identifiers.hpp"
#include "engine/result.hpp"
#include "engine/saga_record.hpp"
#include "engine/time.hpp"
#include "engine/variables.hpp"

namespace makegood {

enum class state_kind : std::uint8_t {
    initial,    // before the first step; never at rest
    forward,    // working towards the pivot; may still be undone
    waiting,    // forward, and somebody outside must act
    pivoting,   // the pivot is being asked for: neither cancel nor deadline decides any more
    committed,  // past the pivot: only forward
    backward,   // undoing
    completed,
    failed,
    compensated,
};
[[nodiscard]] bool is_end(state_kind kind);
// Of a saga that is in such a state and not parked.
[[nodiscard]] saga_status status_of(state_kind kind);

struct state_spec {
    state_name name;
    state_kind kind{};
};

// How long a call is worth trying.
enum class persistence : std::uint8_t {
    bounded,  // inside its step's budget, the reservation and the saga's deadline; then unknown
    until_expiry,  // inside the reservation only; then unknown
    persistent,    // for ever; a person is told after a while
};

// One call of the catalogue. One without a backend is a task: the saga parks until a person has
// done it and resolves it. The facts are what the table is told when the step's calls have
// settled.
struct call_spec {
    call_name name;
    backend_name backend;
    std::string_view key;  // of the idempotency key: `{key root}:{key}`, e.g. "reserve_inventory"
    bool undo = false;     // the key gets ":undo"
    persistence tries = persistence::bounded;
    fact_name on_done;
    fact_name on_refused{};     // empty: a refusal parks the saga
    fact_name on_waiting{};     // empty: the call never waits
    std::string_view signal{};  // that ends the wait
    // A person may settle this call by hand: nothing needs to be learnt from its answer.
    bool resolvable = true;
    // Of a task: why the saga parks, and what the person is to do. Records keep both, so neither
    // changes once it was released.
    std::string_view parks_as{};
    std::string_view task{};
};
[[nodiscard]] constexpr bool is_task(const call_spec& call) {
    return call.backend.empty();
}

// What the table says to (state, fact).
struct transition {
    enum class verdict : std::uint8_t { unlisted, ignored, taken };
    verdict says = verdict::unlisted;
    state_name to{};
    boost::container::small_vector<call_name, 1> emits{};  // calls to open, in this order
    bool starts_child = false;
};

// Which calls a step opens: one ordinal a call.
using call_ordinals = boost::container::small_vector<call_ordinal, 16>;

// One row of a table in words, for people who read a definition; nothing is decided by it.
struct rule_text {
    state_name from;
    fact_name on;
    state_name to;  // empty when the fact is ignored
    std::vector<call_name> emits;
    std::string_view when;  // the guard; empty when the row is unconditional
    bool starts_child = false;
};

struct state_deadline {
    fact_name fact;
    instant at{};
};

// The HTTP request of one call, without what every call carries (key, deadline, trace).
struct call_request {
    std::string method;
    std::string target;
    std::string body;
};

// What the world outside is told when a fact has led to a state, beside what it is told of every
// saga: that it was parked, and its end.
struct announcement {
    fact_name on;
    state_name to;
    std::string_view type;     // "checkout.inventory_reserved"
    std::string_view knows{};  // only of a saga that has this variable; empty: of each
};

// A saga to be started in the same commit as the parent's transition.
struct child_start {
    std::string definition;
    saga_id id;
    variables inputs;
};

struct field_problem {
    std::string pointer;  // RFC 6901: "/items/0/quantity"
    std::string detail;
};

// Why a start request was refused. `code` is a stable word: invalid-json, invalid-field,
// card-number-refused.
struct start_refusal {
    std::string code;
    std::string detail;
    std::vector<field_problem> problems;
};

// A report, and the saga that it is for.
struct addressed_report {
    saga_id saga;
    fact_reported told;
};

struct start_document {
    customer_id customer;
    variables inputs;
    payload_fingerprint fingerprint{};
};

// Something true of this moment that the journal does not hold, for the view: the circuit is open.
struct live_note {
    call_reference call;
    std::string circuit;  // "open", "half_open"
    instant retry_at{};
};

// A saga's meaning: its states, its calls, its table. Immutable after construction and free of I/O,
// so every thread may use it. The registry owns all definitions for as long as the program runs. A
// stored saga is always driven by the definition of the name and version that it started with.
class definition {
public:
    virtual ~definition() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual std::uint16_t version() const = 0;
    [[nodiscard]] virtual std::string_view id_prefix() const = 0;  // three letters
    [[nodiscard]] virtual std::span<const state_spec> states() const = 0;
    [[nodiscard]] virtual std::span<const fact_name> facts() const = 0;
    [[nodiscard]] virtual std::span<const call_spec> calls() const = 0;
    [[nodiscard]] virtual std::string diagram() const = 0;  // Mermaid, from the table
    // The table's rows in its order; empty when the definition has no table to show.
    [[nodiscard]] virtual std::vector<rule_text> rules() const { return {}; }

    // The table's word. Pure; reads only the record's variables and calls.
    [[nodiscard]] virtual transition decide(const saga_record& saga, fact_name fact) const = 0;
    // Facts that every definition names, for what the engine itself brings.
    [[nodiscard]] virtual fact_name started_fact() const = 0;
    [[nodiscard]] virtual fact_name unknown_fact() const = 0;
    [[nodiscard]] virtual fact_name cancel_fact() const = 0;

    // Whether somebody outside may say that this has happened. What may be said of a saga may be
    // said at any time: the table lists it in every state but the initial one.
    [[nodiscard]] virtual bool takes_report(const saga_record&, fact_name) const { return false; }

    // Empty: there is nothing to do and the step is done.
    [[nodiscard]] virtual call_ordinals fan_out(const call_spec& call, const saga_record& saga)
        const = 0;
    [[nodiscard]] virtual call_request request(
        const call_spec& call, call_ordinal ordinal, const saga_record& saga
    ) const = 0;
    // Reads what the backend said. A 2xx that is not well-formed is `unknown`.
    [[nodiscard]] virtual call_answer read_answer(
        const call_spec& call,
        call_ordinal ordinal,
        const saga_record& saga,
        const backend_answer& answer
    ) const = 0;
    // `{checkout_id}:{call}[:{n}][:undo]`; the same for every retry, after any crash, for ever
    // (P2).
    [[nodiscard]] virtual std::string idempotency_key_of(
        const call_spec& call, call_ordinal ordinal, const saga_record& saga
    ) const = 0;

    // The next deadline of the state that the saga is in; nothing when it has none.
    [[nodiscard]] virtual std::optional<state_deadline> deadline(const saga_record& saga) const = 0;
    // Until when bounded calls are worth trying, beside their own budget; `never` without a limit.
    [[nodiscard]] virtual instant calls_useful_until(const saga_record& saga) const = 0;
    // The stable word for the reason when `fact` turns the saga away from the forward way.
    // `code` is the backend's, if one spoke.
    [[nodiscard]] virtual std::string reason_code(
        const saga_record& saga, fact_name fact, std::string_view code
    ) const = 0;
    [[nodiscard]] virtual std::optional<child_start> child(const saga_record& saga) const = 0;

    // What matters to others on the way to the end; nothing but parking and ends unless it says so.
    [[nodiscard]] virtual std::span<const announcement> announcements() const { return {}; }
    // What an announcement tells of the saga: one JSON object, read from the record alone.
    [[nodiscard]] virtual std::string announcement_data(const saga_record& saga) const = 0;

    // -- reports; a definition of which nobody may tell anything refuses them all
    // Who hears what is told of that saga: itself, unless it says who.
    [[nodiscard]] virtual saga_id listener(const saga_id& id) const { return id; }
    // Reads and checks the body of one that was sent to a saga. `reporter` is for the journal.
    [[nodiscard]] virtual result_or<fact_reported, start_refusal> read_report(
        std::string_view body, std::string_view reporter
    ) const;
    // The same of an event that others have published: its type and its data, which name the saga.
    [[nodiscard]] virtual result_or<addressed_report, start_refusal> read_report_event(
        std::string_view type, std::string_view data, std::string_view reporter
    ) const;

    // Reads and checks the body of a start request. The inputs also hold the settings in force.
    [[nodiscard]] virtual result_or<start_document, start_refusal> read_start(std::string_view body
    ) const = 0;
    // The resource as JSON text, as CONTRACTS.md shows it.
    [[nodiscard]] virtual std::string render(
        const saga_record& saga, std::span<const live_note> notes
    ) const = 0;

    // -- the same for every definition
    [[nodiscard]] const state_spec& state(state_name name) const;  // asserts that it is declared
    [[nodiscard]] const call_spec& call(call_name name) const;     // asserts that it is declared
    // The declared name of that text; nothing when there is none.
    [[nodiscard]] std::optional<state_name> find_state(std::string_view text) const;
    [[nodiscard]] std::optional<fact_name> find_fact(std::string_view text) const;
    [[nodiscard]] std::optional<call_name> find_call(std::string_view text) const;
    [[nodiscard]] state_name initial_state() const;
};

// All definitions that this binary knows, by name and version. Filled before the first lane starts,
// then constant.
class definition_registry {
public:
    void add(std::unique_ptr<definition> added);
    // Nothing when the name or that version of it is not known.
    [[nodiscard]] const definition* find(std::string_view name, std::uint16_t version) const;
    // The newest version: what a new saga gets.
    [[nodiscard]] const definition* newest(std::string_view name) const;
    [[nodiscard]] const definition* by_prefix(std::string_view id_prefix) const;
    [[nodiscard]] const std::vector<std::unique_ptr<definition>>& all() const { return all_; }

private:
    std::vector<std::unique_ptr<definition>> all_;
};

}  // namespace makegood
