#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "adapters/clock/clock.hpp"
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
    // What is dropped from the store, bit by bit between the commits.
    struct cleaning {
        instant events_committed_before{};
        droppable_events events = droppable_events::sent;
        instant keys_ended_before{};
        std::optional<instant> sagas_ended_before = {};  // nothing: they are kept
    };
    // One step of it.
    struct cleaned {
        std::uint64_t keys = 0;
        pruning sagas;
        std::uint64_t events = 0;
        bool done = false;  // nothing is left
    };
    using cleaned_some = std::function<void(store_result<cleaned>)>;

    explicit committer(journal_writer& writer);
    ~committer();  // waits for the commit under way
    committer(const committer&) = delete;
    committer& operator=(const committer&) = delete;

    // One at a time: `changes` must stay as it is until `done` is called.
    void commit(const batch& changes, committed done);
    // Between two commits, a little at a time until nothing is left or a step fails; a commit that
    // waits goes first. Tells of every step. Replaces a request that has not ended.
    void clean(const cleaning& wanted, cleaned_some told);
    // All events up to there have been sent. Noted in the store soon, between two commits, and
    // before the end; of several that come meanwhile the highest. From any thread.
    void events_were_sent(outbox_position up_to);

private:
    struct commit_job {
        const batch* changes;
        committed done;
    };
    enum class stage : std::uint8_t { events, keys, sagas, over };
    struct clean_job {
        cleaning wanted;
        cleaned_some told;
        stage at = stage::events;

        void end_stage();  // goes on to the next that is wanted
    };
    void run();
    void wait_for_work(std::unique_lock<std::mutex>& lock);
    void commit_now(commit_job job);
    // Nothing when it is done; else what is left of it.
    std::optional<clean_job> clean_some(clean_job job);
    store_result<cleaned> drop_some(clean_job& job);
    // What is to be done now, while nobody commits.
    [[nodiscard]] bool note_is_due() const;
    void note_sent(outbox_position up_to);

    // Used by thread_ only.
    journal_writer& writer_;
    steady_instant clean_again_at_{};
    steady_instant note_again_at_{};

    std::mutex mutex_;  // guards the jobs and the end
    std::condition_variable changed_;
    std::optional<commit_job> commit_;
    std::optional<clean_job> clean_;
    outbox_position sent_ = 0;
    outbox_position noted_ = 0;
    bool ends_ = false;

    std::thread thread_;  // last: it uses everything above
};

}  // namespace makegood
