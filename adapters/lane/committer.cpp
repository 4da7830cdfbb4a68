#include "adapters/lane/committer.hpp"

#include <exception>
#include <utility>

#include "adapters/clock/clock.hpp"
#include "engine/assert.hpp"

namespace makegood {
namespace {

// So few that a commit that comes meanwhile waits for some milliseconds at most.
constexpr std::size_t sagas_pruned_at_once = 100;

}  // namespace

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

void committer::clean(const cleaning& wanted, continuation<store_result<cleaned>> done) {
    {
        const std::lock_guard lock(mutex_);
        clean_.emplace(clean_job{wanted, std::move(done), false, {}});
    }
    changed_.notify_one();
}

void committer::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return commit_ || clean_ || ends_; });
        if (commit_) {
            commit_job job = std::move(*std::exchange(commit_, std::nullopt));
            lock.unlock();
            commit_now(std::move(job));
            lock.lock();
        } else if (clean_ && !ends_) {
            clean_job job = std::move(*std::exchange(clean_, std::nullopt));
            lock.unlock();
            std::optional<clean_job> rest = clean_some(std::move(job));
            lock.lock();
            if (rest && !clean_) clean_ = std::move(rest);
        } else if (ends_) {
            return;
        }
    }
}

std::optional<committer::clean_job> committer::clean_some(clean_job job) {
    const store_result<bool> more = drop_some(job);
    if (more && *more) return job;
    if (more) {
        job.done(job.so_far);
    } else {
        job.done(more.error());
    }
    return std::nullopt;
}

// Keys first: a saga is kept for as long as its key is. True when there may be more.
store_result<bool> committer::drop_some(clean_job& job) {
    if (!job.keys_are_done) {
        const auto keys = writer_.forget_keys(job.wanted.keys_ended_before);
        if (!keys) return keys.error();
        job.so_far.keys += *keys;
        job.keys_are_done = *keys == 0;
        return true;
    }
    if (!job.wanted.sagas_ended_before) return false;
    const auto sagas = writer_.prune(*job.wanted.sagas_ended_before, sagas_pruned_at_once);
    if (!sagas) return sagas.error();
    job.so_far.sagas += *sagas;
    return *sagas > 0;
}

void committer::commit_now(commit_job job) {
    const steady_instant began = steady_now();
    store_result<commit_receipt> receipt = writer_.commit(*job.changes);
    const auto took = steady_now() - began;
    job.done(commit_outcome{std::move(receipt), took});
}

}  // namespace makegood
