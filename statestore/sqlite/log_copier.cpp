#include "statestore/sqlite/log_copier.hpp"

#include <utility>

#include "engine/assert.hpp"
#include "statestore/sqlite/session.hpp"

namespace makegood::statestore {

log_copier::log_copier(const std::filesystem::path& file, const sqlite_options& options)
    : file_(file),
      options_(options),
      db_(open_for_writing(file, options)),
      thread_([this] { run(); }) {}

log_copier::~log_copier() {
    {
        const std::lock_guard lock(mutex_);
        stops_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void log_copier::begin() {
    {
        const std::lock_guard lock(mutex_);
        ASSERT(!copying_);
        copying_ = true;
    }
    changed_.notify_all();
}

bool log_copier::is_copying() const {
    const std::lock_guard lock(mutex_);
    return copying_;
}

std::optional<log_copier::round> log_copier::finished() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !copying_; });
    return std::exchange(last_, std::nullopt);
}

void log_copier::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return copying_ || stops_; });
        if (!copying_) return;
        lock.unlock();
        const round done = copy();
        lock.lock();
        last_ = done;
        copying_ = false;
        changed_.notify_all();
    }
}

// SQLite synchronises the database only when a copy has reached the end of the log, which this one
// seldom does. Without it here, the one who does would wait for everything that was copied before.
log_copier::round log_copier::copy() {
    try {
        if (!db_) db_.emplace(open_for_writing(file_, options_));
        const std::uint32_t copied = db_->checkpoint();
        db_->sync_database();
        return {copied, false};
    } catch (const store_failure& failure) {
        db_.reset();
        if (options_.copy_failed) options_.copy_failed(failure.error);
        return {0, true};
    }
}

}  // namespace makegood::statestore
