#include "simulation/faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engine/assert.hpp"

namespace makegood::simulation {
namespace {

using kind = fault_kind;

constexpr std::array<fault_description, fault_kinds_count> descriptions{{
    {kind::lost_request, "lost_request", 0.01, 0.06, "a call never arrives"},
    {kind::lost_answer, "lost_answer", 0.01, 0.06, "a call is done, its answer is lost"},
    {kind::duplicate, "duplicate", 0.01, 0.05, "a call arrives twice, the second time later"},
    {kind::late_delivery, "late_delivery", 0.005, 0.03,
     "a call arrives long after its deadline, perhaps after its undo"},
    {kind::slow_answer, "slow_answer", 0.02, 0.1, "an answer takes seconds"},
    {kind::server_error, "server_error", 0.01, 0.06, "5xx, 429 or 408; nothing was done"},
    {kind::error_after_effect, "error_after_effect", 0.005, 0.03, "done, and answered with 500"},
    {kind::malformed_answer, "malformed_answer", 0.005, 0.03, "done, and answered with rubbish"},
    {kind::denied, "denied", 0.0005, 0.003, "401, 403, or a 4xx that nobody can read"},
    {kind::breaker_open, "breaker_open", 0.005, 0.03, "the circuit is open: not even tried"},
    {kind::refused, "refused", 0.02, 0.06, "the backend's final no"},
    {kind::early_expiry, "early_expiry", 0.002, 0.02,
     "the reservation ends just before the confirmation arrives"},
    {kind::captured_early, "captured_early", 0.005, 0.03, "money is taken when it is authorized"},
    {kind::backend_restart, "backend_restart", 0.001, 0.01, "a backend is away for seconds"},
    {kind::error_storm, "error_storm", 0.001, 0.01,
     "a backend answers nothing but errors for a while"},
    {kind::crash, "crash", 0.001, 0.02, "the process dies and starts again"},
    {kind::crash_in_recovery, "crash_in_recovery", 0.3, 0.3,
     "a process that died dies again within moments of its start"},
    {kind::takeover, "takeover", 0.001, 0.01,
     "another process takes the store over while the first still runs"},
    {kind::disk_full, "disk_full", 0.0005, 0.003, "no commit succeeds for seconds"},
    {kind::fsync_failure, "fsync_failure", 0.001, 0.01, "a commit fails"},
    {kind::slow_fsync, "slow_fsync", 0.001, 0.01, "commits take up to seconds for a while"},
    {kind::clock_forward, "clock_forward", 0.0005, 0.002, "the wall clock is set forward"},
    {kind::clock_back, "clock_back", 0.0005, 0.002, "the wall clock is set back"},
    {kind::repeated_start, "repeated_start", 0.05, 0.2, "a start is sent again with its key"},
    {kind::reused_key, "reused_key", 0.005, 0.02, "a key comes with another payload"},
    {kind::cancel, "cancel", 0.01, 0.05, "the customer calls it off"},
    {kind::operator_verb, "operator_verb", 0.005, 0.05, "an operator does something at random"},
    {kind::late_customer, "late_customer", 0.1, 0.3,
     "a customer who must act does so twice, too late, or never"},
    {kind::lost_parcel, "lost_parcel", 0.05, 0.2,
     "a parcel is lost, comes back, or nobody hears of it again"},
    {kind::unruly_carrier, "unruly_carrier", 0.1, 0.4,
     "what becomes of a parcel is told twice and in the wrong order"},
}};

static_assert(std::ranges::all_of(descriptions, [](const fault_description& each) {
    return &each - descriptions.data() == static_cast<std::ptrdiff_t>(each.kind);
}));

std::optional<fault_kind> find_kind(std::string_view name) {
    for (const fault_description& each : descriptions) {
        if (each.name == name) return each.kind;
    }
    return {};
}

std::string known_names() {
    std::string names;
    for (const fault_description& each : descriptions) {
        if (!names.empty()) names += ", ";
        names += each.name;
    }
    return names;
}

std::optional<fault_rates> preset(std::string_view name) {
    if (name != "none" && name != "light" && name != "heavy") return {};
    fault_rates rates;
    for (const fault_description& each : descriptions) {
        if (name == "light") rates.set(each.kind, each.light);
        if (name == "heavy") rates.set(each.kind, each.heavy);
    }
    return rates;
}

std::optional<double> parse_rate(const std::string& text) {
    char* end = nullptr;
    const double rate = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(rate >= 0 && rate <= 1)) return {};
    return rate;
}

}  // namespace

const std::array<fault_description, fault_kinds_count>& fault_descriptions() {
    return descriptions;
}

std::string_view fault_name(fault_kind kind) {
    return descriptions[static_cast<std::size_t>(kind)].name;
}

result_or<fault_rates, std::string> fault_rates::parse(std::string_view text) {
    fault_rates rates;
    for (bool first = true; first || !text.empty(); first = false) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view word = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        if (const auto named = preset(word); named && first) {
            rates = *named;
            continue;
        }
        const std::size_t equals = std::min(word.find('='), word.size());
        const auto kind = find_kind(word.substr(0, equals));
        if (!kind) {
            return fmt::format(
                "\"{}\" is neither none, light, heavy nor a fault; faults are {}",
                word.substr(0, equals), known_names()
            );
        }
        const auto rate = parse_rate(std::string(word.substr(std::min(equals + 1, word.size()))));
        if (!rate) {
            return fmt::format(
                "\"{0}\" needs a probability from 0 to 1: {0}=0.1", word.substr(0, equals)
            );
        }
        rates.set(*kind, *rate);
    }
    return rates;
}

std::string fault_rates::text() const {
    std::string out = "none";
    for (const fault_description& each : descriptions) {
        if (of(each.kind) != 0) out += fmt::format(",{}={}", each.name, of(each.kind));
    }
    return out;
}

weather::weather(std::uint64_t seed, const fault_rates& rates) : rates_(rates) {
    streams_.reserve(fault_kinds_count);
    for (const fault_description& each : descriptions)
        streams_.emplace_back(seed, each.name);
}

bool weather::strikes(fault_kind kind) {
    const double rate = rates_.of(kind);
    if (fair_ || rate <= 0) return false;
    const auto index = static_cast<std::size_t>(kind);
    if (!streams_[index].happens(rate)) return false;
    ++counts_[index];
    return true;
}

}  // namespace makegood::simulation
