#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "engine/engine.hpp"
#include "simulation/checkers/announcements.hpp"
#include "simulation/checkers/durable_sagas.hpp"
#include "simulation/promise.hpp"

namespace makegood::simulation {

// Judges what crosses the borders of a process, against what is durable and against the promises.
// Knows nothing of the workload or of what was made to fail; expectations are written here anew,
// not taken from the engine.
class checkers {
public:
    checkers(const definition_registry& registry, const engine_options& settings, verdict& found)
        : settings_(settings), found_(found), durable_(registry), events_(found) {}

    // -- the store
    // A commit that the store says is kept, but for what it left out. `newest` is false when a
    // later owner has opened the store before it.
    void committed(const batch& changes, const commit_receipt& receipt, bool newest);

    void pruned(const std::vector<pruned_saga>& removed, bool newest);
    [[nodiscard]] bool was_pruned(const saga_id& id) const { return pruned_.contains(id); }

    // -- effects; `stale` when another process owns the store by now
    void called(const perform_call& call, instant wall, bool stale);
    void settled(const perform_call& call, const attempt_outcome& outcome);
    void process_died();  // what it had sent is no longer under way
    void replied(const reply& told, bool stale);
    void changed(const saga_changed& change, bool stale);

    // Called with every saga that a commit has made durable.
    void watch(std::function<void(const saga_record&)> watcher) {
        watchers_.push_back(std::move(watcher));
    }
    [[nodiscard]] const durable_sagas& durable() const { return durable_; }
    // Whether any attempt of a call with that idempotency key was ever let out.
    [[nodiscard]] bool ever_sent(std::string_view key) const {
        return sent_.find(key) != sent_.end();
    }
    [[nodiscard]] announcements& events() { return events_; }
    // The mean backoff lies where jitter puts it. Judged at the end: a few prove nothing.
    void judge_backoffs();

private:
    struct call_key {
        saga_id saga;
        call_reference call;
        auto operator<=>(const call_key&) const = default;
    };

    void check_entry(const durable_entry& entry);
    void check_denial(const durable_entry& entry, const call_reference& which);
    void check_attempt(const durable_entry& entry, const call_failed& failed);
    void check_pivot(const durable_entry& entry);
    void check_task(const durable_entry& entry);
    void check_parcel(const durable_entry& entry);
    void check_parked(const perform_call& call, const saga_record& saga, instant wall);
    void check_budget(const perform_call& call, const saga_record& saga, instant wall);
    void check_undo_order(const perform_call& call, const saga_record& saga);
    void check_time_left(const perform_call& call, const saga_record& saga, instant wall);

    const engine_options settings_;
    verdict& found_;
    durable_sagas durable_;
    announcements events_;
    std::set<saga_id> pruned_;
    std::vector<std::function<void(const saga_record&)>> watchers_;
    std::map<std::string, call_key, std::less<>> sent_;  // by idempotency key
    std::set<call_key> under_way_;
    std::set<call_key> sent_in_this_life_;
    std::map<call_key, backend_answer> last_answers_;  // that the process was given
    double backoffs_sum_ = 0;                          // each as a share of its ceiling
    std::uint64_t backoffs_count_ = 0;
};

}  // namespace makegood::simulation
