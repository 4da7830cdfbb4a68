#include "adapters/kafka/line_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

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

// Behind the last end of a line; -1 where it cannot be read.
off_t end_of_lines(int file, off_t size) {
    std::array<char, 4096> block{};
    while (size > 0) {
        const off_t begin = std::max<off_t>(0, size - off_t{block.size()});
        const ssize_t read =
            ::pread(file, block.data(), static_cast<std::size_t>(size - begin), begin);
        if (read != size - begin) return -1;
        const std::string_view text(block.data(), static_cast<std::size_t>(read));
        if (const std::size_t last = text.rfind('\n'); last != std::string_view::npos) {
            return begin + static_cast<off_t>(last) + 1;
        }
        size = begin;
    }
    return 0;
}

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fdatasync(file) == 0;
}

// So that a file that is new is there after a crash.
std::error_code sync_folder_of(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    const descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || ::fsync(opened.get()) != 0) return last_error();
    return {};
}

// A crash may have left a part of a line at the end, which nobody was told is kept: it goes, as
// does a part that we leave ourselves.
std::error_code append(int file, std::string_view line) {
    const off_t size = ::lseek(file, 0, SEEK_END);
    const off_t end = size < 0 ? size : end_of_lines(file, size);
    if (end < 0) return std::make_error_code(std::errc::io_error);
    if (end != size && ::ftruncate(file, end) != 0) return last_error();
    if (write_all(file, line)) return {};
    const std::error_code why = last_error();
    return ::ftruncate(file, end) == 0 ? why : last_error();
}

}  // namespace

std::error_code append_line(const std::string& file, std::string_view line) {
    const descriptor opened(::open(file.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
    if (opened.get() < 0) return last_error();
    // Other threads write to it too. The lock goes with the descriptor.
    if (::flock(opened.get(), LOCK_EX) != 0) return last_error();
    if (const std::error_code failed = sync_folder_of(file)) return failed;
    return append(opened.get(), line);
}

}  // namespace makegood::kafka
