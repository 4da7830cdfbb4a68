#include "statestore/data_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

#include "engine/assert.hpp"
#include "statestore/sqlite/log_end.hpp"
#include "statestore/sqlite/place.hpp"
#include "statestore/sqlite/store.hpp"

namespace makegood::statestore {
namespace {

constexpr std::string_view lock_name = "LOCK";

store_error system_trouble(const std::filesystem::path& path, std::string_view doing, int error) {
    const bool full = error == ENOSPC || error == EDQUOT;
    return {
        full ? store_errc::full : store_errc::io,
        fmt::format(
            "{} cannot be {}: {}; check the disk and the permissions of the data folder",
            path.string(), doing, std::strerror(error)
        )};
}

// The process id in the LOCK file; 0 when there is none.
int written_process_id(int file) {
    char text[32] = {};
    const ssize_t size = ::pread(file, text, sizeof text - 1, 0);
    int process_id = 0;
    if (size > 0) std::from_chars(text, text + size, process_id);
    return process_id;
}

store_error owned_by_another(const std::filesystem::path& path, int lock) {
    return {
        store_errc::stale_owner, fmt::format(
                                     "the data folder {} is open in process {}: stop that process "
                                     "first, or give this one a folder "
                                     "of its own with --data",
                                     path.string(), written_process_id(lock)
                                 )};
}

// The file descriptor that holds the lock.
store_result<int> take_lock(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / lock_name;
    const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0) return system_trouble(file, "opened", errno);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        const store_error why = error == EWOULDBLOCK ? owned_by_another(folder, lock)
                                                     : system_trouble(file, "locked", error);
        ::close(lock);
        return why;
    }
    const std::string process_id = std::to_string(::getpid()) + "\n";
    const auto size = static_cast<ssize_t>(process_id.size());
    errno = 0;
    if (::ftruncate(lock, 0) != 0
        || ::pwrite(lock, process_id.data(), process_id.size(), 0) != size) {
        const int error = errno == 0 ? ENOSPC : errno;  // written in part
        ::close(lock);
        return system_trouble(file, "written", error);
    }
    return lock;
}

bool holds_data(const std::filesystem::path& store) {
    std::error_code missing;
    const std::uintmax_t size = std::filesystem::file_size(store, missing);
    return !missing && size > 0;
}

// Before the manifest that names them: from then on a missing or empty one is a loss.
store_result<void> create_stores(
    const std::filesystem::path& path, const folder_manifest& manifest
) {
    for (std::size_t store = 0; store < manifest.stores.size(); ++store) {
        const auto created =
            sqlite_writer::open(path / manifest.stores[store], {.place = manifest.place_of(store)});
        if (!created) return created.error();
    }
    return {};
}

// A new, empty store in the place of one that is gone would hide the loss.
store_result<void> check_stores(
    const std::filesystem::path& path, const folder_manifest& manifest
) {
    for (const std::string& store : manifest.stores) {
        if (store_result<void> there = require_store(path / store); !there) return there;
    }
    if (manifest.id.empty()) return {};
    return guarded([&] {
        for (std::size_t store = 0; store < manifest.stores.size(); ++store) {
            const std::filesystem::path file = path / manifest.stores[store];
            const auto why = misplacement(file, read_place(file), manifest.place_of(store));
            if (why) throw store_failure{{store_errc::corrupt, *why}};
        }
    });
}

// A folder of an earlier version gets an id, its stores first: what a crash leaves half done names
// the id to go on with.
void adopt(const std::filesystem::path& path, folder_manifest& manifest) {
    for (const std::string& store : manifest.stores) {
        const auto bound = read_place(path / store);
        if (bound && manifest.id.empty()) manifest.id = bound->folder;
    }
    if (manifest.id.empty()) manifest.id = new_folder_id();
    value_of(create_stores(path, manifest));
    value_of(write_manifest(path, manifest));
}

