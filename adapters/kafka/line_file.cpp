#include "adapters/kafka/line_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace makegood::kafka {

namespace {

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fdatasync(descriptor) == 0;
}

}  // namespace

bool append_line(const std::string& file, std::string_view line) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (descriptor < 0) return false;
    const bool kept = write_all(descriptor, line);
    return ::close(descriptor) == 0 && kept;
}

}  // namespace makegood::kafka
