#pragma once

#include <functional>

namespace makegood::kafka {

// Runs `work` on a thread that gives way to the others of this process, and so do all threads that
// it starts, librdkafka's among them: when there is less processor than work, checkouts go first
// and events wait in the store. Returns when `work` has; it must not throw.
void run_in_background(const std::function<void()>& work);

// The same of the thread that calls.
void give_way() noexcept;

}  // namespace makegood::kafka
