#pragma once

#include <functional>

#include "engine/answer.hpp"
#include "engine/engine.hpp"

namespace makegood {

// Sends calls to backends. Implemented over HTTP (adapters/participants) and by the simulator.
class participants {
public:
    using completion = std::function<void(attempt_outcome)>;

    virtual ~participants() = default;
    // Starts one attempt and returns at once. `done` runs later, exactly once, on the lane's
    // thread.
    virtual void send(const perform_call& call, completion done) = 0;
    // For the view: is the circuit of that backend open, and until when?
    [[nodiscard]] virtual std::optional<live_note> note(
        backend_name backend, const call_reference& call
    ) const = 0;
};

}  // namespace makegood
