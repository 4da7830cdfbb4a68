#include "statestore/sqlite/place.hpp"

#include <fmt/format.h>

#include "statestore/sqlite/log_check.hpp"
#include "statestore/sqlite/schema.hpp"

namespace makegood::statestore {
namespace {

constexpr std::uint32_t busy_time_max_ms = 5'000;

std::string whose(const std::optional<store_place>& found, const store_place& expected) {
    if (!found) return "belongs to no data folder yet, and the others beside it do";
    if (!expected.folder.empty() && found->folder != expected.folder) {
        return fmt::format(
            "belongs to the data folder {}, and makegood.json is of {}", found->folder,
            expected.folder
        );
    }
    return fmt::format("is store {} of its folder, counted from 0", found->position);
}

}  // namespace

std::string new_folder_id() {
    connection db(":memory:", access::read_write, 0);
    statement draw(db, "SELECT lower(hex(randomblob(16)))");
    rows drawn = draw.select();
    if (!drawn.next()) db.fail(0, "drawing an id");
    return std::string(drawn.bytes(0));
}

std::optional<store_place> read_place(connection& db) {
    statement find(db, "SELECT folder, position FROM place");
    rows found = find.select();
    if (!found.next()) return {};
    return store_place{std::string(found.bytes(0)), static_cast<std::size_t>(found.integer(1))};
}

std::optional<store_place> read_place(const std::filesystem::path& store) {
    connection db(store, access::read_only, busy_time_max_ms);
    require_whole_log(db);
    if (require_known(db) < bound_since) return {};
    return read_place(db);
}

void bind_to_place(connection& db, const store_place& place) {
    transaction changes(db, transaction::kind::write);
    statement bind(db, "INSERT OR REPLACE INTO place VALUES (1, ?1, ?2)");
    bind.run(std::string_view(place.folder), place.position);
    changes.commit();
}

std::optional<std::string> misplacement(
    const std::filesystem::path& store,
    const std::optional<store_place>& found,
    const store_place& expected
) {
    const bool fits = found ? (expected.folder.empty() || found->folder == expected.folder)
                                  && found->position == expected.position
                            : expected.folder.empty();
    if (fits) return {};
    return fmt::format(
        "{} is not the store whose place it has (store {} in makegood.json): it {}; put each file "
        "back where it was, or restore a backup into another folder",
        store.string(), expected.position, whose(found, expected)
    );
}

void require_place(connection& db, const store_place& expected) {
    if (auto why = misplacement(db.file(), read_place(db), expected)) {
        throw store_failure{{store_errc::corrupt, std::move(*why)}};
    }
}

}  // namespace makegood::statestore
