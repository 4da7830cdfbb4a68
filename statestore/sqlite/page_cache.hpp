#pragma once

#include <algorithm>
#include <cstdint>

// SQLite's own page cache, with one walk left out. When a commit swaps two pages of a B-tree,
// SQLite gives one of them for a moment the number of the page at 1 GiB, and at its end it asks the
// cache to drop what lies beyond the end of the database. The cache has seen that number and goes
// through all of its pages, after most commits of a store below 1 GiB: milliseconds each with 64
// MiB.
namespace makegood::statestore {

// Up to which page number something is in a cache. A number that a page has only for a moment is
// forgotten with it.
class highest_page {
public:
    void comes(std::uint32_t page) { highest_ = std::max(highest_, page); }
    void moves(std::uint32_t from, std::uint32_t to) {
        if (from == passing_) passing_ = 0;
        if (to <= highest_) return;
        if (passing_ != 0) comes(std::max(passing_, to));
        passing_ = to;
    }
    void drops_from(std::uint32_t page) {
        highest_ = page - 1;
        passing_ = 0;
    }
    [[nodiscard]] bool reaches(std::uint32_t page) const {
        return std::max(highest_, passing_) >= page;
    }

private:
    std::uint32_t highest_ = 0;
    std::uint32_t passing_ = 0;  // higher than that, and of one page that was moved there; 0: none
};

// Makes it the cache of every connection of this process. Before SQLite is used; afterwards it does
// nothing, and SQLite's own stays.
void use_page_cache();

// How often a cache was gone through since the program began. Any thread.
[[nodiscard]] std::uint64_t page_cache_walks();

}  // namespace makegood::statestore
