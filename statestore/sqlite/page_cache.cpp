#include "statestore/sqlite/page_cache.hpp"

#include <sqlite3.h>

#include <atomic>
#include <memory>
#include <new>

namespace makegood::statestore {
namespace {

// What SQLite takes for its cache. Used as SQLite uses a cache: by one thread at a time.
struct watched_cache {
    sqlite3_pcache* real = nullptr;
    highest_page pages;
};

sqlite3_pcache_methods2 real;  // constant after use_page_cache()
std::atomic<std::uint64_t> walks = 0;

watched_cache& mine(sqlite3_pcache* cache) {
    return *reinterpret_cast<watched_cache*>(cache);
}

int initialize(void*) {
    return real.xInit(real.pArg);
}

void shut_down(void*) {
    if (real.xShutdown != nullptr) real.xShutdown(real.pArg);
}

sqlite3_pcache* create(int page_bytes, int extra_bytes, int purgeable) {
    auto made = std::unique_ptr<watched_cache>(new (std::nothrow) watched_cache);
    if (!made) return nullptr;
    made->real = real.xCreate(page_bytes, extra_bytes, purgeable);
    if (made->real == nullptr) return nullptr;
    return reinterpret_cast<sqlite3_pcache*>(made.release());
}

void destroy(sqlite3_pcache* cache) {
    const std::unique_ptr<watched_cache> ends(&mine(cache));
    real.xDestroy(ends->real);
}

sqlite3_pcache_page* fetch(sqlite3_pcache* cache, unsigned page, int creates) {
    sqlite3_pcache_page* const found = real.xFetch(mine(cache).real, page, creates);
    if (found != nullptr) mine(cache).pages.comes(page);
    return found;
}

void move(sqlite3_pcache* cache, sqlite3_pcache_page* page, unsigned from, unsigned to) {
    real.xRekey(mine(cache).real, page, from, to);
    mine(cache).pages.moves(from, to);
}

void drop_from(sqlite3_pcache* cache, unsigned page) {
    if (!mine(cache).pages.reaches(page)) return;
    walks.fetch_add(1, std::memory_order_relaxed);
    real.xTruncate(mine(cache).real, page);
    mine(cache).pages.drops_from(page);
}

sqlite3_pcache_methods2 watching() {
    sqlite3_pcache_methods2 methods = real;
    methods.xInit = initialize;
    methods.xShutdown = shut_down;
    methods.xCreate = create;
    methods.xDestroy = destroy;
    methods.xFetch = fetch;
    methods.xRekey = move;
    methods.xTruncate = drop_from;
    methods.xCachesize = [](sqlite3_pcache* cache, int pages) {
        real.xCachesize(mine(cache).real, pages);
    };
    methods.xPagecount = [](sqlite3_pcache* cache) { return real.xPagecount(mine(cache).real); };
    methods.xUnpin = [](sqlite3_pcache* cache, sqlite3_pcache_page* page, int discards) {
        real.xUnpin(mine(cache).real, page, discards);
    };
    methods.xShrink = [](sqlite3_pcache* cache) { real.xShrink(mine(cache).real); };
    return methods;
}

}  // namespace

void use_page_cache() {
    static const int code = [] {
        if (const int refused = sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &real);
            refused != SQLITE_OK) {
            return refused;
        }
        sqlite3_pcache_methods2 methods = watching();
        return sqlite3_config(SQLITE_CONFIG_PCACHE2, &methods);
    }();
    static_cast<void>(code);
}

std::uint64_t page_cache_walks() {
    return walks;
}

}  // namespace makegood::statestore
