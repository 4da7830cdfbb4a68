#include "tests/statestore/watched_disk.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "engine/assert.hpp"

namespace toy {
namespace {

std::atomic<const watched_disk::watcher*> current = nullptr;

std::string name_of(int file) {
    std::array<char, 4'096> name{};
    const std::string link = fmt::format("/proc/self/fd/{}", file);
    const ssize_t size = ::readlink(link.c_str(), name.data(), name.size());
    return {name.data(), static_cast<std::size_t>(size < 0 ? 0 : size)};
}

// Whether it may happen; errno otherwise.
bool permits(disk_request::kind what, int file, std::int64_t offset) {
    const watched_disk::watcher* const asked = current.load();
    if (asked == nullptr) return true;
    errno = (*asked)({what, name_of(file), offset});
    return errno == 0;
}

template <class Call>
Call real(const char* name) {
    return reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

watched_disk::watched_disk(watcher asked) : asked_(std::move(asked)) {
    ASSERT(current.load() == nullptr);
    current = &asked_;
}

watched_disk::~watched_disk() {
    current = nullptr;
}

}  // namespace toy

// What the C library declares, and what SQLite therefore finds here first.
extern "C" {

int fdatasync(int file) {
    static const auto original = toy::real<int (*)(int)>("fdatasync");
    return toy::permits(toy::disk_request::kind::sync, file, 0) ? original(file) : -1;
}

ssize_t pwrite64(int file, const void* data, std::size_t size, off64_t at) {
    using call = ssize_t (*)(int, const void*, std::size_t, off64_t);
    static const auto original = toy::real<call>("pwrite64");
    const bool permitted = toy::permits(toy::disk_request::kind::write, file, at);
    return permitted ? original(file, data, size, at) : -1;
}

}  // extern "C"
