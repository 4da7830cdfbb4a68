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

// A new, empty store in the place of one that is gone would hide the loss.
store_result<void> check_stores(
    const std::filesystem::path& path, const folder_manifest& manifest
) {
    for (const std::string& store : manifest.stores) {
        if (store_result<void> there = require_store(path / store); !there) return there;
    }
    return {};
}

// Before the manifest that names them: from then on a missing or empty one is a loss.
store_result<void> create_stores(
    const std::filesystem::path& path, const folder_manifest& manifest
) {
    for (const std::string& store : manifest.stores) {
        const auto created = sqlite_writer::open(path / store);
        if (!created) return created.error();
    }
    return {};
}

store_result<folder_manifest> read_or_create_manifest(
    const std::filesystem::path& path, const data_folder::options& wanted
) {
    store_result<folder_manifest> found = read_manifest(path);
    if (found) {
        if (store_result<void> whole = check_stores(path, *found); !whole) return whole.error();
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
    store_result<folder_manifest> manifest = read_or_create_manifest(path, wanted);
    if (!manifest) return manifest.error();
    opened.manifest_ = std::move(*manifest);
    return opened;
}

data_folder::data_folder(std::filesystem::path path, folder_manifest manifest, int lock)
    : path_(std::move(path)), manifest_(std::move(manifest)), lock_(lock) {}

data_folder::data_folder(data_folder&& other) noexcept
    : path_(std::move(other.path_)),
      manifest_(std::move(other.manifest_)),
      lock_(std::exchange(other.lock_, -1)) {}

data_folder& data_folder::operator=(data_folder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(manifest_, other.manifest_);
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
