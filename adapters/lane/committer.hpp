#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "adapters/lane/continuation.hpp"
#include "engine/ports/journal.hpp"

namespace makegood {

// What became of one commit, and how long it took.
struct commit_outcome {
    store_result<commit_receipt> receipt;
    std::chrono::nanoseconds took{};
};

// The one thread that writes to a lane's store, so that the loop never waits for the disk. Owned by
// the lane; called on the lane's thread. Continuations are called on the writer's thread.
class committer {
public:
    using committed = continuation<commit_outcome>;
    using forgotten = continuation<store_result<std::uint64_t>>;

    explicit committer(journal_writer& writer);
    ~committer();  // waits for the commit under way
    committer(const committer&) = delete;
    committer& operator=(const committer&) = delete;

    // One at a time: `changes` must stay as it is until `done` is called.
    void commit(const batch& changes, committed done);
    // Between two commits, some keys at a time until none is left; a commit that waits goes first.
    // Tells how many there were. Replaces a request that has not ended, which then tells nothing.
    void forget_keys(instant ended_before, forgotten done);

private:
    struct commit_job {
        const batch* changes;
        committed done;
    };
    struct forget_job {
        instant ended_before;
        forgotten done;
        std::uint64_t count = 0;  // so far
    };
    void run();
    void commit_now(commit_job job);
    // Nothing when it is done; else what is left of it.
    std::optional<forget_job> forget_some(forget_job job);

    journal_writer& writer_;  // used by thread_ only

    std::mutex mutex_;  // guards the jobs and the end
    std::condition_variable changed_;
    std::optional<commit_job> commit_;
    std::optional<forget_job> forget_;
    bool ends_ = false;

    std::thread thread_;  // last: it uses everything above
};

}  // namespace makegood
