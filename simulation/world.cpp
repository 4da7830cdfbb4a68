#include "simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/assert.hpp"
#include "engine/limits.hpp"
#include "sagas/registry.hpp"
#include "simulation/carrier.hpp"
#include "simulation/checkers/final_audit.hpp"
#include "simulation/memory_disk.hpp"
#include "simulation/people.hpp"
#include "simulation/sqlite_disk.hpp"

namespace makegood::simulation {
namespace {

using kind = fault_kind;
using namespace std::chrono_literals;

// What a deployment may configure differs from world to world.
checkout_settings settings_of(chance& luck, std::uint64_t seed) {
    constexpr std::array<duration, 3> lives{30s, 120s, 900s};
    constexpr std::array<duration, 3> deadlines{60s, 300s, 1800s};
    checkout_settings settings;
    settings.reservation_ttl = lives[luck.below(lives.size())];
    settings.deadline = deadlines[luck.below(deadlines.size())];
    constexpr std::array<duration, 3> delivery_deadlines{5min, 20min, 100min};
    chance parcels(seed, "parcels");
    settings.track_shipments = parcels.happens(0.6);
    settings.delivery_deadline = delivery_deadlines[parcels.below(delivery_deadlines.size())];
    return settings;
}

engine_options engine_options_of(chance& luck, std::uint64_t seed) {
    engine_options options;
    options.retries.persistent.parks_after = static_cast<std::uint32_t>(3 + luck.below(8));
    options.writes_outbox = luck.happens(0.5);
    options.retries.forward.attempts_max = static_cast<std::uint32_t>(5 + luck.below(16));
    // Some have so little memory that starts are refused and timers wait for room.
    if (luck.happens(0.3)) options.active_sagas_max = 2 + luck.below(15);
    // Some commit what has gathered in many small parts.
    chance batches(seed, "batches");
    if (batches.happens(0.3)) options.batch_sagas_max = 1 + batches.below(4);
    return options;
}

// Longer than any deadline, backoff or Retry-After; the clock's steps come on top.
constexpr duration patience = 150min;

std::unique_ptr<crashable_store> make_store(
    const world_options& options, const definition_registry& registry
) {
    if (options.store == store_kind::sqlite) {
        return std::make_unique<sqlite_disk>(registry, options.seed);
    }
    return std::make_unique<memory_disk>(registry, options.seed);
}

class world {
public:
    explicit world(const world_options& options)
        : options_(options),
          luck_(options.seed, "world"),
          publishing_(options.seed, "publisher"),
          checkout_settings_(settings_of(luck_, options.seed)),
          registry_(make_registry(checkout_settings_)),
          settings_(engine_options_of(luck_, options.seed)),
          log_(options.keeps_lines),
          sky_(options.seed, options.faults),
          backends_(sky_),
          judge_(registry_, settings_, found_),
          audit_(
              {registry_, judge_, backends_, orders_, checkout_settings_.reservation_ttl, parcels_,
               checkout_settings_.track_shipments},
              found_
          ),
          kept_(make_store(options, registry_)),
          store_(*kept_, {time_, sky_, judge_, log_}, options.seed),
          wire_(time_, sky_, backends_, log_, options.seed),
          host_{registry_, time_, store_, wire_, judge_, log_, luck_, publishing_},
          crowd_(
              {host_, sky_, backends_, found_, [this] { return reachable(); },
               [this] { bring_weather(); }, orders_},
              options.seed
          ),
          carrier_(
              {host_, sky_, backends_, found_, [this] { return reachable(); }, parcels_,
               checkout_settings_.track_shipments},
              options.seed
          ) {}

    world_outcome run() {
        began_ = time_.now();
        try {
            run_to_the_end();
        } catch (const std::exception& failure) {
            // What a real process would have died of.
            found_.breaks(promise::nothing_lost_or_doubled, {}, failure.what());
        }
        return outcome();
    }

private:
    void run_to_the_end() {
        boot();
        crowd_.arrive(options_.checkouts);
        blow();
        storm_steps_ = time_.steps();
        if (!found_.first()) calm_down();
        if (!found_.first()) judge_.judge_backoffs();
        deliver_the_rest();
        if (found_.first()) return;
        const auto reader = kept_->open_reader();
        audit_.judge(*reader);
        judge_.events().judge_end(*reader);
    }

    // What is still on its way arrives, long after everything has ended.
    void deliver_the_rest() {
        const instant ends = time_.now() + 1h;
        while (!found_.first() && time_.next() <= ends && step()) {
        }
    }

    process* reachable() { return serving_ && serving_->alive() ? serving_.get() : nullptr; }

    // -- the storm

