#include "statestore/sqlite/archive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "statestore/sqlite/log_end.hpp"
#include "statestore/sqlite/session.hpp"

namespace makegood::statestore {

std::filesystem::path archive_path(const std::filesystem::path& store, std::string_view month) {
    return store.parent_path() / archive_folder
           / fmt::format("{}-{}.db", store.stem().string(), month);
}

std::vector<std::filesystem::path> archives_of(const std::filesystem::path& store) {
    const std::string begin = store.stem().string() + "-";
    std::vector<std::filesystem::path> found;
    std::error_code absent;
    for (const auto& each :
         std::filesystem::directory_iterator(store.parent_path() / archive_folder, absent)) {
        const std::string name = each.path().filename().string();
        if (name.starts_with(begin) && name.ends_with(".db")) found.push_back(each.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

void create_archive_folder(const std::filesystem::path& folder) {
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (!problem) return sync_folder_of(folder);
    throw store_failure{
        {store_errc::io,
         fmt::format(
             "{} cannot be created: {}; check the disk and the permissions of the data folder",
             folder.string(), problem.message()
         )}};
}

void create_archive(const std::filesystem::path& archive, const sqlite_options& options) {
    create_archive_folder(archive.parent_path());
    // Nobody takes a file of that name for an archive.
    const std::filesystem::path unfinished = archive.string() + "-new";
    std::error_code problem;
    for (const char* of_a_crash : {"", "-wal", "-shm", "-end", "-journal"})
        std::filesystem::remove(unfinished.string() + of_a_crash, problem);
    {
        connection empty = prepare_store(unfinished, options);
        empty.execute("PRAGMA journal_mode = DELETE");  // one file, which can be renamed
    }
    std::filesystem::remove(log_end_path(unfinished), problem);
    std::filesystem::rename(unfinished, archive, problem);
    if (problem) {
        throw store_failure{
            {store_errc::io, fmt::format(
                                 "{} cannot be created: {}; check the disk and the permissions of "
                                 "the data folder",
                                 archive.string(), problem.message()
                             )}};
    }
    sync_folder_of(archive);
}

}  // namespace makegood::statestore
