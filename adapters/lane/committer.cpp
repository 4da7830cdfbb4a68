#include "adapters/lane/committer.hpp"

#include <exception>
#include <utility>

#include "adapters/clock/clock.hpp"
#include "engine/assert.hpp"

namespace makegood {

committer::committer(journal_writer& writer) : writer_(writer), thread_([this] { run(); }) {}

committer::~committer() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void committer::commit(const batch& changes, committed done) {
    {
        const std::lock_guard lock(mutex_);
        ASSERT(!commit_);
        commit_.emplace(commit_job{&changes, std::move(done)});
    }
    changed_.notify_one();
}

void committer::forget_keys(instant ended_before, forgotten done) {
    {
        const std::lock_guard lock(mutex_);
        forget_.emplace(forget_job{ended_before, std::move(done), 0});
    }
    changed_.notify_one();
}

void committer::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return commit_ || forget_ || ends_; });
        if (commit_) {
            commit_job job = std::move(*std::exchange(commit_, std::nullopt));
            lock.unlock();
            commit_now(std::move(job));
            lock.lock();
        } else if (forget_ && !ends_) {
            forget_job job = std::move(*std::exchange(forget_, std::nullopt));
            lock.unlock();
            std::optional<forget_job> rest = forget_some(std::move(job));
            lock.lock();
            if (rest && !forget_) forget_ = std::move(rest);
        } else if (ends_) {
            return;
        }
    }
}

std::optional<committer::forget_job> committer::forget_some(forget_job job) {
    store_result<std::uint64_t> count = writer_.forget_keys(job.ended_before);
    if (count && *count > 0) {
        job.count += *count;
        return job;
    }
    if (count) *count = job.count;
    job.done(std::move(count));
    return std::nullopt;
}

void committer::commit_now(commit_job job) {
    const steady_instant began = steady_now();
    store_result<commit_receipt> receipt = writer_.commit(*job.changes);
    const auto took = steady_now() - began;
    job.done(commit_outcome{std::move(receipt), took});
}

}  // namespace makegood
