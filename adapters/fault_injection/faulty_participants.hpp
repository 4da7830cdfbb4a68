#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>

#include "adapters/fault_injection/fault_rules.hpp"
#include "adapters/fault_injection/known_sagas.hpp"
#include "engine/ports/participants.hpp"

namespace makegood {

// The lane's participants with fault rules before them. What a rule makes of an attempt ends as
// every attempt does: later, once, on the lane's thread. The circuit and the call metrics of a
// backend see only what is really sent. Confined to the lane's thread; outlives the io_context's
// last run.
class faulty_participants final : public participants {
public:
    faulty_participants(
        boost::asio::io_context& io,
        participants& real,
        fault_rules& rules,
        const known_sagas& sagas
    )
        : io_(io), real_(real), rules_(rules), sagas_(sagas) {}

    void send(const perform_call& call, completion done) override;
    [[nodiscard]] std::optional<live_note> note(backend_name backend, const call_reference& call)
        const override {
        return real_.note(backend, call);
    }

private:
    void send_later(const fault_rule& rule, const perform_call& call, completion done);
    void send_as_told(const fault_rule& rule, const perform_call& call, completion done);
    void send_twice(const perform_call& call, completion done);
    void after(duration delay, std::function<void()> then);
    void finish_later(attempt_outcome outcome, completion done);

    boost::asio::io_context& io_;
    participants& real_;
    fault_rules& rules_;
    const known_sagas& sagas_;
};

}  // namespace makegood
