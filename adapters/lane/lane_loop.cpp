#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "adapters/lane/lane.hpp"
#include "adapters/telemetry/log.hpp"
#include "engine/assert.hpp"

// The loop of a lane: inputs have been fed, now actions are performed and what has gathered is
// committed. The loop never waits for the disk.
namespace makegood {

namespace asio = boost::asio;

namespace {

// After a failed commit the store is asked again after the first of these, then after twice as long
// each time up to the second.
constexpr duration commit_retry_delay_first{250};
constexpr duration commit_retry_delay_max{2'000};

// The wall clock may be set; so the engine's times are looked at again at least this often.
constexpr duration wake_ahead_max{1'000};

constexpr std::chrono::minutes clean_up_interval{1};

// A large commit lets out many calls at once. Between so many of them the loop looks at its
// sockets, so that nobody, and no refusal, waits for all of them to be written.
constexpr std::size_t calls_at_once = 32;

std::string text_of(const saga_changed& change) {
    std::string text(change.definition->name());
    text.append(" ").append(change.from.value).append(" -> ").append(change.to.value);
    return text.append(", ").append(status_text(change.is));
}

}  // namespace

// One turn serves every input that was fed before it runs.
void lane::input_came() {
    if (drive_posted_ || stopped_) return;
    drive_posted_ = true;
    asio::post(io_, [this] { drive(); });
}

void lane::drive() {
    drive_posted_ = false;
    if (stopped_) return;
    // The writer first: it works while the loop lets out what the last commit has made durable.
    commit_what_gathered();
    perform(engine_.take_actions());
    commit_what_gathered();
    send_calls();
    notice_stalled_commit();
    measure_load();
    counted_.engine_counted(engine_.counters());
    check_settled();
    plan_wake();
}

// The pointers inside actions are valid until the next input: none is fed before all are performed.
void lane::perform(std::vector<action> actions) {
    while (!actions.empty()) {
        for (action& each : actions) {
            std::visit([this](auto& what) { perform_one(what); }, each);
        }
        for (const saga_id& id : std::exchange(ended_, {}))
            end_waits(waits_.take_of(id));
        actions = engine_.take_actions();
    }
}

void lane::perform_one(perform_call& call) {
    calls_.push_back(std::move(call));
}

void lane::send_calls() {
    if (sending_) return;
    const std::size_t now_sent = std::max(calls_at_once, calls_.size() / 4);
    for (std::size_t sent = 0; sent < now_sent && !calls_.empty() && !stopped_; ++sent) {
        const perform_call call = std::move(calls_.front());
        calls_.pop_front();
        send_call(call);
    }
    if (calls_.empty() || stopped_) return;
    sending_ = true;
    asio::post(io_, [this] {
        sending_ = false;
        send_calls();
    });
}

void lane::send_call(const perform_call& call) {
    if (const instant at = now(); call.deadline <= at) {
        // It has waited here, which is no fault of its backend's: decided again, with a new time.
        engine_.answered(call.id, call.call, call.attempt, call_deferred{at}, at);
        return input_came();
    }
    const auto done = [this, id = call.id, which = call.call,
                       attempt = call.attempt](attempt_outcome outcome) {
        if (stopped_) return;
        engine_.answered(id, which, attempt, std::move(outcome), now());
        input_came();
    };
    participants_.send(call, done);
}

void lane::perform_one(const load_saga& wanted) {
    read_queue::job job = [this, id = wanted.id](journal_reader& reader) {
        asio::post(io_, [this, id, record = reader.load(id)]() mutable {
            if (!record && record.error().code != store_errc::not_found) {
                log(log_level::error, "a saga cannot be read: " + record.error().detail,
                    {id.text(), {}});
            }
            engine_.loaded(id, std::move(record), now());
            input_came();
        });
    };
    // What the engine waits for is never refused.
    static_cast<void>(reads_.submit(read_queue::urgency::saga_waits, job));
}

void lane::perform_one(reply& told) {
    answer(pending_.take(told.to), told);
}

void lane::perform_one(const saga_changed& change) {
    sagas_.changed(change, now());
    if (change.ended && waits_.size() > 0) ended_.push_back(change.id);
    if (events_.changed) events_.changed(change);
    if (logs(log_level::debug)) log(log_level::debug, text_of(change), {change.id.text(), {}});
}

// -- commits

void lane::commit_what_gathered() {
    if (!engine_.healthy() && steady_now() < commit_not_before_) return;
    const batch* const changes = engine_.take_batch(now());
    if (changes == nullptr) return;
    commit_under_way_ = true;
    commit_announces_ = std::ranges::any_of(changes->sagas, [](const saga_commit& each) {
        return !each.outbox.empty();
    });
    commit_stalls_at_ = steady_now() + options_.commit_time_max;
    committer_.commit(*changes, [this, sagas = changes->sagas.size()](commit_outcome outcome) {
        asio::post(io_, [this, sagas, outcome = std::move(outcome)]() mutable {
            if (outcome.receipt) {
                counted_.committed(sagas, outcome.took);
                load_.commit_took(outcome.took);
            }
            journal_then_effects(std::move(outcome));
        });
    });
}

// P1, journal first, effects second: the batch is durable (or nothing of it was kept) when this is
// called, and only from here on does the engine hand out what the batch causes: answers, backend
// calls, news. Nothing else in the program lets an effect of a transition out.
void lane::journal_then_effects(commit_outcome outcome) {
    commit_under_way_ = false;
    commit_stalls_ = false;
    if (outcome.receipt) {
        const bool recovers = !can_commit_;
        engine_.committed(*outcome.receipt, now());
        if (commit_announces_ && events_.announced) events_.announced();
        if (recovers) {
            log(log_level::info, "the store commits again");
            commit_retry_delay_ = {};
            can_commit_ = true;
            counted_.store_healthy(true);
        }
    } else {
        commit_went_wrong(outcome.receipt.error());
    }
    drive();
}

void lane::commit_went_wrong(const store_error& error) {
    counted_.commit_failed();
    counted_.store_healthy(false);
    can_commit_ = false;
    engine_.commit_failed(error, now());
    if (error.code == store_errc::stale_owner) {
        stopped_ = true;
        return events_.gave_up("another process owns the store now: " + error.detail);
    }
    commit_retry_delay_ =
        std::clamp(commit_retry_delay_ * 2, commit_retry_delay_first, commit_retry_delay_max);
    commit_not_before_ = steady_now() + commit_retry_delay_;
    log(log_level::error, "a commit failed, nothing of it was kept; trying again in "
                              + std::to_string(commit_retry_delay_.count())
                              + " ms: " + error.detail);
}

// A disk that hangs returns no error: nobody would be told why nothing goes on.
void lane::notice_stalled_commit() {
    if (!commit_under_way_ || commit_stalls_ || steady_now() < commit_stalls_at_) return;
    commit_stalls_ = true;
    can_commit_ = false;
    counted_.store_healthy(false);
    log(log_level::error,
        "a commit has not returned for " + std::to_string(options_.commit_time_max.count())
            + " ms: the disk hangs or is far too slow; new checkouts are refused until it does");
}

void lane::measure_load() {
    counted_.active(engine_.active());
    overloaded_ = !load_.admits(asked_for());
}

// Sagas under way that somebody asked for. Timers that are due by the thousand have a limit of
// their own in the engine and would otherwise shut out every start.
std::size_t lane::asked_for() const {
    return engine_.active() - engine_.woken();
}

// -- time

void lane::plan_wake() {
    steady_instant at = std::min(waits_.next(), settle_until_);
    if (const instant due = engine_.next_wake(); due != never) {
        at = std::min({at, steady_moment_of(due), steady_now() + wake_ahead_max});
    }
    if (commit_under_way_ && !commit_stalls_) at = std::min(at, commit_stalls_at_);
    if (!engine_.healthy() && !commit_under_way_) at = std::min(at, commit_not_before_);
    // A timer that is set too early is let ring: setting it again costs more than one idle turn.
    if (at >= wake_at_ || stopped_) return;
    wake_at_ = at;
    wake_.expires_at(at);
    wake_.async_wait([this](const boost::system::error_code& error) {
        if (!error) wake();
    });
}

void lane::wake() {
    wake_at_ = steady_instant::max();
    if (stopped_) return;
    engine_.tick(now());
    end_waits(waits_.take_due(steady_now()));
    drive();
}

// Without a publisher they are there for whoever reads them, and only their age counts; but what
// was there before the start may be what a server with brokers had yet to send, and the brokers be
// missing by mistake: there is time to put them back.
droppable_events lane::droppable(steady_instant at) const {
    const bool keeps_unsent = options_.has_publisher || at < unsent_kept_until_;
    return keeps_unsent ? droppable_events::sent : droppable_events::all;
}

void lane::clean_up() {
    const instant wall = now();
    const steady_instant steady = steady_now();
    committer::cleaning wanted{
        .events_committed_before = events_kept_.forgotten_before(wall, steady),
        .events = droppable(steady),
        .keys_ended_before = keys_.forgotten_before(wall, steady),
    };
    if (ended_sagas_) wanted.sagas_ended_before = ended_sagas_->forgotten_before(wall, steady);
    committer_.clean(wanted, [this](store_result<committer::cleaned> step) {
        asio::post(io_, [this, step = std::move(step)] { cleaned(step); });
    });
    clean_up_.expires_after(clean_up_interval);
    clean_up_.async_wait([this](const boost::system::error_code& error) {
        if (!error && !stopped_) clean_up();
    });
}

void lane::cleaned(const store_result<committer::cleaned>& step) {
    if (step) {
        // What is stored no more is shown no more.
        engine_.pruned(step->sagas.sagas);
        sagas_.pruned(step->sagas.sagas);
        counted_.cleaned(step->keys, step->sagas.sagas.size(), step->sagas.damaged.size());
        for (const std::string& each : step->sagas.damaged)
            log(log_level::error, "an ended saga is not pruned: " + each);
        keys_dropped_ += step->keys;
        sagas_dropped_ += step->sagas.sagas.size();
        events_dropped_ += step->events;
        if (!step->done) return;
    } else {
        log(log_level::warning,
            "what is older than its retention was not dropped: " + step.error().detail);
    }
    const auto keys = std::exchange(keys_dropped_, 0);
    const auto sagas = std::exchange(sagas_dropped_, 0);
    const auto events = std::exchange(events_dropped_, 0);
    if (keys == 0 && sagas == 0 && events == 0) return;
    log(log_level::info, std::to_string(keys) + " keys, " + std::to_string(sagas) + " sagas and "
                             + std::to_string(events)
                             + " events were dropped after their retention");
}

}  // namespace makegood
