#include "simulation/carrier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/assert.hpp"
#include "sagas/fulfilment/reports.hpp"

namespace makegood::simulation {
namespace {

using kind = fault_kind;
using namespace std::chrono_literals;

fact_reported report_of(const saga_id& id, const std::string& status) {
    const std::string body =
        fmt::format(R"({{"status":"{}","tracking":"{}"}})", status, id.suffix());
    auto read = fulfilment::read_report(body, "carrier");
    ASSERT(read.has_value());
    return std::move(*read);
}

bool waits_for_parcel(const saga_record& saga) {
    return saga.state.value == "awaiting_shipment" || saga.state.value == "in_transit";
}

}  // namespace

carrier::carrier(surroundings around, std::uint64_t seed)
    : around_(std::move(around)), luck_(seed, "carrier") {
    around_.host.judge.watch([this](const saga_record& saga) { notice(saga); });
}

// The backend may have the parcel while its answer is still waited for.
void carrier::notice(const saga_record& saga) {
    if (saga.definition->name() != "fulfilment" || set_off_.contains(saga.id)) return;
    const auto* parcel = around_.backends.shipments.find("shp_" + saga.id.suffix());
    if (parcel == nullptr || !parcel->made) return;
    set_off_.insert(saga.id);
    set_off(saga.id);
}

void carrier::set_off(const saga_id& id) {
    // Where nobody waits for it, it is said now and then all the same.
    if (!around_.is_waited_for && !luck_.happens(0.1)) return;
    duration at{};
    for (const std::string& status : some_story()) {
        at += luck_.happens(0.3) ? luck_.between(0s, 2s) : luck_.between(1s, 10min);
        around_.host.time.after(at, [this, id, status] { tell(id, status); });
    }
}

carrier::story carrier::some_story() {
    static const std::array<story, 7> troubles{
        {{"lost"},
         {"shipped", "lost"},
         {"shipped", "lost", "delivered"},
         {"returned"},
         {"shipped", "lost", "returned"},
         {"shipped"},
         {}}};
    story told = luck_.happens(0.1) ? story{"delivered"} : story{"shipped", "delivered"};
    if (around_.sky.strikes(kind::lost_parcel)) told = troubles[luck_.below(troubles.size())];
    if (around_.sky.strikes(kind::unruly_carrier)) muddle(told);
    return told;
}

void carrier::muddle(story& told) {
    const story once = told;
    for (const std::string& each : once) {
        if (luck_.happens(0.5)) told.push_back(each);
    }
    if (luck_.happens(0.5)) std::ranges::reverse(told);
}

void carrier::tell(const saga_id& id, const std::string& status) {
    around_.told[id].insert(status);
    const auto heard = std::make_shared<bool>(false);
    if (process* serving = around_.reachable()) {
        serving->submit(id, report_of(id, status), [this, id, status, heard](const reply& answer) {
            *heard = judge_answer(id, status, answer);
        });
    }
    around_.host.time.after(30s, [this, id, status, heard] {
        if (!*heard) tell(id, status);
    });
}

bool carrier::judge_answer(const saga_id& id, const std::string& status, const reply& answer) {
    const auto breaks = [&](const char* detail) {
        around_.found.breaks(
            promise::nothing_lost_or_doubled, id,
            fmt::format("it was told that its parcel is {}, and {}", status, detail)
        );
    };
    if (answer.why == refusal::store_unavailable || answer.why == refusal::overloaded) return false;
    if (answer.why == refusal::not_found && around_.host.judge.was_pruned(id)) return true;
    const bool taken = answer.why == refusal::none;
    if (taken != around_.is_waited_for) breaks(taken ? "nobody waits for it" : "is refused");
    if (!taken) return true;
    const saga_record& saga = around_.host.judge.durable().find(id)->record;
    if (saga.find("shipment_" + status) == nullptr) breaks("it is not known any more");
    if (status != "shipped" && waits_for_parcel(saga)) breaks("it is waited for still");
    return true;
}

}  // namespace makegood::simulation
