#include "tests/engine/errand_saga.hpp"

#include <algorithm>

namespace makegood::test {
namespace {

constexpr std::array states_list{
    state_spec{state_name{"begun"}, state_kind::initial},
    state_spec{state_name{"buying"}, state_kind::forward},
    state_spec{state_name{"waiting"}, state_kind::waiting},
    state_spec{state_name{"paying"}, state_kind::pivoting},
    state_spec{state_name{"thanking"}, state_kind::committed},
    state_spec{state_name{"searching"}, state_kind::committed},
    state_spec{state_name{"done"}, state_kind::completed},
    state_spec{state_name{"refused"}, state_kind::failed},
    state_spec{state_name{"returning"}, state_kind::backward},
    state_spec{state_name{"returned"}, state_kind::compensated},
};

constexpr std::array facts_list{
    fact_name{"started"},          fact_name{"bought"},      fact_name{"sold_out"},
    fact_name{"asked_back"},       fact_name{"paid"},        fact_name{"not_paid"},
    fact_name{"thanked"},          fact_name{"given_back"},  fact_name{"outcome_unknown"},
    fact_name{"cancel_requested"}, fact_name{"shop_closed"}, fact_name{"missing"},
    fact_name{"turned_up"},        fact_name{"searched"},
};

const std::array calls_list{
    call_spec{
        .name = call_name{"buy"},
        .backend = backend_name{"shop"},
        .key = "buy",
        .on_done = fact_name{"bought"},
        .on_refused = fact_name{"sold_out"},
        .on_waiting = fact_name{"asked_back"},
        .signal = "shop"},
    call_spec{
        .name = call_name{"pay"},
        .backend = backend_name{"bank"},
        .key = "pay",
        .tries = persistence::until_expiry,
        .on_done = fact_name{"paid"},
        .on_refused = fact_name{"not_paid"},
        .on_waiting = {},
        .signal = {},
        .resolvable = false},
    call_spec{
        .name = call_name{"thank"},
        .backend = backend_name{"shop"},
        .key = "thank",
        .tries = persistence::persistent,
        .on_done = fact_name{"thanked"},
        .on_refused = {},
        .on_waiting = {},
        .signal = {}},
    call_spec{
        .name = call_name{"give_back"},
        .backend = backend_name{"shop"},
        .key = "buy",
        .undo = true,
        .tries = persistence::persistent,
        .on_done = fact_name{"given_back"},
        .on_refused = {},
        .on_waiting = {},
        .signal = {}},
    call_spec{
        .name = call_name{"search"},
        .backend = {},
        .key = "search",
        .tries = persistence::persistent,
        .on_done = fact_name{"searched"},
        .parks_as = "goods_missing",
        .task = "look under the bench"},
};

struct arrow {
    std::string_view from, on, to, emits;
};
constexpr arrow arrows[] = {
    {"begun", "started", "buying", "buy"},
    {"buying", "bought", "paying", "pay"},
    {"buying", "asked_back", "waiting", ""},
    {"buying", "sold_out", "returning", "give_back"},
    {"buying", "outcome_unknown", "returning", "give_back"},
    {"buying", "cancel_requested", "returning", "give_back"},
    {"buying", "shop_closed", "returning", "give_back"},
    {"waiting", "bought", "paying", "pay"},
    {"waiting", "sold_out", "returning", "give_back"},
    {"waiting", "cancel_requested", "returning", "give_back"},
    {"waiting", "shop_closed", "returning", "give_back"},
    {"paying", "paid", "thanking", "thank"},
    {"paying", "not_paid", "returning", "give_back"},
    {"paying", "outcome_unknown", "returning", "give_back"},
    {"paying", "cancel_requested", "-", ""},
    {"thanking", "thanked", "done", ""},
    {"thanking", "cancel_requested", "-", ""},
    {"thanking", "missing", "searching", "search"},
    {"searching", "searched", "done", ""},
    {"searching", "turned_up", "done", ""},
    {"searching", "cancel_requested", "-", ""},
    {"returning", "given_back", "returned", ""},
    {"returning", "cancel_requested", "-", ""},
};

constexpr std::array announced_of_errands{
    announcement{fact_name{"started"}, state_name{"buying"}, "errand.accepted"},
    announcement{fact_name{"asked_back"}, state_name{"waiting"}, "errand.asked_back"},
    announcement{fact_name{"bought"}, state_name{"paying"}, "errand.bought"},
};
constexpr std::array announced_of_chores{
    announcement{fact_name{"started"}, state_name{"buying"}, "chore.accepted"},
};

// Word of the goods changes nothing where no arrow says so.
bool is_report(fact_name fact) {
    return fact.value == "missing" || fact.value == "turned_up";
}

transition go_searching() {
    transition next{.says = transition::verdict::taken, .to = state_name{"searching"}};
    next.emits.push_back(call_name{"search"});
    return next;
}

bool may_be_undone(state_kind kind) {
    return kind == state_kind::forward || kind == state_kind::waiting;
}

}  // namespace

errand_saga::errand_saga(
    std::size_t shops, std::string_view name, std::string_view prefix, std::string_view child
)
    : shops_(shops), name_(name), prefix_(prefix), child_(child) {}

std::span<const state_spec> errand_saga::states() const {
    return states_list;
}
std::span<const fact_name> errand_saga::facts() const {
    return facts_list;
}
std::span<const call_spec> errand_saga::calls() const {
    return calls_list;
}

transition errand_saga::decide(const saga_record& saga, fact_name fact) const {
    const bool misses = saga.find("missing") != nullptr && saga.find("turned_up") == nullptr;
    if (fact.value == "thanked" && misses) return go_searching();
    for (const arrow& each : arrows) {
        if (each.from != saga.state.value || each.on != fact.value) continue;
        transition next;
        if (each.to == "-") {
            next.says = transition::verdict::ignored;
            return next;
        }
        next.says = transition::verdict::taken;
        next.to = *find_state(each.to);
        if (!each.emits.empty()) next.emits.push_back(*find_call(each.emits));
        next.starts_child = each.to == "done" && !child_.empty();
        return next;
    }
    if (is_report(fact)) return {.says = transition::verdict::ignored};
    return {};
}

bool errand_saga::takes_report(const saga_record& saga, fact_name fact) const {
    return is_report(fact) && saga.inputs.find("nobody_listens") == nullptr;
}

call_ordinals errand_saga::fan_out(const call_spec& call, const saga_record& saga) const {
    call_ordinals ordinals;
    if (call.name.value == "give_back") {
        for (const call_record& each : saga.calls) {
            const bool bought = each.call.call.value == "buy";
            if (bought && each.status != call_status::refused)
                ordinals.push_back(each.call.ordinal);
        }
        return ordinals;
    }
    if (call.name.value != "buy") return {0};
    for (std::size_t i = 0; i < shops_; ++i)
        ordinals.push_back(static_cast<call_ordinal>(i));
    return ordinals;
}

call_request errand_saga::request(const call_spec& call, call_ordinal ordinal, const saga_record&)
    const {
    return {"POST", "/" + std::string(call.name.value) + "/" + std::to_string(ordinal), "{}"};
}

call_answer errand_saga::read_answer(
    const call_spec&, call_ordinal, const saga_record&, const backend_answer& answer
) const {
    variables learnt;
    if (!answer.body.empty()) learnt.set("said", answer.body);
    switch (answer.status) {
        case 200: return answered_done{std::move(learnt)};
        case 202: return answered_waiting{std::move(learnt)};
        case 409: return answered_refused{answer.body, "the shop says no"};
        case 503: return answered_retry{"503", answer.retry_after};
        case 401: return answered_denied{"401"};
        default: return answered_unknown{"status " + std::to_string(answer.status)};
    }
}

std::string errand_saga::idempotency_key_of(
    const call_spec& call, call_ordinal ordinal, const saga_record& saga
) const {
    std::string key = saga.id.text() + ":" + std::string(call.key) + ":" + std::to_string(ordinal);
    return call.undo ? key + ":undo" : key;
}

std::optional<state_deadline> errand_saga::deadline(const saga_record& saga) const {
    const auto expires = saga.integer("expires_ms");
    if (!expires || !may_be_undone(state(saga.state).kind)) return {};
    return state_deadline{fact_name{"shop_closed"}, saga.created_at + duration{*expires}};
}

instant errand_saga::calls_useful_until(const saga_record& saga) const {
    const auto expires = saga.integer("expires_ms");
    return expires ? saga.created_at + duration{*expires} : never;
}

std::string errand_saga::reason_code(const saga_record&, fact_name fact, std::string_view code)
    const {
    return code.empty() ? std::string(fact.value) : std::string(code);
}

std::optional<child_start> errand_saga::child(const saga_record& saga) const {
    const std::string_view prefix = "chi";
    variables inputs;
    inputs.set("parent", saga.id.text());
    return child_start{std::string(child_), saga.id.with_prefix(prefix), std::move(inputs)};
}

result_or<start_document, start_refusal> errand_saga::read_start(std::string_view body) const {
    if (body.empty()) return start_refusal{"invalid-json", "empty", {}};
    start_document document;
    document.customer = customer_id{"somebody"};
    document.inputs.set("body", std::string(body));
    return document;
}

std::string errand_saga::render(const saga_record& saga, std::span<const live_note>) const {
    return "{\"id\":\"" + saga.id.text() + "\"}";
}

std::span<const announcement> errand_saga::announcements() const {
    if (name_ == "errand") return announced_of_errands;
    return announced_of_chores;
}

std::string errand_saga::announcement_data(const saga_record& saga) const {
    std::string data = R"({"status":")";
    data.append(status_text(saga.status())).append(R"(","state":")").append(saga.state.value);
    return data.append("\"}");
}

}  // namespace makegood::test
