#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "adapters/kafka/message.hpp"
#include "engine/assert.hpp"

namespace makegood::kafka {

// What is under way, in order, and up to where all of it is done: items are finished in any order,
// and leave when everything before them is finished too. An item does not move while it is here.
// Confined to one thread.
template <class Item>
class prefix_queue {
public:
    struct entry {
        message_position position;
        Item item;
        bool finished = false;
    };

    // `position` is higher than every one before.
    void push(message_position position, Item item) {
        ASSERT(!last_ || *last_ < position);
        last_ = position;
        entries_.push_back(entry{position, std::move(item)});
    }

    // Nothing when the position is not here: never pushed, or gone.
    [[nodiscard]] entry* find(message_position position) {
        const auto found = std::ranges::lower_bound(entries_, position, {}, &entry::position);
        return found == entries_.end() || found->position != position ? nullptr : &*found;
    }

    // Drops the finished ones that nothing unfinished comes before, each told to `leaves(entry&)`;
    // the position of the last of them.
    template <class Leaves>
    std::optional<message_position> drop_prefix(Leaves leaves) {
        std::optional<message_position> dropped;
        while (!entries_.empty() && entries_.front().finished) {
            leaves(entries_.front());
            dropped = entries_.front().position;
            entries_.pop_front();
        }
        return dropped;
    }

    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] entry& at(std::size_t index) { return entries_[index]; }

private:
    std::deque<entry> entries_;
    std::optional<message_position> last_;
};

}  // namespace makegood::kafka
