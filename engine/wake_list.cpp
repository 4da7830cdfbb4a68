#include "engine/wake_list.hpp"

#include <algorithm>
#include <functional>

#include "engine/assert.hpp"

namespace makegood {

void wake_list::add(instant at, const saga_id& id) {
    const entry added = entry_of(at, id);
    slice& entries = slices_[slice_of(at)];
    const auto place = std::lower_bound(entries.begin(), entries.end(), added, std::greater{});
    if (place == entries.end() || *place != added) entries.insert(place, added);
}

void wake_list::add_all(const std::vector<wake_up>& added) {
    for (const wake_up& each : added) {
        if (each.at != never) slices_[slice_of(each.at)].push_back(entry_of(each.at, each.id));
    }
    for (auto& [number, entries] : slices_)
        std::sort(entries.begin(), entries.end(), std::greater{});
}

void wake_list::remove(instant at, const saga_id& id) {
    const auto found = slices_.find(slice_of(at));
    if (found == slices_.end()) return;
    const entry removed = entry_of(at, id);
    slice& entries = found->second;
    const auto place = std::lower_bound(entries.begin(), entries.end(), removed, std::greater{});
    if (place == entries.end() || *place != removed) return;
    entries.erase(place);
    if (entries.empty()) slices_.erase(found);
}

wake_up wake_list::next() const {
    ASSERT(!slices_.empty());
    const auto& [number, entries] = *slices_.begin();
    ASSERT(!entries.empty());
    return {entries.back().id, instant{duration{number * slice_ms + entries.back().ms}}};
}

wake_up wake_list::take_next() {
    const wake_up taken = next();
    slice& entries = slices_.begin()->second;
    entries.pop_back();
    if (entries.empty()) slices_.erase(slices_.begin());
    return taken;
}

// Rounds down, also before 1970.
std::int64_t wake_list::slice_of(instant at) {
    const std::int64_t ms = at.time_since_epoch().count();
    return ms / slice_ms - (ms % slice_ms < 0 ? 1 : 0);
}

wake_list::entry wake_list::entry_of(instant at, const saga_id& id) {
    const std::int64_t ms = at.time_since_epoch().count() - slice_of(at) * slice_ms;
    return {static_cast<std::uint8_t>(ms), id};
}

}  // namespace makegood
