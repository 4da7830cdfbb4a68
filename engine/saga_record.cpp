#include "engine/saga_record.hpp"

#include <algorithm>
#include <array>

#include "engine/assert.hpp"
#include "engine/definition.hpp"

namespace makegood {
namespace {

struct named_status {
    saga_status status;
    std::string_view text;
};
constexpr std::array named_statuses{
    named_status{saga_status::running, "running"},
    named_status{saga_status::awaiting_customer, "awaiting_customer"},
    named_status{saga_status::compensating, "compensating"},
    named_status{saga_status::parked, "parked"},
    named_status{saga_status::completed, "completed"},
    named_status{saga_status::failed, "failed"},
    named_status{saga_status::compensated, "compensated"},
};

}  // namespace

const std::string* saga_record::find(std::string_view name) const {
    const std::string* value = learnt.find(name);
    return value == nullptr ? inputs.find(name) : value;
}

std::string_view saga_record::text(std::string_view name) const {
    const std::string* value = find(name);
    return value == nullptr ? std::string_view{} : std::string_view{*value};
}

std::optional<std::int64_t> saga_record::integer(std::string_view name) const {
    const std::string* value = find(name);
    return value == nullptr ? std::nullopt : integer_of(*value);
}

const call_record* saga_record::find_call(const call_reference& call) const {
    const auto at = std::find_if(calls.begin(), calls.end(), [&](const call_record& each) {
        return each.call == call;
    });
    return at == calls.end() ? nullptr : &*at;
}

call_record* saga_record::find_call(const call_reference& call) {
    return const_cast<call_record*>(std::as_const(*this).find_call(call));
}

saga_status saga_record::status() const {
    ASSERT(definition != nullptr);
    const saga_status natural = status_of(definition->state(state).kind);
    return parked && !ended() ? saga_status::parked : natural;
}

bool saga_record::ended() const {
    ASSERT(definition != nullptr);
    return is_end(definition->state(state).kind);
}

std::string_view status_text(saga_status status) {
    return named_statuses[static_cast<std::size_t>(status)].text;
}

std::optional<saga_status> parse_status(std::string_view text) {
    for (const named_status& each : named_statuses) {
        if (each.text == text) return each.status;
    }
    return {};
}

std::string_view call_status_text(call_status status) {
    switch (status) {
        case call_status::pending: return "pending";
        case call_status::waiting: return "waiting";
        case call_status::done: return "done";
        case call_status::refused: return "refused";
        case call_status::unknown: return "unknown";
        case call_status::abandoned: return "abandoned";
    }
    ASSERT(false);
}

}  // namespace makegood
