#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "adapters/lane/lane.hpp"
#include "adapters/lane/until_told.hpp"

namespace makegood {

// Reads something in the stores of several lanes at once, on their readers' threads, and comes back
// with one part per lane, in their order; nothing where too many reads wait already. `read` is
// called once per lane, possibly at the same time, and must not throw.
template <class Part, class Read>
[[nodiscard]] boost::asio::awaitable<std::vector<std::optional<Part>>> from_lanes(
    std::vector<lane*> lanes, Read read
) {
    using parts = std::vector<std::optional<Part>>;
    // Shared by the jobs, which end on several threads; the last one tells.
    struct gathering {
        gathering(std::size_t count, Read reading, continuation<parts> then)
            : read(std::move(reading)), missing(count), gathered(count), done(std::move(then)) {}

        void arrived(std::size_t place, std::optional<Part> part) {
            {
                const std::lock_guard lock(mutex);
                gathered[place] = std::move(part);
                if (--missing > 0) return;
            }
            done(std::move(gathered));
        }

        const Read read;
        std::mutex mutex;  // guards the two below
        std::size_t missing;
        parts gathered;
        continuation<parts> done;
    };
    auto ask = [lanes = std::move(lanes),
                read = std::move(read)](continuation<parts> done) mutable {
        const auto shared =
            std::make_shared<gathering>(lanes.size(), std::move(read), std::move(done));
        for (std::size_t place = 0; place < lanes.size(); ++place) {
            read_queue::job job = [shared, place](journal_reader& reader) {
                shared->arrived(place, shared->read(reader));
            };
            if (lanes[place]->reads().submit(read_queue::urgency::somebody_asks, job)) continue;
            shared->arrived(place, std::nullopt);
        }
    };
    return until_told<parts>(std::move(ask));
}

}  // namespace makegood
