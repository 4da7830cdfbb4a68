#include "tests/statestore/toy.hpp"

#include <cstdlib>
#include <stdexcept>

namespace toy {
namespace {

constexpr call_name do_work{"do_work"};
constexpr call_name undo_work{"undo_work"};
constexpr fact_name started{"started"};
constexpr fact_name worked{"worked"};
constexpr fact_name refused{"work_refused"};
constexpr fact_name must_wait{"work_must_wait"};
constexpr fact_name undone{"work_undone"};
constexpr fact_name unknown{"outcome_unknown"};
constexpr fact_name cancelled{"cancel_requested"};
constexpr fact_name expired{"expired"};

constexpr state_spec all_states[] = {
    {state_name{"idle"}, state_kind::initial},       {state_name{"working"}, state_kind::forward},
    {state_name{"awaiting"}, state_kind::waiting},   {state_name{"undoing"}, state_kind::backward},
    {state_name{"done"}, state_kind::completed},     {state_name{"failed"}, state_kind::failed},
    {state_name{"undone"}, state_kind::compensated},
};
constexpr fact_name all_facts[] = {started, worked,  refused,   must_wait,
                                   undone,  unknown, cancelled, expired};

const std::vector<call_spec>& all_calls() {
    static const std::vector<call_spec> calls{
        {.name = do_work,
         .backend = backend_name{"works"},
         .key = "do_work",
         .on_done = worked,
         .on_refused = refused,
         .on_waiting = must_wait,
         .signal = "work"},
        {.name = undo_work,
         .backend = backend_name{"works"},
         .key = "do_work",
         .undo = true,
         .tries = persistence::persistent,
         .on_done = undone,
         .on_refused = {},
         .on_waiting = {},
         .signal = {}},
    };
    return calls;
}

struct table_row {
    std::string_view from;
    fact_name on;
    std::string_view to;
    call_name emits;
};
constexpr table_row table[] = {
    {"idle", started, "working", do_work},
    {"working", worked, "done", {}},
    {"working", refused, "failed", {}},
    {"working", must_wait, "awaiting", {}},
    {"working", unknown, "undoing", undo_work},
    {"working", cancelled, "undoing", undo_work},
    {"awaiting", worked, "done", {}},
    {"awaiting", refused, "failed", {}},
    {"awaiting", cancelled, "undoing", undo_work},
    {"awaiting", expired, "undoing", undo_work},
    {"undoing", undone, "undone", {}},
};

class toy_definition final : public definition {
public:
    toy_definition(std::string_view name, std::string_view prefix, std::uint16_t version)
        : name_(name), prefix_(prefix), version_(version) {}

    std::string_view name() const override { return name_; }
    std::uint16_t version() const override { return version_; }
    std::string_view id_prefix() const override { return prefix_; }
    std::span<const state_spec> states() const override { return all_states; }
    std::span<const fact_name> facts() const override { return all_facts; }
    std::span<const call_spec> calls() const override { return all_calls(); }
    std::string diagram() const override { return "stateDiagram-v2\n"; }

    transition decide(const saga_record& saga, fact_name fact) const override {
        for (const table_row& row : table) {
            if (row.from != saga.state.value || row.on != fact) continue;
            transition taken{transition::verdict::taken, *find_state(row.to), {}, false};
            if (!row.emits.empty()) taken.emits.push_back(row.emits);
            return taken;
        }
        return {};
    }
    fact_name started_fact() const override { return started; }
    fact_name unknown_fact() const override { return unknown; }
    fact_name cancel_fact() const override { return cancelled; }

