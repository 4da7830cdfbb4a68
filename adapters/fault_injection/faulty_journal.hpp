#pragma once

#include "adapters/fault_injection/fault_rules.hpp"
#include "adapters/fault_injection/known_sagas.hpp"
#include "engine/ports/journal.hpp"

namespace makegood {

// The lane's writer with fault rules before it: crash_before_commit strikes here. Notes every saga
// that it commits. Used as the writer is: by one thread.
class faulty_writer final : public journal_writer {
public:
    faulty_writer(journal_writer& real, fault_rules& rules, known_sagas& sagas)
        : real_(real), rules_(rules), sagas_(sagas) {}

    [[nodiscard]] store_result<commit_receipt> commit(const batch& changes) override;
    [[nodiscard]] store_result<std::uint64_t> forget_keys(instant ended_before) override {
        return real_.forget_keys(ended_before);
    }
    [[nodiscard]] store_result<pruning> prune(instant ended_before, std::size_t at_most) override {
        return real_.prune(ended_before, at_most);
    }
    [[nodiscard]] store_result<void> events_were_sent(outbox_position up_to) override {
        return real_.events_were_sent(up_to);
    }
    [[nodiscard]] store_result<std::uint64_t> drop_events(
        instant committed_before, droppable_events which
    ) override {
        return real_.drop_events(committed_before, which);
    }

private:
    void crash_where_told(const saga_record& decided);
    void note(const batch& changes, const commit_receipt& receipt);

    journal_writer& real_;
    fault_rules& rules_;
    known_sagas& sagas_;
};

// A reader that notes every saga that is loaded: after a restart the engine drives none that it has
// not read. Used as the reader is: by one thread.
class noting_reader final : public journal_reader {
public:
    noting_reader(journal_reader& real, known_sagas& sagas) : real_(real), sagas_(sagas) {}

    [[nodiscard]] store_result<saga_record> load(const saga_id& id) override;
    [[nodiscard]] store_result<std::vector<journal_entry>> journal(const saga_id& id) override {
        return real_.journal(id);
    }
    [[nodiscard]] store_result<saga_page> list(const saga_query& query) override {
        return real_.list(query);
    }
    [[nodiscard]] store_result<std::vector<wake_up>> unfinished() override {
        return real_.unfinished();
    }
    [[nodiscard]] store_result<std::vector<positioned_event>> events(
        outbox_position after, std::size_t at_most
    ) override {
        return real_.events(after, at_most);
    }
    [[nodiscard]] store_result<outbox_state> outbox() override { return real_.outbox(); }
    [[nodiscard]] store_result<store_statistics> statistics() override {
        return real_.statistics();
    }

private:
    journal_reader& real_;
    known_sagas& sagas_;
};

}  // namespace makegood
