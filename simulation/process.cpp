#include "simulation/process.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/assert.hpp"

namespace makegood::simulation {
namespace {

using namespace std::chrono_literals;

// As adapters/lane paces them.
constexpr duration commit_retry_delay_first{250};
constexpr duration commit_retry_delay_max{2'000};

}  // namespace

template <class Deed>
auto process::while_alive(Deed what) {
    return [life = life_, what = std::move(what)](auto&&... with) mutable {
        if (*life) what(std::forward<decltype(with)>(with)...);
    };
}

process::process(machine& host, const engine_options& settings)
    : host_(host),
      held_(host.store.open()),
      publisher_(host, held_),
      engine_(host.registry, settings),
      life_(std::make_shared<bool>(true)) {
    const auto unfinished = held_.reader->unfinished();
    ASSERT(unfinished.has_value());
    host_.log.note(
        host_.time.now(), {},
        {"a process starts and finds", fmt::format("{} unfinished", unfinished->size())}
    );
    host_.judge.events().judge_store(*held_.reader);
    engine_.recover(*unfinished);
    engine_.tick(wall());
    drive();
    publish();
}

process::~process() {
    *life_ = false;
}

// -- requests

ticket process::expect(answer told) {
    waiting_.emplace(++tickets_, std::move(told));
    return tickets_;
}

void process::start(start_request asked, answer told) {
    engine_.start(std::move(asked), expect(std::move(told)), wall());
    drive();
}

void process::submit(const saga_id& id, command asked, answer told, idempotency_key key) {
    engine_.submit(id, std::move(asked), expect(std::move(told)), wall(), std::move(key));
    drive();
}

// The loop is told a little later, as by another thread.
void process::prune() {
    std::vector<pruned_saga> removed = host_.store.prune(held_);
    host_.time.after(host_.store.read_time(), while_alive([this, removed = std::move(removed)] {
                         engine_.pruned(removed);
                     }));
}

// -- the loop

void process::drive() {
    for (auto actions = engine_.take_actions(); !actions.empty() && alive_;
         actions = engine_.take_actions()) {
        for (action& each : actions)
            perform(each);
    }
    if (!alive_) return;
    commit_what_gathered();
    plan_wake();
}

void process::perform(action& each) {
    if (auto* call = std::get_if<perform_call>(&each)) {
        host_.judge.called(*call, wall(), is_stale());
        host_.log.note(host_.time.now(), call->id, {call->call.call.value, "is sent"});
        host_.log.add(call->idempotency_key);
        host_.log.add(call->request.body);
        const auto done = while_alive([this, sent = *call](attempt_outcome outcome) {
            if (!is_stale()) host_.judge.settled(sent, outcome);
            engine_.answered(sent.id, sent.call, sent.attempt, std::move(outcome), wall());
            drive();
        });
        host_.wire.send(*call, wall(), done);
    } else if (const auto* wanted = std::get_if<load_saga>(&each)) {
        host_.time.after(host_.store.read_time(), while_alive([this, id = wanted->id] {
                             engine_.loaded(id, held_.reader->load(id), wall());
                             drive();
                         }));
    } else if (const auto* change = std::get_if<saga_changed>(&each)) {
        host_.judge.changed(*change, is_stale());
    } else {
        const reply& told = std::get<reply>(each);
        host_.judge.replied(told, is_stale());
        const auto waiting = waiting_.extract(told.to);
        ASSERT(!waiting.empty());
        host_.log.note(
            host_.time.now(), told.saga == nullptr ? std::nullopt : std::optional(told.saga->id),
            {"answered", refusal_code(told.why)}
        );
        waiting.mapped()(told);
    }
}

void process::commit_what_gathered() {
    if (committing_ != nullptr) return;
    if (!engine_.healthy() && host_.time.now() < commit_not_before_) return;
    committing_ = engine_.take_batch(wall());
    if (committing_ == nullptr) return;
    host_.time.after(host_.store.commit_time(), while_alive([this] { finish_commit(); }));
}

void process::finish_commit() {
    const batch& changes = *std::exchange(committing_, nullptr);
    const auto receipt = host_.store.commit(held_, changes);
    if (receipt) {
        commit_retry_delay_ = {};
        engine_.committed(*receipt, wall());
    } else {
        commit_went_wrong(receipt.error());
    }
    drive();
}

void process::commit_went_wrong(const store_error& error) {
    engine_.commit_failed(error, wall());
    if (error.code == store_errc::stale_owner) {
        host_.log.note(host_.time.now(), {}, {"a process finds that it was replaced, and stops"});
        return stop();
    }
    commit_retry_delay_ =
        std::clamp(commit_retry_delay_ * 2, commit_retry_delay_first, commit_retry_delay_max);
    commit_not_before_ = host_.time.now() + commit_retry_delay_;
    host_.time.at(commit_not_before_, while_alive([this] { drive(); }));
}

void process::plan_wake() {
    const instant due = engine_.next_wake();
    if (due == never) return;
    const instant at = std::max(host_.time.now(), due - host_.clock_error);
    if (at >= wakes_at_) return;
    wakes_at_ = at;
    host_.time.at(at, while_alive([this, at] {
                      if (wakes_at_ != at) return;  // another was planned before it
                      wakes_at_ = never;
                      engine_.tick(wall());
                      drive();
                  }));
}

// Again and again, as another thread beside the loop. Nobody waits for it.
void process::publish() {
    chance& luck = host_.publishing;
    publisher_.settle(wall() - luck.between(0s, 10min));
    if (const outbox_position last = publisher_.send(1 + luck.below(60)); last != 0) {
        host_.time.after(luck.between(0s, 30s), while_alive([this, last] {
                             publisher_.acknowledged(last);
                         }));
    }
    host_.time.after(luck.between(10ms, 20s), while_alive([this] { publish(); }));
}

void process::clock_was_set() {
    wakes_at_ = never;
    engine_.tick(wall());
    drive();
}

// -- the end

void process::kill() {
    if (!alive_) return;
    stop();
    host_.store.die(held_, committing_);
}

void process::stop() {
    alive_ = false;
    *life_ = false;
}

void process::lose_store() {
    if (committing_ == nullptr || !host_.luck.happens(0.5)) return;
    static_cast<void>(host_.store.commit(held_, *committing_));
}

}  // namespace makegood::simulation
