#include "adapters/lane/lane.hpp"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "adapters/telemetry/log.hpp"

// What is asked of a lane, until it has become an input of the engine. The loop is lane_loop.cpp.
namespace makegood {

namespace asio = boost::asio;

namespace {

// A saga is kept for as long as its key at least: a repeated start is answered with it.
std::optional<retention> saga_retention_of(const lane_options& options) {
    if (!options.saga_retention) return {};
    return retention{std::max(*options.saga_retention, options.key_retention)};
}

}  // namespace

lane::lane(
    asio::io_context& io, const lane_parts& parts, const lane_options& options, lane_events events
)
    : io_(io),
      participants_(parts.participants),
      sagas_(parts.sagas),
      counted_(parts.counted),
      options_(options),
      events_(std::move(events)),
      engine_(parts.registry, options.engine),
      limiter_(options.rate_limit),
      load_({.most = options.engine.active_sagas_max}),
      keys_(options.key_retention),
      ended_sagas_(saga_retention_of(options)),
      events_kept_(options.event_retention),
      wake_(io),
      clean_up_(io),
      reads_(parts.readers, options.reads_waiting_max),
      committer_(parts.writer) {}

lane::~lane() = default;

// -- recovery

void lane::recover() {
    read_queue::job job = [this](journal_reader& reader) {
        store_result<std::vector<wake_up>> unfinished = reader.unfinished();
        store_result<store_statistics> stored = reader.statistics();
        asio::post(io_, [this, unfinished = std::move(unfinished), stored = std::move(stored)] {
            if (stored) {
                sagas_.begin_with(*stored);
                tell_of_unsent(stored->events_waiting);
            }
            take_over(unfinished);
        });
    };
    // What the engine waits for is never refused.
    static_cast<void>(reads_.submit(read_queue::urgency::saga_waits, job));
}

void lane::take_over(const store_result<std::vector<wake_up>>& unfinished) {
    if (!unfinished) {
        return events_.gave_up("the unfinished sagas cannot be read: " + unfinished.error().detail);
    }
    engine_.recover(*unfinished);
    log(log_level::info,
        "recovered; " + std::to_string(unfinished->size()) + " unfinished sagas go on");
    recovered_ = true;
    unsent_kept_until_ = steady_now() + options_.event_retention;
    events_.recovered(unfinished->size());
    clean_up();
    input_came();
}

// Whoever has taken the brokers out of the configuration, or never put them in, is told in time.
void lane::tell_of_unsent(std::uint64_t events) const {
    if (events == 0 || options_.has_publisher) return;
    const auto kept = std::chrono::ceil<std::chrono::seconds>(options_.event_retention).count();
    log(log_level::warning, std::to_string(events)
                                + " events of before are kept for readers of /v1/events; without "
                                  "kafka.brokers nobody sends them, and each is dropped once it is "
                                  "older than "
                                + std::to_string(kept) + " s, none sooner than that from now");
}

// -- requests

void lane::start(new_saga wanted, duration wait, continuation<saga_answer> done) {
    asio::dispatch(io_, [this, wanted = std::move(wanted), wait, done = std::move(done)]() mutable {
        start_here(std::move(wanted), wait, std::move(done));
    });
}

void lane::start_here(new_saga wanted, duration wait, continuation<saga_answer> done) {
    if (not_yet(done) || turn_away(wanted, done)) return;
    const instant at = now();
    start_request request;
    request.definition = wanted.definition;
    request.id = saga_id::make(
        wanted.definition->id_prefix(), at.time_since_epoch().count(),
        partition_of(wanted.document.customer), entropy_.take<9>()
    );
    request.key = std::move(wanted.key);
    request.document = std::move(wanted.document);
    request.traceparent = std::move(wanted.traceparent);
    const steady_instant came = steady_now();
    const ticket from = pending_.add({std::move(done), came + wait, false, came});
    engine_.start(std::move(request), from, at);
    input_came();
}

void lane::submit(
    const saga_id& id, command asked, continuation<saga_answer> done, idempotency_key key
) {
    asio::dispatch(
        io_,
        [this, id, asked = std::move(asked), done = std::move(done),
         key = std::move(key)]() mutable {
            if (not_yet(done)) return;
            const ticket from = pending_.add({std::move(done), {}, false});
            engine_.submit(id, std::move(asked), from, now(), std::move(key));
            input_came();
        }
    );
}

void lane::read(const saga_id& id, duration wait, continuation<saga_answer> done) {
    asio::dispatch(io_, [this, id, wait, done = std::move(done)]() mutable {
        if (not_yet(done)) return;
        const ticket from = pending_.add({std::move(done), steady_now() + wait, false});
        engine_.read(id, from, now());
        input_came();
    });
}

bool lane::not_yet(continuation<saga_answer>& done) {
    if (recovered_) return false;
    saga_answer no;
    no.door = turned_away::starting;
    done(std::move(no));
    return true;
}

bool lane::turn_away(const new_saga& wanted, continuation<saga_answer>& done) {
    saga_answer no;
    if (draining_) {
        no.door = turned_away::draining;
    } else if (commit_stalls_) {
        no.why = refusal::store_unavailable;
        no.detail = "the store does not answer; see the log";
    } else if (!load_.admits(asked_for())) {
        no.why = refusal::overloaded;
        no.detail = overload_detail;
        overloaded_ = true;
    } else if (const auto wait = wait_of(wanted)) {
        no.door = turned_away::rate_limited;
        no.retry_after = *wait;
    } else {
        return false;
    }
    done(std::move(no));
    return true;
}

std::optional<duration> lane::wait_of(const new_saga& wanted) {
    if (!wanted.is_rate_limited) return {};
    return limiter_.admit(wanted.document.customer, steady_now());
}

// -- answers

// Called while the record of the reply can be read.
void lane::answer(pending_answers::pending asked, const reply& told) {
    saga_answer given;
    given.why = told.why;
    given.detail = told.detail;
    if (told.why == refusal::none) {
        const saga_record& saga = *told.saga;
        given.replayed = told.replayed || asked.replayed;
        given.ended = saga.ended();
        given.id = saga.id;
        given.customer = saga.customer;
        if (asked.start_came != steady_instant{} && !given.replayed) {
            const steady_instant at = steady_now();
            load_.start_was_durable(at - asked.start_came, at, asked_for());
        }
        const bool waits = !given.ended && !draining_ && asked.wait_until > steady_now();
        if (waits) {
            waits_.add({saga.id, given.replayed, std::move(asked.done)}, asked.wait_until);
            counted_.waiters(waits_.size());
            return;
        }
        given.body = saga.definition->render(saga, notes_of(saga));
    }
    asked.done(std::move(given));
}

std::vector<live_note> lane::notes_of(const saga_record& saga) const {
    std::vector<live_note> notes;
    for (const call_record& call : saga.calls) {
        if (call.status != call_status::pending) continue;
        const backend_name backend = saga.definition->call(call.call.call).backend;
        if (auto note = participants_.note(backend, call.call)) notes.push_back(std::move(*note));
    }
    return notes;
}

// The saga is read once more, because it is only then known what to say.
void lane::end_waits(std::vector<wait_list::waiter> over) {
    for (wait_list::waiter& each : over) {
        const ticket from = pending_.add({std::move(each.done), {}, each.replayed});
        engine_.read(each.id, from, now());
    }
    counted_.waiters(waits_.size());
}

// -- the end

void lane::begin_drain() {
    asio::dispatch(io_, [this] {
        draining_ = true;
        end_waits(waits_.take_all());
        input_came();
    });
}

void lane::settle(steady_instant until, continuation<bool> done) {
    asio::dispatch(io_, [this, until, done = std::move(done)]() mutable {
        settled_ = std::move(done);
        settle_until_ = until;
        input_came();
    });
}

void lane::check_settled() {
    if (!settled_) return;
    const bool quiet = engine_.quiescent();
    if (!quiet && steady_now() < settle_until_) return;
    stopped_ = true;
    wake_.cancel();
    clean_up_.cancel();
    settled_(quiet);
}

}  // namespace makegood