    call_ordinals fan_out(const call_spec&, const saga_record&) const override { return {0}; }
    call_request request(const call_spec&, call_ordinal, const saga_record&) const override {
        return {"POST", "/v1/works", "{}"};
    }
    call_answer
    read_answer(const call_spec&, call_ordinal, const saga_record&, const backend_answer&)
        const override {
        return answered_done{};
    }
    std::string idempotency_key_of(const call_spec& call, call_ordinal, const saga_record& saga)
        const override {
        return saga.id.text() + ":" + std::string(call.key) + (call.undo ? ":undo" : "");
    }
    std::optional<state_deadline> deadline(const saga_record&) const override { return {}; }
    instant calls_useful_until(const saga_record&) const override { return never; }
    std::string reason_code(const saga_record&, fact_name fact, std::string_view code)
        const override {
        return std::string(code.empty() ? fact.value : code);
    }
    std::optional<child_start> child(const saga_record&) const override { return {}; }
    result_or<start_document, start_refusal> read_start(std::string_view) const override {
        return start_document{};
    }
    std::string render(const saga_record&, std::span<const live_note>) const override {
        return "{}";
    }
    std::string announcement_data(const saga_record&) const override { return "{}"; }

private:
    std::string_view name_;
    std::string_view prefix_;
    std::uint16_t version_;
};

}  // namespace

definition_registry make_registry() {
    definition_registry registry;
    registry.add(std::make_unique<toy_definition>("toy", "toy", std::uint16_t{1}));
    registry.add(std::make_unique<toy_definition>("pet", "pet", std::uint16_t{1}));
    return registry;
}

saga_id id_of(unsigned number, std::string_view id_prefix) {
    std::array<std::uint8_t, 9> random{};
    for (std::size_t i = 0; i < 4; ++i)
        random[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    const auto owner = static_cast<partition>(number % partitions_count);
    const std::int64_t at = beginning.time_since_epoch().count() + number;
    return saga_id::make(id_prefix, at, owner, random);
}

// -- journey

journey::journey(const definition_registry& registry, const saga_facts& facts) : clock_(facts.at) {
    const definition& meaning = *registry.newest(facts.saga);
    saga_started start;
    start.definition = facts.saga;
    start.version = meaning.version();
    start.customer = customer_id(facts.customer);
    start.key = idempotency_key(facts.key);
    start.fingerprint.fill(facts.fingerprint);
    start.inputs.set("currency", std::string("USD"));
    start.inputs.set("shipping_address", facts.address);
    start.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    if (!facts.key.empty()) claim_ = start_claim{start.customer, start.key, start.fingerprint};
    record_ = begin_record(id_of(facts.number, meaning.id_prefix()), meaning, start, facts.at);
    happens(start);
}

journey& journey::happens(event what) {
    entries_.push_back({record_.sequence + 1, clock_, std::move(what)});
    static_cast<void>(step(record_, entries_.back()));
    clock_ += duration{10};
    return *this;
}

journey& journey::works() {
    variables learnt;
    learnt.set("total", std::int64_t{12'999});
    return happens(call_done{{do_work, 0}, learnt});
}
journey& journey::is_refused() {
    return happens(call_refused{{do_work, 0}, "out_of_paint", "there is no blue left"});
}
journey& journey::waits() {
    return happens(call_waiting{{do_work, 0}, {}});
}
journey& journey::fails_once(std::string_view detail) {
    const call_name call = record_.calls.back().call.call;
    return happens(call_failed{{call, 0}, std::string(detail), clock_, false});
}
journey& journey::is_cancelled() {
    return happens(operator_acted{operator_verb::cancel, "ann", "changed her mind"});
}
journey& journey::undoes() {
    return happens(call_done{{undo_work, 0}, {}});
}

saga_commit journey::commit() {
    saga_commit change;
    change.saga = &record_;
    change.entries.assign(
        entries_.begin() + static_cast<std::ptrdiff_t>(committed_), entries_.end()
    );
    if (committed_ == 0) change.claim = claim_;
    change.had_ended = had_ended_;
    had_ended_ = record_.ended();
    if (!record_.ended()) change.wake_at = clock_ + duration{1'000};
    for (const call_record& call : record_.calls) {
        if (call.status != call_status::pending) continue;
        change.wake_at = std::min(change.wake_at, call.next_attempt_at);
    }
    committed_ = entries_.size();
    stored_.choose(change);
    stored_.note(change);
    return change;
}

batch batch_of(std::vector<saga_commit> sagas) {
    return {std::move(sagas), beginning};
}

outbox_event event_of(const saga_commit& change, std::string type, std::string data) {
    const journal_entry& last = change.entries.back();
    return {std::move(type),       change.saga->id,          last.sequence,  last.at,
            change.saga->customer, change.saga->traceparent, std::move(data)};
}

saga_commit telling(saga_commit change, const std::vector<std::string>& types) {
    for (const std::string& type : types)
        change.outbox.push_back(event_of(change, type));
    return change;
}

// -- temporary_folder

temporary_folder::temporary_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "makegood-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace toy
