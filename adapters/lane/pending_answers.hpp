#pragma once

#include <cstddef>
#include <vector>

#include "adapters/clock/clock.hpp"
#include "adapters/lane/continuation.hpp"
#include "adapters/lane/saga_answer.hpp"

namespace makegood {

// Who waits for the engine's reply to which ticket. Owned by the lane, on its thread. The engine
// answers every ticket exactly once, so a place is used again as soon as it was taken.
class pending_answers {
public:
    struct pending {
        continuation<saga_answer> done;
        // A saga that has not ended is waited for until then; the past: it is not waited for.
        steady_instant wait_until{};
        bool replayed = false;        // what an earlier reply to the same request said
        steady_instant start_came{};  // of a start only
    };

    [[nodiscard]] ticket add(pending added);
    [[nodiscard]] pending take(ticket which);

private:
    std::vector<pending> places_;  // ticket n has place n - 1
    std::vector<ticket> free_;
};

}  // namespace makegood
