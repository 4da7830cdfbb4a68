#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports/journal.hpp"
#include "statestore/data_folder.hpp"
#include "statestore/sqlite/store.hpp"

namespace makegood::statestore {

// Reads all stores of a data folder as if they were one, live or not, without taking its lock: what
// the command line reads through. One saga is also found in the archives; lists and statistics are
// of the stores. No journal_reader: events have positions in one store only. One thread at a time.
class folder_reader final {
public:
    // `registry` outlives the reader.
    [[nodiscard]] static store_result<std::unique_ptr<folder_reader>> open(
        const std::filesystem::path& folder, const definition_registry& registry
    );

    [[nodiscard]] store_result<saga_record> load(const saga_id& id);
    [[nodiscard]] store_result<std::vector<journal_entry>> journal(const saga_id& id);
    [[nodiscard]] store_result<saga_page> list(const saga_query& query);
    [[nodiscard]] store_result<std::vector<wake_up>> unfinished();
    [[nodiscard]] store_result<store_statistics> statistics();
    [[nodiscard]] const std::string& folder_id() const { return manifest_.id; }
    // Each by itself, in the order of the folder's manifest: that of a server's lanes.
    [[nodiscard]] const std::vector<std::unique_ptr<sqlite_reader>>& stores() const {
        return stores_;
    }

private:
    folder_reader(
        std::filesystem::path folder,
        const definition_registry& registry,
        folder_manifest manifest,
        std::vector<std::unique_ptr<sqlite_reader>> stores
    );
    [[nodiscard]] sqlite_reader& store_of(const saga_id& id);
    // What `read(reader)` answers, of the saga's store or else of its archives.
    template <class Read>
    auto read_somewhere(const saga_id& id, const Read& read) -> decltype(read(store_of(id)));

    std::filesystem::path folder_;
    const definition_registry& registry_;
    folder_manifest manifest_;
    std::vector<std::unique_ptr<sqlite_reader>> stores_;
};

}  // namespace makegood::statestore
