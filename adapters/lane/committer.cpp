#include "adapters/lane/committer.hpp"

#include <algorithm>
#include <chrono>
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

// Between two notes of what was sent: so much is sent again after a crash.
constexpr std::chrono::milliseconds note_pause{250};

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

void committer::events_were_sent(outbox_position up_to) {
    {
        const std::lock_guard lock(mutex_);
        const bool wakes = sent_ <= noted_;
        sent_ = std::max(sent_, up_to);
        if (!wakes) return;
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
        } else if (note_is_due()) {
            const outbox_position up_to = sent_;
            lock.unlock();
            note_sent(up_to);
            lock.lock();
        } else if (clean_ && !ends_ && clean_again_at_ <= steady_now()) {
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
    while (!commit_ && !ends_) {
        steady_instant at = steady_instant::max();
        if (clean_) at = clean_again_at_;
        if (sent_ > noted_) at = std::min(at, note_again_at_);
        if (at <= steady_now()) return;
        if (at == steady_instant::max()) {
            changed_.wait(lock);
        } else {
            changed_.wait_until(lock, at);
        }
    }
}

bool committer::note_is_due() const {
    return sent_ > noted_ && (ends_ || note_again_at_ <= steady_now());
}

// A failure is no news: whatever keeps the store from noting keeps it from committing too. At the
// end it is not tried again: what was not noted is sent once more.
void committer::note_sent(outbox_position up_to) {
    const auto done = writer_.events_were_sent(up_to);
    note_again_at_ = steady_now() + note_pause;
    const std::lock_guard lock(mutex_);
    if (done || ends_) noted_ = up_to;
}

std::optional<committer::clean_job> committer::clean_some(clean_job job) {
    store_result<cleaned> step = drop_some(job);
    const bool goes_on = step && !step->done;
    job.told(std::move(step));
    if (goes_on) return job;
    return std::nullopt;
}

void committer::clean_job::end_stage() {
    if (at == stage::events) {
        at = stage::keys;
    } else if (at == stage::keys && wanted.sagas_ended_before) {
        at = stage::sagas;
    } else {
        at = stage::over;
    }
}

// Events first: they grow the fastest, and wait for nothing else. Keys before sagas: a saga is kept
// for as long as its key is.
store_result<committer::cleaned> committer::drop_some(clean_job& job) {
    cleaned step;
    bool more = true;
    if (job.at == stage::keys) {
        const auto keys = writer_.forget_keys(job.wanted.keys_ended_before);
        if (!keys) return keys.error();
        step.keys = *keys;
        more = *keys > 0;
    } else if (job.at == stage::sagas) {
        auto sagas = writer_.prune(*job.wanted.sagas_ended_before, sagas_pruned_at_once);
        if (!sagas) return sagas.error();
        more = sagas->more;
        step.sagas = std::move(*sagas);
    } else {
        const auto events =
            writer_.drop_events(job.wanted.events_committed_before, job.wanted.events);
        if (!events) return events.error();
        step.events = *events;
        more = *events > 0;
    }
    if (!more) job.end_stage();
    step.done = job.at == stage::over;
    return step;
}

void committer::commit_now(commit_job job) {
    const steady_instant began = steady_now();
    store_result<commit_receipt> receipt = writer_.commit(*job.changes);
    const auto took = steady_now() - began;
    job.done(commit_outcome{std::move(receipt), took});
}

}  // namespace makegood
