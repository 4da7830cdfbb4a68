#pragma once

#include "engine/ports/journal.hpp"

namespace makegood {

// Nothing will happen soon unless somebody from outside says so: the store remembers it well
// enough.
[[nodiscard]] bool dormant(const saga_record& saga);

// What the store has of one saga beside its journal, as far as is known here. Whoever commits keeps
// one per saga in memory and so leaves out of a commit what need not be written: a record in the
// middle of a running saga, a wake-up that is later than the one that is kept.
class stored_view {
public:
    // Says in `change` what of it is to be stored. Whatever is not known is.
    void choose(saga_commit& change) const;
    // After its commit.
    void note(const saga_commit& change);

private:
    bool known_ = false;
    saga_status status_{};
    journal_sequence record_at_ = 0;
    instant wake_at_{};
};

}  // namespace makegood
