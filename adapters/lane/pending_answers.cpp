#include "adapters/lane/pending_answers.hpp"

#include <utility>

#include "engine/assert.hpp"

namespace makegood {

ticket pending_answers::add(pending added) {
    if (free_.empty()) {
        places_.push_back(std::move(added));
        return places_.size();
    }
    const ticket which = free_.back();
    free_.pop_back();
    places_[which - 1] = std::move(added);
    return which;
}

pending_answers::pending pending_answers::take(ticket which) {
    ASSERT(which >= 1 && which <= places_.size());
    pending taken = std::exchange(places_[which - 1], {});
    ASSERT(static_cast<bool>(taken.done));
    free_.push_back(which);
    return taken;
}

}  // namespace makegood
