#include "simulation/lossy_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "engine/assert.hpp"
#include "simulation/sqlite_file_system.hpp"

namespace makegood::simulation {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t sector = 512;

thread_local lossy_files* current = nullptr;

std::string read_file(const fs::path& path) {
    std::string content(fs::exists(path) ? fs::file_size(path) : 0, '\0');
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    const ssize_t count = ::pread(file, content.data(), content.size(), 0);
    ::close(file);
    content.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return content;
}

void write_file(const fs::path& path, const std::string& content) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const bool written =
        file >= 0 && ::pwrite(file, content.data(), content.size(), 0) == std::ssize(content);
    const int error = errno;
    if (file >= 0) ::close(file);
    if (!written) throw std::system_error(error, std::generic_category(), path.string());
}

}  // namespace

// -- one file

void lossy_file::write(std::uint64_t offset, std::string_view bytes) {
    pending_.push_back({offset, std::string(bytes)});
}

void lossy_file::truncate(std::uint64_t size) {
    pending_.push_back({size, {}, true});
}

void lossy_file::apply(std::string& content, const change& each) {
    if (each.truncates) return content.resize(each.offset);
    const std::size_t end = each.offset + each.bytes.size();
    if (content.size() < end) content.resize(end);
    std::ranges::copy(each.bytes, content.begin() + static_cast<std::ptrdiff_t>(each.offset));
}

void lossy_file::sync() {
    for (const change& each : pending_)
        apply(synced_, each);
    pending_.clear();
}

void lossy_file::fail_sync(chance& luck) {
    synced_ = after_power_loss(luck);
    pending_.clear();
}

std::string lossy_file::after_power_loss(chance& luck) const {
    std::string kept = synced_;
    for (const change& each : pending_) {
        if (each.truncates) {
            if (luck.happens(0.5)) apply(kept, each);
            continue;
        }
        for (std::size_t at = 0; at < each.bytes.size(); at += sector) {
            if (luck.happens(0.5)) continue;
            apply(kept, {each.offset + at, each.bytes.substr(at, sector)});
        }
    }
    return kept;
}

// -- all files

lossy_files::lossy_files(std::uint64_t seed) : luck_(seed, "disk that loses power") {
    ASSERT(current == nullptr);
    use_lossy_file_system();
    current = this;
}

lossy_files::~lossy_files() {
    current = nullptr;
}

lossy_files* lossy_files::of_this_thread() {
    return current;
}

lossy_file* lossy_files::open(const std::string& path) {
    const auto found = files_.find(path);
    if (found != files_.end()) return &found->second;
    return &files_.emplace(path, lossy_file(read_file(path))).first->second;
}

void lossy_files::interrupt_after(std::uint64_t operations, std::function<void()> then) {
    operations_left_ = operations;
    interruption_ = std::move(then);
}

void lossy_files::count_operation() {
    if (!operations_left_) return;
    if ((*operations_left_)-- > 0) return;
    operations_left_.reset();
    std::exchange(interruption_, {})();
}

lossy_files::failure lossy_files::before_write() {
    count_operation();
    return failing_ == failure::no_space ? std::exchange(failing_, failure::none) : failure::none;
}

lossy_files::failure lossy_files::before_sync() {
    count_operation();
    return failing_ == failure::sync ? std::exchange(failing_, failure::none) : failure::none;
}

// -- what a death leaves

void lossy_files::copy(const fs::path& from, const fs::path& to) const {
    fs::create_directories(to);
    for (const auto& entry : fs::directory_iterator(from)) {
        const fs::path name = entry.path().filename();
        // What processes share lives no longer than they do.
        if (name.string().ends_with("-shm")) continue;
        write_file(to / name, read_file(entry.path()));
    }
}

void lossy_files::copy_after_power_loss(const fs::path& from, const fs::path& to) {
    copy(from, to);
    for (const auto& [path, file] : files_) {
        const fs::path place = path;
        if (place.parent_path() != from || !fs::exists(to / place.filename())) continue;
        write_file(to / place.filename(), file.after_power_loss(luck_));
    }
}

}  // namespace makegood::simulation
