#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "simulation/orders.hpp"
#include "simulation/process.hpp"
#include "simulation/shop.hpp"

namespace makegood::simulation {

// Whoever ships: takes each parcel that the fulfillment backend has, and says what becomes of it;
// when it is unruly late, twice and in any order. Repeats itself until it is heard, and judges that
// what was heard is known (P9).
class carrier {
public:
    struct surroundings {
        machine& host;
        weather& sky;
        const shop& backends;
        verdict& found;
        std::function<process*()> reachable;  // nothing while no process runs
        parcels_told& told;
        bool is_waited_for = false;  // shipments are tracked in this world
    };

    carrier(surroundings around, std::uint64_t seed);

private:
    using story = std::vector<std::string>;

    void notice(const saga_record& saga);
    void set_off(const saga_id& id);
    [[nodiscard]] story some_story();
    void muddle(story& told);
    void tell(const saga_id& id, const std::string& status);
    // Whether it need not be said again.
    [[nodiscard]] bool judge_answer(
        const saga_id& id, const std::string& status, const reply& answer
    );

    surroundings around_;
    chance luck_;
    std::set<saga_id> set_off_;
};

}  // namespace makegood::simulation
