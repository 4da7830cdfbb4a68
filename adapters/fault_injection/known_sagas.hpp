#pragma once

#include <mutex>
#include <unordered_map>
#include <vector>

#include "engine/saga_record.hpp"

namespace makegood {

// What fault rules ask about the unfinished sagas of one lane and a call alone does not tell: whose
// saga it is, and which of its calls were open at its last commit. Every saga is noted before a
// call of it can be sent, because it was committed or read by this process before. Safe from any
// thread.
class known_sagas {
public:
    // The record is durable. An older one than was noted is left alone; an ended one is forgotten.
    void note(const saga_record& saga);
    // Empty when it was never noted.
    [[nodiscard]] customer_id customer_of(const saga_id& id) const;
    // The calls that are open in this record, which is about to be committed, and were not before.
    [[nodiscard]] std::vector<call_reference> opened_by(const saga_record& decided) const;

private:
    struct known {
        customer_id customer;
        journal_sequence sequence = 0;
        std::vector<call_reference> open;
    };

    mutable std::mutex mutex_;  // guards the sagas
    std::unordered_map<saga_id, known> sagas_;
};

}  // namespace makegood
