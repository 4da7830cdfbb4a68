#include "adapters/kafka/line_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

namespace makegood::kafka {

namespace {

// A file descriptor, closed at the end.
class descriptor {
public:
    explicit descriptor(int opened) : opened_(opened) {}
    ~descriptor() {
        if (opened_ >= 0) ::close(opened_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    [[nodiscard]] int get() const { return opened_; }

private:
    const int opened_;
};

std::error_code last_error() {
    return {errno, std::generic_category()};
}

bool ends_in_a_line(int file, off_t size) {
    char last = '\n';
    return size == 0 || (::pread(file, &last, 1, size - 1) == 1 && last == '\n');
}

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fdatasync(file) == 0;
}

// A crash may have left a part of a line at the end: what comes now begins a line of its own. A
// part that we leave ourselves is taken away.
std::error_code append(int file, std::string line) {
    const off_t size = ::lseek(file, 0, SEEK_END);
    if (size < 0) return last_error();
    if (!ends_in_a_line(file, size)) line = '\n' + line;
    if (write_all(file, line)) return {};
    const std::error_code why = last_error();
    return ::ftruncate(file, size) == 0 ? why : last_error();
}

// So that a file that is new is there after a crash.
std::error_code sync_folder_of(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    const descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || ::fsync(opened.get()) != 0) return last_error();
    return {};
}

}  // namespace

std::error_code append_line(const std::string& file, std::string line) {
    const descriptor opened(::open(file.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
    if (opened.get() < 0) return last_error();
    // Other threads write to it too. The lock goes with the descriptor.
    if (::flock(opened.get(), LOCK_EX) != 0) return last_error();
    if (const std::error_code failed = append(opened.get(), std::move(line))) return failed;
    return sync_folder_of(file);
}

}  // namespace makegood::kafka
