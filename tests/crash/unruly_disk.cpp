// A disk that is slow, fails, is full, or loses its power: preloaded (LD_PRELOAD) into a program
// under test. Only what happens below one folder is touched. The test and the program share one
// mapped file, so that faults begin and end while the program runs.
//
//   MAKEGOOD_DISK_FOLDER    the folder whose files are meant, absolute
//   MAKEGOOD_DISK_CONTROL   the mapped file: the numbers of `disk_control`, 8 bytes each, in this
//   order
//
// The test writes the first group, this library the second. unruly_disk.py is the other side.

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

using number = std::atomic<std::uint64_t>;

struct disk_control {
    number kill_in;                // the process dies at the n-th write or sync from now; 0: never
    number sync_delay_ms;          // looked at again while a sync waits: 0 lets it go on
    number sync_fails_permille;    // EIO, and nothing was synced
    number write_fails_permille;   // with `write_error`, and nothing was written
    number write_error;            // errno
    number short_writes_permille;  // half of it was written, and the caller is told so
    number seed;

    number syncs;
    number syncs_slowed;
    number syncs_failed;
    number writes_failed;
    number writes_cut;
    number drawn;  // chances so far
};
static_assert(sizeof(disk_control) == (7 + 6) * 8);
static_assert(number::is_always_lock_free, "it is shared with another process");

constexpr long pause_ns = 5'000'000;

struct unruly_disk {
    std::string_view folder;
    disk_control* control = nullptr;  // none: the disk is sound
};

unruly_disk open_disk() {
    const char* const folder = std::getenv("MAKEGOOD_DISK_FOLDER");
    const char* const file = std::getenv("MAKEGOOD_DISK_CONTROL");
    if (folder == nullptr || file == nullptr) return {};
    const int handle = ::open(file, O_RDWR | O_CLOEXEC);
    if (handle < 0) return {};
    void* const mapped =
        ::mmap(nullptr, sizeof(disk_control), PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    ::close(handle);
    if (mapped == MAP_FAILED) return {};
    return {folder, static_cast<disk_control*>(mapped)};
}

const unruly_disk& disk() {
    static const unruly_disk opened = open_disk();
    return opened;
}

bool is_in_folder(int handle) {
    char link[32];
    char path[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    const ssize_t size = ::readlink(link, path, sizeof path);
    if (size < 0) return false;
    const std::string_view name(path, static_cast<std::size_t>(size));
    const std::string_view folder = disk().folder;
    return name.starts_with(folder) && (name.size() == folder.size() || name[folder.size()] == '/');
}

// Whether it strikes this time: the same chances in the same order for the same seed (splitmix64).
bool strikes(disk_control& control, const number& permille) {
    const std::uint64_t rate = permille.load();
    if (rate == 0) return false;
    std::uint64_t mixed = control.seed + 0x9E3779B97F4A7C15U * ++control.drawn;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    return (mixed ^ (mixed >> 31)) % 1'000 < rate;
}

void die_when_due(disk_control& control) {
    if (control.kill_in.load() != 0 && control.kill_in.fetch_sub(1) == 1) {
        ::kill(::getpid(), SIGKILL);
    }
}

// The pause is the fault: a disk that takes its time. It ends early when the disk is mended.
void wait_while_slow(disk_control& control) {
    if (control.sync_delay_ms.load() == 0) return;
    ++control.syncs_slowed;
    const timespec pause = {0, pause_ns};
    for (std::uint64_t waited_ns = 0; waited_ns < control.sync_delay_ms.load() * 1'000'000;
         waited_ns += pause_ns) {
        ::nanosleep(&pause, nullptr);
    }
}

template <typename Call>
Call real(const char* name) {
    return reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
}

template <typename Sync>
int unruly_sync(Sync sync, int handle) {
    disk_control* const control = disk().control;
    if (control == nullptr || !is_in_folder(handle)) return sync(handle);
    ++control->syncs;
    die_when_due(*control);
    wait_while_slow(*control);
    if (!strikes(*control, control->sync_fails_permille)) return sync(handle);
    ++control->syncs_failed;
    errno = EIO;
    return -1;
}

// `write(size)` writes so much of it.
template <typename Write>
ssize_t unruly_write(Write write, int handle, std::size_t size) {
    disk_control* const control = disk().control;
    const bool sound = control == nullptr
                       || (control->kill_in.load() == 0 && control->write_fails_permille.load() == 0
                           && control->short_writes_permille.load() == 0);
    if (sound || !is_in_folder(handle)) return write(size);
    die_when_due(*control);
    if (strikes(*control, control->write_fails_permille)) {
        ++control->writes_failed;
        errno = static_cast<int>(control->write_error.load());
        return -1;
    }
    if (size < 2 || !strikes(*control, control->short_writes_permille)) return write(size);
    ++control->writes_cut;
    return write(size / 2);
}

template <typename Write>
ssize_t unruly_write_at(Write write, int handle, const void* data, std::size_t size, off_t at) {
    const auto part = [=](std::size_t count) { return write(handle, data, count, at); };
    return unruly_write(part, handle, size);
}

using sync_call = int (*)(int);
using write_call = ssize_t (*)(int, const void*, std::size_t);
using write_at_call = ssize_t (*)(int, const void*, std::size_t, off_t);

}  // namespace

// What the C library declares, and what programs therefore find here first.
extern "C" {

int fsync(int handle) {
    static const auto original = real<sync_call>("fsync");
    return unruly_sync(original, handle);
}

int fdatasync(int handle) {
    static const auto original = real<sync_call>("fdatasync");
    return unruly_sync(original, handle);
}

ssize_t write(int handle, const void* data, std::size_t size) {
    static const auto original = real<write_call>("write");
    const auto part = [=](std::size_t count) { return original(handle, data, count); };
    return unruly_write(part, handle, size);
}

ssize_t pwrite(int handle, const void* data, std::size_t size, off_t at) {
    static const auto original = real<write_at_call>("pwrite");
    return unruly_write_at(original, handle, data, size, at);
}

ssize_t pwrite64(int handle, const void* data, std::size_t size, off_t at) {
    static const auto original = real<write_at_call>("pwrite64");
    return unruly_write_at(original, handle, data, size, at);
}

}  // extern "C"
