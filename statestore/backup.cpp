#include "statestore/backup.hpp"

#include <fmt/format.h>

#include <system_error>

#include "statestore/data_folder.hpp"
#include "statestore/sqlite/archive.hpp"
#include "statestore/sqlite/copy.hpp"
#include "statestore/sqlite/place.hpp"
#include "statestore/sqlite/session.hpp"

namespace makegood::statestore {
namespace {

namespace fs = std::filesystem;

void require_empty(const std::filesystem::path& target) {
    std::error_code problem;
    std::filesystem::create_directories(target, problem);
    const bool empty = !problem && std::filesystem::is_empty(target, problem);
    if (problem) {
        throw store_failure{
            {store_errc::io,
             fmt::format(
                 "{} cannot be used: {}; name another folder", target.string(), problem.message()
             )}};
    }
    if (empty) return;
    throw store_failure{
        {store_errc::io,
         fmt::format(
             "{} is not empty, and nothing is overwritten; name a new folder", target.string()
         )}};
}

void copy_folder(
    const folder_manifest& manifest,  // of the source
    const std::filesystem::path& source,
    const std::filesystem::path& target,
    const backup_progress_callback& progress
) {
    // The copy is a folder of its own: its stores are not taken for the source's, nor these for
    // its.
    folder_manifest own = manifest;
    own.id = new_folder_id();
    for (std::size_t store = 0; store < manifest.stores.size(); ++store) {
        const std::string& name = manifest.stores[store];
        const auto copy = [&](const fs::path& file) {
            copy_store(
                {source / file, manifest.place_of(store)}, {target / file, own.place_of(store)},
                progress
            );
        };
        copy(name);
        // Listed after that: what was moved out before the copy is in an archive by now, and what
        // is moved out after it is in both copies, as after a crash.
        const std::vector<fs::path> archives = archives_of(source / name);
        if (!archives.empty()) create_archive_folder(target / archive_folder);
        for (const fs::path& archive : archives)
            copy(archive_folder / archive.filename());
        if (!archives.empty()) sync_folder_of(target / archive_folder / name);
    }
    value_of(write_manifest(target, own));
}

}  // namespace

store_result<void> backup(
    const std::filesystem::path& source,
    const std::filesystem::path& target,
    const backup_progress_callback& progress
) {
    return guarded([&] {
        const folder_manifest manifest = value_of(read_manifest(source));
        require_empty(target);
        copy_folder(manifest, source, target, progress);
    });
}

store_result<void> restore(
    const std::filesystem::path& source,
    const std::filesystem::path& target,
    const backup_progress_callback& progress
) {
    return guarded([&] {
        const folder_manifest manifest = value_of(read_manifest(source));
        for (const std::string& name : manifest.stores) {
            require_sound(source / name);
            for (const fs::path& archive : archives_of(source / name))
                require_sound(archive);
        }
        require_empty(target);
        copy_folder(manifest, source, target, progress);
    });
}

}  // namespace makegood::statestore
