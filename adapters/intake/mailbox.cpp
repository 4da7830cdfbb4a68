#include "adapters/intake/mailbox.hpp"

#include <utility>

namespace makegood {

template <class Change>
void mailbox::change(Change change) {
    {
        const std::lock_guard lock(mutex_);
        change(contents_);
    }
    wakes_.signal();
}

void mailbox::arrived(arrival what) {
    change([&](contents& all) { all.arrivals.push_back(std::move(what)); });
}

void mailbox::answered(outcome what) {
    change([&](contents& all) { all.outcomes.push_back(std::move(what)); });
}

void mailbox::refused(refusal_by_broker what) {
    change([&](contents& all) { all.refusals.push_back(std::move(what)); });
}

void mailbox::settled(way which, kafka::message_position up_to) {
    change([&](contents& all) { all.settled[static_cast<std::size_t>(which)] = up_to; });
}

void mailbox::stop(stop_wish wish) {
    change([&](contents& all) { all.stop = std::move(wish); });
}

void mailbox::end() {
    change([](contents& all) { all.ends = true; });
}

mailbox::contents mailbox::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(contents_, {});
}

}  // namespace makegood
