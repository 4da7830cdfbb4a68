#include "statestore/folder_reader.hpp"

#include <algorithm>
#include <map>

#include "engine/limits.hpp"
#include "statestore/sqlite/archive.hpp"

namespace makegood::statestore {

store_result<std::unique_ptr<folder_reader>> folder_reader::open(
    const std::filesystem::path& folder, const definition_registry& registry
) {
    store_result<folder_manifest> manifest = read_manifest(folder);
    if (!manifest) return manifest.error();
    std::vector<std::unique_ptr<sqlite_reader>> stores;
    for (std::size_t each = 0; each < manifest->stores.size(); ++each) {
        auto store = sqlite_reader::open(
            folder / manifest->stores[each], registry, manifest->place_of(each)
        );
        if (!store) return store.error();
        stores.push_back(std::move(*store));
    }
    return std::unique_ptr<folder_reader>(
        new folder_reader(folder, registry, std::move(*manifest), std::move(stores))
    );
}

folder_reader::folder_reader(
    std::filesystem::path folder,
    const definition_registry& registry,
    folder_manifest manifest,
    std::vector<std::unique_ptr<sqlite_reader>> stores
)
    : folder_(std::move(folder)),
      registry_(registry),
      manifest_(std::move(manifest)),
      stores_(std::move(stores)) {}

sqlite_reader& folder_reader::store_of(const saga_id& id) {
    return *stores_[manifest_.store_of_partition[id.owner()]];
}

template <class Read>
auto folder_reader::read_somewhere(const saga_id& id, const Read& read)
    -> decltype(read(store_of(id))) {
    auto answer = read(store_of(id));
    if (answer || answer.error().code != store_errc::not_found) return answer;
    const std::size_t position = manifest_.store_of_partition[id.owner()];
    for (const auto& archive : archives_of(folder_ / manifest_.stores[position])) {
        const auto opened = sqlite_reader::open(archive, registry_, manifest_.place_of(position));
        auto archived = opened ? read(**opened) : decltype(answer)(opened.error());
        if (archived) return archived;
        // One that cannot be read does not hide what is in another; told when none has it.
        if (archived.error().code != store_errc::not_found) answer = std::move(archived);
    }
    return answer;
}

store_result<saga_record> folder_reader::load(const saga_id& id) {
    return read_somewhere(id, [&id](sqlite_reader& store) { return store.load(id); });
}

store_result<std::vector<journal_entry>> folder_reader::journal(const saga_id& id) {
    return read_somewhere(id, [&id](sqlite_reader& store) { return store.journal(id); });
}

store_result<saga_page> folder_reader::list(const saga_query& query) {
    std::vector<saga_page> parts;
    for (const auto& store : stores_) {
        store_result<saga_page> part = store->list(query);
        if (!part) return part.error();
        parts.push_back(std::move(*part));
    }
    return merge_pages(std::move(parts), std::min(query.limit, limits::list_items_max));
}

store_result<std::vector<wake_up>> folder_reader::unfinished() {
    std::vector<wake_up> all;
    for (const auto& store : stores_) {
        const auto some = store->unfinished();
        if (!some) return some.error();
        all.insert(all.end(), some->begin(), some->end());
    }
    return all;
}

store_result<store_statistics> folder_reader::statistics() {
    store_statistics sum;
    std::map<std::string, std::uint64_t> counts;
    for (const auto& store : stores_) {
        const auto numbers = store->statistics();
        if (!numbers) return numbers.error();
        for (const auto& [status, count] : numbers->sagas_by_status)
            counts[status] += count;
        sum.journal_entries += numbers->journal_entries;
        sum.idempotency_keys += numbers->idempotency_keys;
        sum.events_waiting += numbers->events_waiting;
        sum.bytes_on_disk += numbers->bytes_on_disk;
    }
    sum.sagas_by_status.assign(counts.begin(), counts.end());
    return sum;
}

}  // namespace makegood::statestore
