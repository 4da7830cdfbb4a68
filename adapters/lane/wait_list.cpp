#include "adapters/lane/wait_list.hpp"

#include <algorithm>
#include <utility>

#include "engine/assert.hpp"

namespace makegood {

void wait_list::add(waiter added, steady_instant until) {
    const saga_id id = added.id;
    by_saga_.emplace(id, by_time_.emplace(until, std::move(added)));
}

std::vector<wait_list::waiter> wait_list::take_of(const saga_id& id) {
    std::vector<waiter> taken;
    const auto [first, last] = by_saga_.equal_range(id);
    for (auto each = first; each != last; ++each) {
        taken.push_back(std::move(each->second->second));
        by_time_.erase(each->second);
    }
    by_saga_.erase(first, last);
    return taken;
}

std::vector<wait_list::waiter> wait_list::take_due(steady_instant at) {
    std::vector<waiter> taken;
    while (!by_time_.empty() && by_time_.begin()->first <= at) {
        const auto due = by_time_.begin();
        const auto [first, last] = by_saga_.equal_range(due->second.id);
        const auto entry =
            std::find_if(first, last, [due](const auto& each) { return each.second == due; });
        ASSERT(entry != last);
        by_saga_.erase(entry);
        taken.push_back(std::move(due->second));
        by_time_.erase(due);
    }
    return taken;
}

steady_instant wait_list::next() const {
    return by_time_.empty() ? steady_instant::max() : by_time_.begin()->first;
}

}  // namespace makegood
