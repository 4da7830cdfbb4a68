#include "tests/adapters/shared_memory_store.hpp"

#include <utility>
#include <vector>

namespace makegood::test {

class shared_memory_store::writer final : public journal_writer {
public:
    writer(shared_memory_store& shared, std::unique_ptr<journal_writer> inner)
        : shared_(shared), inner_(std::move(inner)) {}

    store_result<commit_receipt> commit(const batch& changes) override {
        shared_.pass_commit_gate();
        const std::lock_guard lock(shared_.mutex_);
        return inner_->commit(changes);
    }

    store_result<std::uint64_t> forget_keys(instant ended_before) override {
        const std::lock_guard lock(shared_.mutex_);
        return inner_->forget_keys(ended_before);
    }

    store_result<pruning> prune(instant ended_before, std::size_t at_most) override {
        const std::lock_guard lock(shared_.mutex_);
        shared_.pruned_before_ = ended_before;
        shared_.changed_.notify_all();
        return inner_->prune(ended_before, at_most);
    }

    store_result<void> events_were_sent(outbox_position up_to) override {
        const std::lock_guard lock(shared_.mutex_);
        return inner_->events_were_sent(up_to);
    }

    store_result<std::uint64_t> drop_events(instant committed_before, droppable_events which)
        override {
        const std::lock_guard lock(shared_.mutex_);
        if (!shared_.first_drop_) shared_.first_drop_ = which;
        shared_.changed_.notify_all();
        return inner_->drop_events(committed_before, which);
    }

private:
    shared_memory_store& shared_;
    std::unique_ptr<journal_writer> inner_;
};

class shared_memory_store::locked_reader final : public journal_reader {
public:
    locked_reader(shared_memory_store& shared, std::unique_ptr<journal_reader> inner)
        : shared_(shared), inner_(std::move(inner)) {}

    store_result<saga_record> load(const saga_id& id) override {
        return read([&] { return inner_->load(id); });
    }
    store_result<std::vector<journal_entry>> journal(const saga_id& id) override {
        return read([&] { return inner_->journal(id); });
    }
    store_result<saga_page> list(const saga_query& query) override {
        return read([&] { return inner_->list(query); });
    }
    store_result<std::vector<wake_up>> unfinished() override {
        return read([&] { return inner_->unfinished(); });
    }
    store_result<std::vector<positioned_event>> events(outbox_position after, std::size_t at_most)
        override {
        return read([&] { return inner_->events(after, at_most); });
    }
    store_result<outbox_state> outbox() override {
        return read([&] { return inner_->outbox(); });
    }
    store_result<store_statistics> statistics() override {
        return read([&] { return inner_->statistics(); });
    }

private:
    template <class Read>
    auto read(Read reading) -> decltype(reading()) {
        shared_.pass_read_gate();
        const std::lock_guard lock(shared_.mutex_);
        if (shared_.read_failure_) {
            return store_error{*shared_.read_failure_, "the test made the reads fail"};
        }
        return reading();
    }

    shared_memory_store& shared_;
    std::unique_ptr<journal_reader> inner_;
};

shared_memory_store::shared_memory_store(const definition_registry& registry) : store_(registry) {
    reader_ = std::make_unique<locked_reader>(*this, store_.open_reader());
}

shared_memory_store::~shared_memory_store() = default;

journal_writer& shared_memory_store::open_writer() {
    const std::lock_guard lock(mutex_);
    writers_.push_back(std::make_unique<writer>(*this, store_.open_writer()));
    return *writers_.back();
}

journal_reader& shared_memory_store::reader() {
    return *reader_;
}

instant shared_memory_store::wait_for_prune() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return pruned_before_.has_value(); });
    return *pruned_before_;
}

droppable_events shared_memory_store::wait_for_drop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return first_drop_.has_value(); });
    return *first_drop_;
}

void shared_memory_store::fail_commits(std::optional<store_errc> with) {
    const std::lock_guard lock(mutex_);
    store_.fail_commits(with);
}

void shared_memory_store::hold_commits() {
    const std::lock_guard lock(mutex_);
    holds_commits_ = true;
}

void shared_memory_store::release_commits() {
    const std::lock_guard lock(mutex_);
    holds_commits_ = false;
    changed_.notify_all();
}

void shared_memory_store::wait_for_held_commit() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return held_commits_ > 0; });
}

void shared_memory_store::fail_reads(std::optional<store_errc> with) {
    const std::lock_guard lock(mutex_);
    read_failure_ = with;
}

void shared_memory_store::hold_reads() {
    const std::lock_guard lock(mutex_);
    holds_reads_ = true;
}

void shared_memory_store::release_reads() {
    const std::lock_guard lock(mutex_);
    holds_reads_ = false;
    changed_.notify_all();
}

void shared_memory_store::wait_for_held_read() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return held_reads_ > 0; });
}

void shared_memory_store::pass_commit_gate() {
    std::unique_lock lock(mutex_);
    ++held_commits_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !holds_commits_; });
    --held_commits_;
}

void shared_memory_store::pass_read_gate() {
    std::unique_lock lock(mutex_);
    ++held_reads_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !holds_reads_; });
    --held_reads_;
}

}  // namespace makegood::test
