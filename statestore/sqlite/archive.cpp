#include "statestore/sqlite/archive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "statestore/sqlite/session.hpp"

namespace makegood::statestore {

std::filesystem::path archive_path(const std::filesystem::path& store, std::string_view month) {
    return store.parent_path() / "archive" / fmt::format("{}-{}.db", store.stem().string(), month);
}

std::vector<std::filesystem::path> archives_of(const std::filesystem::path& store) {
    const std::string begin = store.stem().string() + "-";
    std::vector<std::filesystem::path> found;
    std::error_code absent;
    for (const auto& each :
         std::filesystem::directory_iterator(store.parent_path() / "archive", absent)) {
        const std::string name = each.path().filename().string();
        if (name.starts_with(begin) && name.ends_with(".db")) found.push_back(each.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

void create_archive_folder(const std::filesystem::path& folder) {
    std::error_code problem;
    if (!std::filesystem::create_directories(folder, problem) && !problem) return;
    if (!problem) return sync_folder_of(folder);
    throw store_failure{
        {store_errc::io,
         fmt::format(
             "{} cannot be created: {}; check the disk and the permissions of the data folder",
             folder.string(), problem.message()
         )}};
}

}  // namespace makegood::statestore
