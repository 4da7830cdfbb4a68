#include "adapters/lane/committer.hpp"

#include <exception>
#include <utility>

#include "adapters/clock/clock.hpp"
#include "engine/assert.hpp"

namespace makegood {
namespace {

// So few that a commit that comes meanwhile waits for some milliseconds at most.
constexpr std::size_t sagas_pruned_at_once = 25;

// After a step, so many times as long as it took: whoever commits shares disk and processors with
// it.
constexpr int pause_per_step = 3;

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

void committer::clean(const cleaning& wanted, cleaned_some told) {
    {
        const std::lock_guard lock(mutex_);
        clean_.emplace(clean_job{wanted, std::move(told)});
    }
    changed_.notify_one();
}

void committer::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        wait_for_work(lock);
        if (commit_) {
            commit_job job = std::move(*std::exchange(commit_, std::nullopt));
            lock.unlock();
            commit_now(std::move(job));
            lock.lock();
        } else if (clean_ && !ends_) {
            clean_job job = std::move(*std::exchange(clean_, std::nullopt));
            lock.unlock();
            const steady_instant began = steady_now();
            std::optional<clean_job> rest = clean_some(std::move(job));
            const steady_instant ended = steady_now();
            clean_again_at_ = ended + pause_per_step * (ended - began);
            lock.lock();
            if (rest && !clean_) clean_ = std::move(rest);
        } else if (ends_) {
            return;
        }
    }
}

void committer::wait_for_work(std::unique_lock<std::mutex>& lock) {
    const auto is_called = [this] { return commit_ || ends_; };
    changed_.wait(lock, [&] { return is_called() || clean_; });
    if (clean_) changed_.wait_until(lock, clean_again_at_, is_called);
}

std::optional<committer::clean_job> committer::clean_some(clean_job job) {
    store_result<cleaned> step = drop_some(job);
    const bool goes_on = step && !step->done;
    job.told(std::move(step));
    if (goes_on) return job;
    return std::nullopt;
}

// Keys first: a saga is kept for as long as its key is.
store_result<committer::cleaned> committer::drop_some(clean_job& job) {
    cleaned step;
    if (!job.keys_are_done) {
        const auto keys = writer_.forget_keys(job.wanted.keys_ended_before);
        if (!keys) return keys.error();
        step.keys = *keys;
        job.keys_are_done = *keys == 0;
        step.done = job.keys_are_done && !job.wanted.sagas_ended_before;
        return step;
    }
    auto sagas = writer_.prune(*job.wanted.sagas_ended_before, sagas_pruned_at_once);
    if (!sagas) return sagas.error();
    step.done = !sagas->more;
    step.sagas = std::move(*sagas);
    return step;
}

void committer::commit_now(commit_job job) {
    const steady_instant began = steady_now();
    store_result<commit_receipt> receipt = writer_.commit(*job.changes);
    const auto took = steady_now() - began;
    job.done(commit_outcome{std::move(receipt), took});
}

}  // namespace makegood
