#include "adapters/fault_injection/lane_faults.hpp"

namespace makegood {

lane_faults::lane_faults(boost::asio::io_context& io, fault_rules& rules, const real_parts& real)
    : calls_(io, real.calls, rules, sagas_), writer_(real.writer, rules, sagas_) {
    for (journal_reader* const each : real.readers)
        readers_.push_back(&noting_.emplace_back(*each, sagas_));
}

}  // namespace makegood
