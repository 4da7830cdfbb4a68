#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "engine/identifiers.hpp"
#include "engine/time.hpp"

namespace makegood {

// Where a saga stands in a list. Lists are newest first: in descending order of it.
struct list_position {
    instant created_at{};
    saga_id saga;
    auto operator<=>(const list_position&) const = default;
};

// A part of a list, in its order. It may end before it is full, and even be empty, where too much
// had to be looked at for one page.
template <class Item>
struct list_page {
    std::vector<Item> items;
    // The list goes on after this position; nothing when it ends here.
    std::optional<list_position> next = {};
};

// The page of a list that several stores hold, from a page of each. An Item has a
// position_of(item).
template <class Item>
[[nodiscard]] list_page<Item> merge_pages(std::vector<list_page<Item>> parts, std::size_t limit) {
    list_page<Item> merged;
    for (list_page<Item>& part : parts) {
        // nullopt is less than every position.
        merged.next = std::max(merged.next, part.next);
        std::move(part.items.begin(), part.items.end(), std::back_inserter(merged.items));
    }
    // What one store has not looked at yet may be newer than what another one shows.
    if (merged.next) {
        std::erase_if(merged.items, [&](const Item& item) {
            return position_of(item) < *merged.next;
        });
    }
    std::sort(merged.items.begin(), merged.items.end(), [](const Item& left, const Item& right) {
        return position_of(left) > position_of(right);
    });
    if (merged.items.size() > limit) {
        merged.items.erase(
            merged.items.begin() + static_cast<std::ptrdiff_t>(limit), merged.items.end()
        );
        merged.next = position_of(merged.items.back());
    }
    return merged;
}

}  // namespace makegood
