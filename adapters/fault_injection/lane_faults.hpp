#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <vector>

#include "adapters/fault_injection/faulty_journal.hpp"
#include "adapters/fault_injection/faulty_participants.hpp"

namespace makegood {

// What one lane is given instead of its real parts when fault injection is allowed; otherwise there
// is no such object. Owned by the service's lane; the real parts and the rules outlive it.
class lane_faults {
public:
    struct real_parts {
        participants& calls;
        journal_writer& writer;
        const std::vector<journal_reader*>& readers;
    };
    lane_faults(boost::asio::io_context& io, fault_rules& rules, const real_parts& real);
    lane_faults(const lane_faults&) = delete;
    lane_faults& operator=(const lane_faults&) = delete;

    [[nodiscard]] participants& calls() { return calls_; }
    [[nodiscard]] journal_writer& writer() { return writer_; }
    [[nodiscard]] const std::vector<journal_reader*>& readers() const { return readers_; }

private:
    known_sagas sagas_;
    faulty_participants calls_;
    faulty_writer writer_;
    std::deque<noting_reader> noting_;
    std::vector<journal_reader*> readers_;  // to noting_
};

}  // namespace makegood