    void blow() {
        // As long as the longest timers, now and then.
        constexpr std::array<duration, 3> tails{60s, 15min, 45min};
        const duration tail = tails[luck_.below(tails.size())];
        keep_bringing_weather();
        instant ends = never;
        while (!found_.first() && time_.steps() < options_.storm_steps_max && time_.now() < ends) {
            if (!step()) return;
            if (ends == never && crowd_.accepted() == options_.checkouts) {
                ends = time_.now() + tail;
                // By then nobody repeats a start any more.
                time_.after(5min, [this] { keep_pruning(); });
            }
        }
    }

    // What has ended is pruned, also while somebody has a word to say about it.
    void keep_pruning() {
        if (!sky_.fair()) crowd_.operate();
        if (process* running = reachable()) running->prune();
        time_.after(luck_.between(1s, 20s), [this] { keep_pruning(); });
    }

    // False when nothing is planned any more. What never comes to rest is a livelock.
    bool step() {
        const std::uint64_t steps_max = 200'000 + 2'000 * std::uint64_t{options_.checkouts};
        if (time_.steps() == steps_max) {
            found_.breaks(promise::every_saga_ends, {}, "the process is busy and gets nowhere");
        }
        return time_.step();
    }

    void keep_bringing_weather() {
        time_.after(luck_.between(1s, 40s), [this] {
            if (sky_.fair()) return;
            bring_weather();
            keep_bringing_weather();
        });
    }

    // Called as each checkout comes in, and now and then.
    void bring_weather() {
        if (reachable() && sky_.strikes(kind::crash)) {
            time_.after(luck_.between(0ms, 500ms), [this] { crash(); });
        }
        if (reachable() && sky_.strikes(kind::takeover)) {
            time_.after(luck_.between(0ms, 500ms), [this] { take_over(); });
        }
        if (sky_.strikes(kind::backend_restart)) wire_.restart_a_backend();
        if (sky_.strikes(kind::error_storm)) wire_.storm_at_a_backend();
        if (sky_.strikes(kind::disk_full)) store_.fill_up(luck_.between(100ms, 10s));
        if (sky_.strikes(kind::fsync_failure)) store_.fail_once();
        if (sky_.strikes(kind::slow_fsync)) store_.slow_down(luck_.between(1s, 30s));
        if (sky_.strikes(kind::clock_forward)) set_clock(clock_step());
        if (sky_.strikes(kind::clock_back)) set_clock(-clock_step());
    }

    duration clock_step() {
        constexpr std::array<duration, 3> sizes{2s, 90s, 1h};
        return luck_.between(1ms, sizes[luck_.below(sizes.size())]);
    }

    void set_clock(duration by) {
        host_.clock_error += by;
        if (by < 0ms) set_back_ -= by;
        log_.note(time_.now(), {}, {"the clock is set by", fmt::format("{} ms", by.count())});
        if (process* running = reachable()) running->clock_was_set();
    }

    // -- lives of the daemon

    void boot() {
        serving_.reset();
        ++processes_;
        serving_ = std::make_unique<process>(host_, settings_);
        if (sky_.strikes(kind::crash_in_recovery)) {
            time_.after(luck_.between(0ms, 40ms), [this] { crash(); });
        }
    }

    void crash() {
        if (!reachable() || sky_.fair()) return;
        log_.note(time_.now(), {}, {"the process is killed"});
        if (stale_) stale_->stop();
        serving_->kill();
        judge_.process_died();
        crowd_.process_died();
        const bool long_away = luck_.happens(0.1);
        time_.after(long_away ? luck_.between(1min, 20min) : luck_.between(10ms, 20s), [this] {
            if (!reachable()) boot();
        });
    }

    void take_over() {
        if (!reachable() || sky_.fair()) return;
        log_.note(time_.now(), {}, {"another process takes over"});
        serving_->lose_store();
        if (stale_) stale_->stop();
        stale_ = std::move(serving_);
        judge_.process_died();
        crowd_.process_died();
        boot();
    }

    // A process that found that it was replaced has stopped; somebody starts it again.
    void keep_running() {
        if (!reachable()) boot();
    }

    // -- fair weather

    void calm_down() {
        sky_.clear_up();
        wire_.recover();
        store_.recover();
        if (stale_) stale_->stop();
        keep_running();
        log_.note(time_.now(), {}, {"the weather clears up"});
        run_until_ended(patience + set_back_);
        if (found_.first()) return;
        judge_liveness();
        using care = people::care;
        // Twice, because a call that was done by hand may lead to a task.
        for (const care how :
             {care::resume, care::retry, care::resolve, care::retry, care::resolve}) {
            if (found_.first() || all_ended()) break;
            for (const saga_id& id : unfinished())
                crowd_.care_for(id, how);
            run_until_ended(patience);
        }
        judge_ends();
    }

