#include "adapters/lane/read_queue.hpp"

#include <utility>

#include "engine/assert.hpp"

namespace makegood {

read_queue::read_queue(const std::vector<journal_reader*>& readers, std::size_t waiting_max)
    : waiting_max_(waiting_max) {
    ASSERT(!readers.empty());
    for (journal_reader* const reader : readers) {
        threads_.emplace_back([this, reader] { run(*reader); });
    }
}

read_queue::~read_queue() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

bool read_queue::submit(urgency how, job& asked) {
    {
        const std::lock_guard lock(mutex_);
        if (how == urgency::somebody_asks && others_.size() >= waiting_max_) return false;
        (how == urgency::saga_waits ? urgent_ : others_).push_back(std::move(asked));
    }
    changed_.notify_one();
    return true;
}

void read_queue::run(journal_reader& reader) {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return ends_ || !urgent_.empty() || !others_.empty(); });
        if (ends_) return;
        std::deque<job>& queue = urgent_.empty() ? others_ : urgent_;
        job next = std::move(queue.front());
        queue.pop_front();
        lock.unlock();
        next(reader);
        lock.lock();
    }
}

}  // namespace makegood
