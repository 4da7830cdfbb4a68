#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "engine/engine.hpp"
#include "simulation/disk.hpp"
#include "simulation/network.hpp"
#include "simulation/publisher.hpp"

namespace makegood::simulation {

// What a process runs in. Everything outlives it.
struct machine {
    const definition_registry& registry;
    agenda& time;
    disk& store;
    network& wire;
    checkers& judge;
    trace& log;
    chance& luck;
    chance& publishing;
    duration clock_error{};  // what the wall clock is ahead of true time
};

// One life of the daemon: the engine and the loop around it, as adapters/lane runs it, in simulated
// time. Dies at any point.
class process {
public:
    using answer = std::function<void(const reply&)>;

    process(machine& host, const engine_options& settings);
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    // -- requests; an answer that the process does not live to give is never given
    void start(start_request asked, answer told);
    void submit(const saga_id& id, command asked, answer told, idempotency_key key = {});

    // Drops from its store what has ended.
    void prune();

    // Ends at once, and its store goes on without it. A commit that was under way may have been
    // kept, without anybody knowing.
    void kill();
    // Ends at once; the store is another's already.
    void stop();
    // Another process has opened the store: a commit that was under way may still be kept.
    void lose_store();
    [[nodiscard]] bool alive() const { return alive_; }

    void clock_was_set();
    [[nodiscard]] instant wall() const { return host_.time.now() + host_.clock_error; }

    [[nodiscard]] const engine_counters& counters() const { return engine_.counters(); }
    [[nodiscard]] std::size_t waiting_answers() const { return waiting_.size(); }

private:
    // What the world does to a process that may have died meanwhile.
    template <class Deed>
    auto while_alive(Deed what);

    ticket expect(answer told);
    void drive();
    void perform(action& each);
    void commit_what_gathered();
    void finish_commit();
    void commit_went_wrong(const store_error& error);
    void plan_wake();
    void publish();
    [[nodiscard]] bool is_stale() const { return !host_.store.is_newest(held_); }

    machine& host_;
    disk::hold held_;
    publisher publisher_;
    makegood::engine engine_;
    std::shared_ptr<bool> life_;  // false once it has died: late deeds ask it
    bool alive_ = true;

    const batch* committing_ = nullptr;
    instant commit_not_before_{};
    duration commit_retry_delay_{};
    instant wakes_at_ = never;

    ticket tickets_ = 0;
    std::unordered_map<ticket, answer> waiting_;
};

}  // namespace makegood::simulation
