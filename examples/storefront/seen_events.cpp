#include "examples/storefront/seen_events.hpp"

namespace storefront {

seen_events::seen_events(database& store) : store_(store) {
    store_.script(
        "CREATE TABLE IF NOT EXISTS seen_events("
        "  source TEXT NOT NULL,"
        "  id TEXT NOT NULL,"
        "  PRIMARY KEY(source, id)"
        ") WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS file_id(id TEXT NOT NULL);"
        "INSERT INTO file_id SELECT lower(hex(randomblob(6)))"
        " WHERE NOT EXISTS(SELECT 1 FROM file_id);"
    );
}

bool seen_events::note(const checkout_event& news) {
    return store_.run(
               "INSERT INTO seen_events(source, id) VALUES(?1, ?2) ON CONFLICT DO NOTHING",
               {news.source, news.id}
           )
           == 1;
}

std::int64_t seen_events::count() {
    return store_.number("SELECT COUNT(*) FROM seen_events");
}

std::string seen_events::file_id() {
    auto found = store_.select("SELECT id FROM file_id");
    found.next();
    return found.text(0);
}

}  // namespace storefront
