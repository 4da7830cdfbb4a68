#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "adapters/lane/continuation.hpp"
#include "engine/ports/journal.hpp"

namespace makegood {

// The threads that read a lane's store: one per reader, fed from one bounded queue. Owned by the
// lane; submit() may be called on any thread. Jobs run on a reader's thread and must not throw.
class read_queue {
public:
    using job = continuation<journal_reader&>;
    enum class urgency : std::uint8_t {
        saga_waits,     // the engine needs a record to go on; never refused for length
        somebody_asks,  // a list, a journal, statistics
    };

    read_queue(const std::vector<journal_reader*>& readers, std::size_t waiting_max);
    ~read_queue();  // finishes the jobs under way, drops those that wait
    read_queue(const read_queue&) = delete;
    read_queue& operator=(const read_queue&) = delete;

    // False when too many wait already; `asked` is then as it was.
    [[nodiscard]] bool submit(urgency how, job& asked);

private:
    void run(journal_reader& reader);

    const std::size_t waiting_max_;

    std::mutex mutex_;  // guards the queues and the end
    std::condition_variable changed_;
    std::deque<job> urgent_;
    std::deque<job> others_;
    bool ends_ = false;

    std::vector<std::thread> threads_;  // last: they use everything above
};

}  // namespace makegood
