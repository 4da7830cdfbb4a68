#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/clock/clock.hpp"
#include "adapters/clock/entropy.hpp"
#include "adapters/lane/committer.hpp"
#include "adapters/lane/concurrency_limit.hpp"
#include "adapters/lane/continuation.hpp"
#include "adapters/lane/pending_answers.hpp"
#include "adapters/lane/read_queue.hpp"
#include "adapters/lane/retention.hpp"
#include "adapters/lane/saga_answer.hpp"
#include "adapters/lane/start_limiter.hpp"
#include "adapters/lane/wait_list.hpp"
#include "adapters/telemetry/lane_metrics.hpp"
#include "adapters/telemetry/saga_metrics.hpp"
#include "engine/engine.hpp"
#include "engine/ports/participants.hpp"

namespace makegood {

// A saga that a customer wants started; the owning lane gives it its id.
struct new_saga {
    const makegood::definition* definition = nullptr;
    idempotency_key key;
    start_document document;
    std::string traceparent;
    // How many a customer may start holds for those who cannot wait; a queue is its own brake.
    bool is_rate_limited = true;
};

struct lane_options {
    engine_options engine;
    start_rate_limit rate_limit;
    duration key_retention = std::chrono::hours{24};      // after the saga's end
    std::optional<duration> saga_retention;               // the same of the saga; nothing: for ever
    duration event_retention = std::chrono::minutes{15};  // after its commit
    // Somebody sends events, and tells by events_were_sent(): none is dropped before.
    bool has_publisher = false;
    std::size_t reads_waiting_max = 1024;
    // A commit that takes longer is taken for a disk that hangs: the lane is not ready until it
    // returns.
    duration commit_time_max{5'000};
};

// What a lane is given. Everything belongs to the caller and outlives the lane.
struct lane_parts {
    const definition_registry& registry;
    journal_writer& writer;
    const std::vector<journal_reader*>& readers;
    makegood::participants& participants;
    saga_metrics& sagas;
    lane_metrics& counted;
};

// What a lane reports, on its thread.
struct lane_events {
    std::function<void(std::size_t unfinished)> recovered;
    std::function<void(const std::string& why)> gave_up;    // it must not go on: stop the process
    std::function<void(const saga_changed&)> changed = {};  // may be empty
    std::function<void()> announced = {};  // a commit has brought events; may be empty
};

// One event loop that owns an engine, its participants and its store: everything about the sagas of
// its partitions happens here, one thing at a time. The owner runs `io` on one thread. Members that
// say so may be called from any thread, the others on that one.
class lane {
public:
    lane(
        boost::asio::io_context& io,
        const lane_parts& parts,
        const lane_options& options,
        lane_events events
    );
    ~lane();
    lane(const lane&) = delete;
    lane& operator=(const lane&) = delete;

    // -- from any thread: handed over to the lane's own at most once
    void recover();  // once, before anything else
    // All events of the store up to there have been sent.
    void events_were_sent(outbox_position up_to) { committer_.events_were_sent(up_to); }
    // Answers when the saga is durable and, with a wait, when it has ended or the wait is over.
    void start(new_saga wanted, duration wait, continuation<saga_answer> done);
    void submit(
        const saga_id& id, command asked, continuation<saga_answer> done, idempotency_key key = {}
        // of one that may come again; engine::submit
    );
    void read(const saga_id& id, duration wait, continuation<saga_answer> done);
    // For lists, journals and statistics: the job runs on a reader's thread.
    [[nodiscard]] read_queue& reads() { return reads_; }

    [[nodiscard]] bool recovered() const { return recovered_; }
    [[nodiscard]] bool can_commit() const { return can_commit_; }
    [[nodiscard]] bool draining() const { return draining_; }
    // A start would be refused now. Told at once, before it is even read, it costs next to nothing.
    [[nodiscard]] bool overloaded() const { return overloaded_; }
    static constexpr std::string_view overload_detail =
        "more checkouts are under way than this server gets through in time";

    // Refuses new sagas and ends every wait from now on.
    void begin_drain();
    // Calls back, on the lane's thread, once no commit is under way or wanted, or at `until`; the
    // lane does nothing any more from then on. True when everything accepted is durable.
    void settle(steady_instant until, continuation<bool> done);

private:
    // The loop.
    void input_came();
    void drive();
    void perform(std::vector<action> actions);
    void send_calls();
    void send_call(const perform_call& call);
    void commit_what_gathered();
    void journal_then_effects(commit_outcome outcome);
    void plan_wake();
    void wake();

    // One action each.
    void perform_one(perform_call& call);
    void perform_one(const load_saga& wanted);
    void perform_one(reply& told);
    void perform_one(const saga_changed& change);

    void start_here(new_saga wanted, duration wait, continuation<saga_answer> done);
    [[nodiscard]] bool turn_away(const new_saga& wanted, continuation<saga_answer>& done);
    [[nodiscard]] std::optional<duration> wait_of(const new_saga& wanted);
    [[nodiscard]] bool not_yet(continuation<saga_answer>& done);
    void answer(pending_answers::pending asked, const reply& told);
    [[nodiscard]] std::vector<live_note> notes_of(const saga_record& saga) const;
    void end_waits(std::vector<wait_list::waiter> over);
    void take_over(const store_result<std::vector<wake_up>>& unfinished);
    void commit_went_wrong(const store_error& error);
    void notice_stalled_commit();
    void tell_of_unsent(std::uint64_t events) const;
    void clean_up();
    [[nodiscard]] droppable_events droppable(steady_instant at) const;
    void cleaned(const store_result<committer::cleaned>& step);
    void check_settled();
    void measure_load();
    [[nodiscard]] std::size_t asked_for() const;

    // Constant after construction.
    boost::asio::io_context& io_;
    participants& participants_;
    saga_metrics& sagas_;
    lane_metrics& counted_;
    const lane_options options_;
    const lane_events events_;

    // Read by other threads.
    std::atomic<bool> recovered_ = false;
    std::atomic<bool> can_commit_ = true;
    std::atomic<bool> draining_ = false;
    std::atomic<bool> overloaded_ = false;

    // Confined to the lane's thread.
    engine engine_;
    pending_answers pending_;
    wait_list waits_;
    start_limiter limiter_;
    concurrency_limit load_;
    retention keys_;
    std::optional<retention> ended_sagas_;
    retention events_kept_;
    steady_instant unsent_kept_until_{};  // where there is no publisher
    std::uint64_t keys_dropped_ = 0;      // by the cleaning that is under way
    std::uint64_t sagas_dropped_ = 0;
    std::uint64_t events_dropped_ = 0;
    entropy entropy_;
    std::deque<perform_call> calls_;  // durable, and not sent yet
    bool sending_ = false;            // the next of them are on their way
    std::vector<saga_id> ended_;      // with waits to be answered, of the actions being performed
    bool drive_posted_ = false;
    bool stopped_ = false;
    boost::asio::steady_timer wake_;
    steady_instant wake_at_ = steady_instant::max();
    boost::asio::steady_timer clean_up_;
    bool commit_under_way_ = false;
    bool commit_announces_ = false;  // and has events
    bool commit_stalls_ = false;     // it has been under way for longer than it may
    steady_instant commit_stalls_at_{};
    steady_instant commit_not_before_{};  // after a failed one
    duration commit_retry_delay_{};
    continuation<bool> settled_;
    steady_instant settle_until_ = steady_instant::max();

    // Threads of their own; last, so that they end first.
    read_queue reads_;
    committer committer_;
};

}  // namespace makegood
