#include "adapters/kafka/background.hpp"

#include <sys/resource.h>

#include <thread>

namespace makegood::kafka {

namespace {

// A tenth of what a thread of ordinary priority gets where both want all: events lag, and move.
constexpr int less_by = 10;

}  // namespace

void give_way() noexcept {
    // Linux keeps a priority for each thread, which the ones that it starts inherit; 0 is the
    // caller's. It may always be lowered.
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, less_by));
}

void run_in_background(const std::function<void()>& work) {
    std::thread([&work] {
        give_way();
        work();
    }).join();
}

}  // namespace makegood::kafka
