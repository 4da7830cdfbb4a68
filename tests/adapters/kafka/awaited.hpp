#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace makegood::kafka::test {

// A value that one thread changes and the test waits for. The patience is for machines that are
// busy; a wait that succeeds ends at once.
template <class Value>
class awaited {
public:
    template <class Change>
    void change(Change change) {
        {
            const std::lock_guard lock(mutex_);
            change(value_);
        }
        changed_.notify_all();
    }

    // Fails the test when it does not come.
    template <class Reached>
    Value until(Reached reached) {
        std::unique_lock lock(mutex_);
        const bool came = changed_.wait_for(lock, std::chrono::seconds(60), [&] {
            return reached(std::as_const(value_));
        });
        REQUIRE(came);
        return value_;
    }

    [[nodiscard]] Value now() {
        const std::lock_guard lock(mutex_);
        return value_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    Value value_{};
};

// For what nobody tells: asks again and again.
template <class Condition>
void wait_until(Condition condition) {
    const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
        REQUIRE(std::chrono::steady_clock::now() < latest);
        std::mutex nobody;
        std::unique_lock lock(nobody);
        std::condition_variable().wait_for(lock, std::chrono::milliseconds(5));
    }
}

}  // namespace makegood::kafka::test
