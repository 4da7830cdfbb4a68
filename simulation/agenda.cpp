#include "simulation/agenda.hpp"

#include <algorithm>

#include "engine/assert.hpp"

namespace makegood::simulation {

bool agenda::later(const entry& left, const entry& right) {
    return std::pair(left.when, left.order) > std::pair(right.when, right.order);
}

instant agenda::next() const {
    return heap_.empty() ? never : heap_.front().when;
}

void agenda::at(instant when, deed what) {
    heap_.push_back({std::max(when, now_), made_++, std::move(what)});
    std::push_heap(heap_.begin(), heap_.end(), later);
}

bool agenda::step() {
    if (heap_.empty()) return false;
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const entry next = std::move(heap_.back());
    heap_.pop_back();
    ASSERT(next.when >= now_);
    now_ = next.when;
    ++steps_;
    next.what();
    return true;
}

}  // namespace makegood::simulation