std::vector<std::string> warnings_about(
    const std::filesystem::path& path, const folder_manifest& manifest
) {
    std::vector<std::string> warnings;
    for (const std::string& store : manifest.stores) {
        if (read_log_end(path / store).one_is_damaged)
            warnings.push_back(words_of_damaged_end(path / store));
    }
    return warnings;
}

store_result<folder_manifest> read_or_create_manifest(
    const std::filesystem::path& path, const data_folder::options& wanted
) {
    store_result<folder_manifest> found = read_manifest(path);
    if (found) {
        if (store_result<void> whole = check_stores(path, *found); !whole) return whole.error();
        if (!found->id.empty()) return found;
        const auto adopted = guarded([&] { adopt(path, *found); });
        if (!adopted) return adopted.error();
        return found;
    }
    if (found.error().code != store_errc::not_found) return found;
    // Stores without a manifest are not an empty folder: refuse to hide them behind a new one.
    if (holds_data(path / "lane-0.db")) {
        return store_error{
            store_errc::corrupt,
            fmt::format(
                "{} holds stores but no makegood.json: restore a backup, or put the manifest back; "
                "if no server ever got ready on it, remove it",
                path.string()
            )};
    }
    const folder_manifest fresh = make_manifest(wanted.stores, wanted.now);
    if (store_result<void> created = create_stores(path, fresh); !created) return created.error();
    if (store_result<void> written = write_manifest(path, fresh); !written) return written.error();
    return fresh;
}

}  // namespace

store_result<data_folder> data_folder::open(
    const std::filesystem::path& path, const options& wanted
) {
    ASSERT(wanted.stores >= 1 && wanted.stores <= stores_max);
    std::error_code problem;
    std::filesystem::create_directories(path, problem);
    if (problem) return system_trouble(path, "created", problem.value());
    store_result<int> lock = take_lock(path);
    if (!lock) return lock.error();
    data_folder opened(path, {}, *lock);
    std::vector<std::string> warnings;
    if (const auto found = read_manifest(path)) warnings = warnings_about(path, *found);
    store_result<folder_manifest> manifest = read_or_create_manifest(path, wanted);
    if (!manifest) return manifest.error();
    opened.manifest_ = std::move(*manifest);
    opened.warnings_ = std::move(warnings);
    return opened;
}

data_folder::data_folder(std::filesystem::path path, folder_manifest manifest, int lock)
    : path_(std::move(path)), manifest_(std::move(manifest)), lock_(lock) {}

data_folder::data_folder(data_folder&& other) noexcept
    : path_(std::move(other.path_)),
      manifest_(std::move(other.manifest_)),
      warnings_(std::move(other.warnings_)),
      lock_(std::exchange(other.lock_, -1)) {}

data_folder& data_folder::operator=(data_folder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(manifest_, other.manifest_);
    std::swap(warnings_, other.warnings_);
    std::swap(lock_, other.lock_);
    return *this;
}

// The LOCK file stays: removing it would let two processes lock two files of that name.
data_folder::~data_folder() {
    if (lock_ >= 0) ::close(lock_);
}

std::filesystem::path data_folder::store_path(std::size_t store) const {
    ASSERT(store < manifest_.stores.size());
    return path_ / manifest_.stores[store];
}

std::size_t data_folder::store_of(partition owner) const {
    return manifest_.store_of_partition[owner];
}

store_result<void> require_store(const std::filesystem::path& store) {
    if (holds_data(store)) return {};
    return store_error{
        store_errc::corrupt,
        fmt::format(
            "{} is missing or empty although makegood.json names it: put the file back, or "
            "restore a backup into another folder",
            store.string()
        )};
}

std::optional<int> folder_owner(const std::filesystem::path& folder) {
    const int lock = ::open((folder / lock_name).c_str(), O_RDONLY | O_CLOEXEC);
    if (lock < 0) return {};
    std::optional<int> owner;
    if (::flock(lock, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        owner = written_process_id(lock);
    }
    ::close(lock);
    return owner;
}

}  // namespace makegood::statestore
