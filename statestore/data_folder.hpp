#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/identifiers.hpp"
#include "engine/ports/journal.hpp"
#include "engine/time.hpp"
#include "statestore/store_place.hpp"

namespace makegood::statestore {

// What `makegood.json` of a data folder says.
struct folder_manifest {
    static constexpr std::uint32_t newest_format = 1;

    std::uint32_t format = newest_format;
    std::string id;  // random; stands in each store too. Empty until a server adopts an old folder
    instant created_at{};
    std::vector<std::string> stores;  // file names, "lane-0.db"
    // Which store holds a partition: the index into `stores`.
    std::array<std::uint8_t, partitions_count> store_of_partition{};
    bool operator==(const folder_manifest&) const = default;

    [[nodiscard]] store_place place_of(std::size_t store) const { return {id, store}; }
};

inline constexpr std::size_t stores_max = 16;

// A data folder that this process owns: nobody else can open it until this object is gone or the
// process has died, in whichever way. Owned by the server; constant after opening.
//
//     data/LOCK           locked for the owner's life; holds its process id
//     data/makegood.json  the manifest
//     data/lane-0.db …    one SQLite store a lane (with -wal and -shm while it is open)
class data_folder {
public:
    struct options {
        std::size_t stores = 1;  // of a new folder; an existing one keeps what its manifest says
        instant now{};           // when a new folder is created
    };

    // Creates the folder where there is none. stale_owner, with the process id, when another
    // process has it open; corrupt when a store is not the one that belongs there.
    [[nodiscard]] static store_result<data_folder> open(
        const std::filesystem::path& path, const options& wanted
    );
    ~data_folder();
    data_folder(data_folder&& other) noexcept;
    data_folder& operator=(data_folder&& other) noexcept;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] const folder_manifest& manifest() const { return manifest_; }
    [[nodiscard]] std::size_t stores_count() const { return manifest_.stores.size(); }
    [[nodiscard]] std::filesystem::path store_path(std::size_t store) const;
    [[nodiscard]] std::size_t store_of(partition owner) const;
    // Damage that does no harm: sentences for the operator.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

private:
    data_folder(std::filesystem::path path, folder_manifest manifest, int lock);

    std::filesystem::path path_;
    folder_manifest manifest_;
    std::vector<std::string> warnings_;
    int lock_ = -1;
};

// The manifest of a folder, live or not, without taking its lock. not_found when the path is no
// data folder, too_new when a later version of the program wrote it.
[[nodiscard]] store_result<folder_manifest> read_manifest(const std::filesystem::path& folder);
// Crash-safe: after a crash there is the old manifest or the new one, never a part.
[[nodiscard]] store_result<void> write_manifest(
    const std::filesystem::path& folder, const folder_manifest& manifest
);
// The manifest of a new folder: partitions dealt out round robin.
[[nodiscard]] folder_manifest make_manifest(std::size_t stores, instant created_at);

// A store that a manifest names must be there: corrupt when its file is missing or empty.
[[nodiscard]] store_result<void> require_store(const std::filesystem::path& store);

// The process that has the folder open now; nothing when nobody has.
[[nodiscard]] std::optional<int> folder_owner(const std::filesystem::path& folder);

}  // namespace makegood::statestore