    void run_until_ended(duration lasts) {
        const instant ends = time_.now() + lasts;
        while (!found_.first() && time_.next() <= ends) {
            if (!step()) return;
            if (time_.steps() % 512 == 0 && all_ended()) return;
        }
    }

    // Sagas leave this list for good, so each is looked at until it has ended, and no more.
    const std::vector<saga_id>& unfinished() {
        const auto& ids = judge_.durable().ids();
        open_.insert(open_.end(), ids.begin() + static_cast<std::ptrdiff_t>(known_), ids.end());
        known_ = ids.size();
        std::erase_if(open_, [this](const saga_id& id) {
            return judge_.durable().find(id)->record.ended();
        });
        return open_;
    }
    bool all_ended() { return crowd_.all_accepted() && unfinished().empty(); }

    void judge_liveness() {
        audit_.judge_refused_effects();
        if (!crowd_.all_accepted()) {
            found_.breaks(promise::every_saga_ends, {}, "a start is not accepted in fair weather");
        }
        for (const saga_id& id : unfinished()) {
            const saga_record& saga = judge_.durable().find(id)->record;
            if (waits_for_person(saga)) continue;
            found_.breaks(promise::every_saga_ends, id, stuck_text(saga));
        }
        if (crowd_.unanswered() > 0) {
            found_.breaks(promise::operators_can_act, {}, "a command was never answered");
        }
        judge_list();
    }

    // Held by one, or stopped by an answer that only one can do something about. Whoever is parked
    // for anything else goes on by itself.
    static bool waits_for_person(const saga_record& saga) {
        if (!saga.parked) return false;
        return saga.parked->held || std::ranges::any_of(saga.calls, [](const call_record& call) {
                   return call.status == call_status::pending && call.next_attempt_at == never;
               });
    }

    // What is parked is what the list shows.
    void judge_list() {
        std::size_t parked = 0;
        for (const saga_id& id : unfinished())
            parked += judge_.durable().find(id)->record.parked ? 1 : 0;
        saga_query query;
        query.saga = {};
        query.status = saga_status::parked;
        query.limit = limits::list_items_max;
        const auto reader = kept_->open_reader();
        const auto listed = reader->list(query);
        if (listed && listed->items.size() == std::min(parked, query.limit)) return;
        found_.breaks(
            promise::operators_can_act, {},
            fmt::format("{} sagas are parked, and the list does not show them", parked)
        );
    }

    void judge_ends() {
        if (found_.first()) return;
        for (const saga_id& id : unfinished()) {
            found_.breaks(
                promise::every_saga_ends, id, stuck_text(judge_.durable().find(id)->record)
            );
        }
        const std::uint64_t violations = reachable()->counters().violations;
        if (violations > 0) {
            found_.breaks(
                promise::every_saga_ends, {},
                fmt::format("{} events came that no table lists", violations)
            );
        }
    }

    static std::string stuck_text(const saga_record& saga) {
        return fmt::format(
            "has not ended in fair weather: it is {} in {}", status_text(saga.status()),
            saga.state.value
        );
    }

    // -- what came of it

    world_outcome outcome() {
        world_outcome out;
        out.broken = found_.first();
        if (out.broken) {
            out.broken->at = time_.now();
            out.broken->step = time_.steps();
        }
        out.trace_hash = log_.hash();
        out.steps = time_.steps();
        out.storm_steps = storm_steps_;
        out.checkouts = crowd_.accepted();
        for (const saga_id& id : judge_.durable().ids()) {
            const saga_record& saga = judge_.durable().find(id)->record;
            ++out.ends[fmt::format("{} {}", saga.definition->name(), status_text(saga.status()))];
            out.entries += saga.sequence;
        }
        out.processes = processes_;
        out.simulated = time_.now() - began_;
        out.faults = sky_.counts();
        out.lines = log_.lines();
        return out;
    }

    const world_options& options_;
    chance luck_;
    chance publishing_;
    const checkout_settings checkout_settings_;
    const definition_registry registry_;
    const engine_options settings_;
    agenda time_;
    trace log_;
    weather sky_;
    verdict found_;
    shop backends_;
    checkers judge_;
    accepted_orders orders_;
    parcels_told parcels_;
    final_audit audit_;
    const std::unique_ptr<crashable_store> kept_;
    disk store_;
    network wire_;
    machine host_;
    people crowd_;
    carrier carrier_;
    std::unique_ptr<process> serving_;
    std::unique_ptr<process> stale_;  // one that was replaced and has not noticed yet

    std::vector<saga_id> open_;
    std::size_t known_ = 0;
    instant began_{};
    duration set_back_{};
    std::uint64_t processes_ = 0;
    std::uint64_t storm_steps_ = 0;
};

}  // namespace

world_outcome run_world(const world_options& options) {
    return world(options).run();
}

}  // namespace makegood::simulation
