#include "engine/definition.hpp"

#include "engine/assert.hpp"

namespace makegood {
namespace {

start_refusal nobody_listens(const definition& meaning) {
    return {
        "invalid-field",
        "nobody may report anything of the saga " + std::string(meaning.name()),
        {}};
}

}  // namespace

bool is_end(state_kind kind) {
    return kind == state_kind::completed || kind == state_kind::failed
           || kind == state_kind::compensated;
}

saga_status status_of(state_kind kind) {
    switch (kind) {
        case state_kind::initial:
        case state_kind::forward:
        case state_kind::pivoting:
        case state_kind::committed: return saga_status::running;
        case state_kind::waiting: return saga_status::awaiting_customer;
        case state_kind::backward: return saga_status::compensating;
        case state_kind::completed: return saga_status::completed;
        case state_kind::failed: return saga_status::failed;
        case state_kind::compensated: return saga_status::compensated;
    }
    ASSERT(false);
}

result_or<fact_reported, start_refusal> definition::read_report(std::string_view, std::string_view)
    const {
    return nobody_listens(*this);
}

result_or<addressed_report, start_refusal> definition::read_report_event(
    std::string_view, std::string_view, std::string_view
) const {
    return nobody_listens(*this);
}

const state_spec& definition::state(state_name name) const {
    for (const state_spec& each : states()) {
        if (each.name == name) return each;
    }
    ASSERT(false && "the state is not declared by its definition");
    std::abort();
}

const call_spec& definition::call(call_name name) const {
    for (const call_spec& each : calls()) {
        if (each.name == name) return each;
    }
    ASSERT(false && "the call is not in the definition's catalogue");
    std::abort();
}

std::optional<state_name> definition::find_state(std::string_view text) const {
    for (const state_spec& each : states()) {
        if (each.name.value == text) return each.name;
    }
    return {};
}

std::optional<fact_name> definition::find_fact(std::string_view text) const {
    for (const fact_name& each : facts()) {
        if (each.value == text) return each;
    }
    return {};
}

std::optional<call_name> definition::find_call(std::string_view text) const {
    for (const call_spec& each : calls()) {
        if (each.name.value == text) return each.name;
    }
    return {};
}

state_name definition::initial_state() const {
    for (const state_spec& each : states()) {
        if (each.kind == state_kind::initial) return each.name;
    }
    ASSERT(false && "a definition declares an initial state");
    std::abort();
}

void definition_registry::add(std::unique_ptr<definition> added) {
    ASSERT(added != nullptr);
    ASSERT(find(added->name(), added->version()) == nullptr);
    ASSERT(added->id_prefix().size() == 3);
    all_.push_back(std::move(added));
}

const definition* definition_registry::find(std::string_view name, std::uint16_t version) const {
    for (const auto& each : all_) {
        if (each->version() == version && each->name() == name) return each.get();
    }
    return nullptr;
}

const definition* definition_registry::newest(std::string_view name) const {
    const definition* found = nullptr;
    for (const auto& each : all_) {
        if (each->name() != name) continue;
        if (found == nullptr || each->version() > found->version()) found = each.get();
    }
    return found;
}

const definition* definition_registry::by_prefix(std::string_view id_prefix) const {
    for (const auto& each : all_) {
        if (each->id_prefix() == id_prefix) return newest(each->name());
    }
    return nullptr;
}

}  // namespace makegood
