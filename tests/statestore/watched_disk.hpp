#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace toy {

// What SQLite asks of the disk in this program.
struct disk_request {
    enum class kind : std::uint8_t { write, sync };
    kind what{};
    std::string file;
    std::int64_t offset = 0;  // of a write

    [[nodiscard]] bool is_of_database() const { return file.ends_with(".db"); }
};

// While it lives, `watcher` is asked before every write and sync, on the thread that wants it: it
// may hold that thread, and what it returns is the request's errno, or 0 to let it happen. One at a
// time; it outlives the writers whose files it watches.
class watched_disk {
public:
    using watcher = std::function<int(const disk_request&)>;
    explicit watched_disk(watcher asked);
    ~watched_disk();
    watched_disk(const watched_disk&) = delete;
    watched_disk& operator=(const watched_disk&) = delete;

private:
    watcher asked_;
};

}  // namespace toy
