#pragma once

#include <functional>
#include <map>
#include <memory>

#include "engine/engine.hpp"
#include "simulation/agenda.hpp"
#include "simulation/faults.hpp"
#include "simulation/shop.hpp"
#include "simulation/trace.hpp"

namespace makegood::simulation {

// Everything between a process and the backends: it loses, doubles, delays and garbles. An attempt
// has exactly one outcome, at the latest at its deadline; a request may arrive after it, or twice.
class network {
public:
    using completion = std::function<void(attempt_outcome)>;

    network(agenda& time, weather& sky, shop& backends, trace& log, std::uint64_t seed)
        : time_(time), sky_(sky), backends_(backends), log_(log), chance_(seed, "network") {}

    // `wall` is what the sender's clock shows. `done` runs later, once.
    void send(const perform_call& call, instant wall, completion done);

    // -- what the weather does to one of the backends
    void restart_a_backend();
    void storm_at_a_backend();
    void recover();

private:
    struct flight {
        perform_call call;
        completion done;
        instant ends;  // when the sender stops to wait
    };
    using flight_pointer = std::shared_ptr<flight>;
    struct outage {
        instant away_until{};
        instant storm_until{};
    };

    void end(const flight_pointer& sent, duration after, attempt_outcome outcome);
    // No answer: found out at once or at the deadline.
    void fall_silent(const flight_pointer& sent);
    void travel(const flight_pointer& sent);
    void arrive(const flight_pointer& sent);
    void answer(const flight_pointer& sent, backend_answer given);
    backend_answer deliver(const perform_call& call);
    backend_answer refuse_to_serve();
    backend_answer deny();
    void garble(backend_answer& given);
    std::string_view some_backend();

    agenda& time_;
    weather& sky_;
    shop& backends_;
    trace& log_;
    chance chance_;
    std::map<std::string, outage, std::less<>> outages_;
};

}  // namespace makegood::simulation
