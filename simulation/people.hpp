#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulation/orders.hpp"
#include "simulation/process.hpp"

namespace makegood::simulation {

// Everybody outside: shops that start checkouts and ask again until they are told, customers whom
// their bank asks, operators. What they see is judged where only they can (P9, P10).
class people {
public:
    struct surroundings {
        machine& host;
        weather& sky;
        shop& backends;
        verdict& found;
        std::function<process*()> reachable;  // nothing while no process runs
        std::function<void()> arrived;        // a checkout has just come in
        accepted_orders& accepted;
    };

    people(surroundings around, std::uint64_t seed);

    // Plans this many checkouts, one after the other.
    void arrive(std::size_t checkouts);
    [[nodiscard]] bool all_accepted() const { return accepted_ == shoppers_.size(); }
    [[nodiscard]] std::size_t accepted() const { return accepted_; }

    // -- operators
    void operate();  // on any saga
    // When all else is quiet.
    enum class care : std::uint8_t { resume, retry, resolve };
    void care_for(const saga_id& id, care how);
    // Commands that the process of now has not answered.
    [[nodiscard]] std::size_t unanswered() const { return asked_.size(); }
    void process_died() { asked_.clear(); }

private:
    struct shopper {
        order wish;
        idempotency_key key;
        std::optional<saga_id> accepted;
    };

    void arrive_one(std::size_t checkouts);
    void ask(std::size_t who);
    void ask_again(std::size_t who);
    void hear(std::size_t who, const reply& told);
    void follow_up(std::size_t who);
    void reuse_key(std::size_t who);
    [[nodiscard]] start_request request_of(const shopper& who, const std::string& body);

    void notice(const saga_record& saga);
    void act_at_bank(const saga_id& id, const call_reference& call);
    // What a bank says of a customer, as a message that may be received again.
    struct bank_word {
        saga_id id;
        call_reference call;
        bool agreed = false;
        idempotency_key key;
        bool done = false;
        int told_times = 0;
    };
    void signal(const std::shared_ptr<bank_word>& word);
    void hear(bank_word& word, const reply& told);
    void judge_heard(const bank_word& word);

    void command_saga(const saga_id& id, operator_verb verb);
    void resolve_by_hand(const saga_record& saga);
    [[nodiscard]] bool do_by_hand(
        const saga_record& saga, const call_reference& call, std::string_view key
    );
    void submit(const saga_id& id, command asked, std::string actor);
    void judge_answer(const saga_id& id, const command& asked, const reply& told);

    surroundings around_;
    chance luck_;
    const definition& checkout_;
    std::vector<shopper> shoppers_;
    std::map<customer_id, std::uint64_t> orders_of_;  // keys are each customer's own
    std::size_t accepted_ = 0;
    std::set<std::string> at_bank_;  // authorizations that a customer was asked about
    std::set<std::uint64_t> asked_;  // commands under way, by number
    std::uint64_t commands_ = 0;
    std::uint64_t by_hand_ = 0;
    std::uint64_t words_ = 0;  // of banks
};

}  // namespace makegood::simulation
