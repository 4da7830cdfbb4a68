#include "adapters/http/deadline_watch.hpp"

#include <algorithm>
#include <utility>

namespace makegood::http {

deadline_watch::entry::entry(std::shared_ptr<deadline_watch> watch) : watch_(std::move(watch)) {
    watch_->entries_.push_back(*this);
}

deadline_watch::entry::~entry() {
    unlink();
    if (!watch_->entries_.empty()) return;
    // A timer without purpose would keep io_context::run() from returning.
    watch_->next_look_ = instant::max();
    watch_->timer_.cancel();
}

void deadline_watch::entry::arm(instant at) {
    at_ = at;
    if (at < watch_->next_look_) watch_->look_at(at);
}

deadline_watch::deadline_watch(boost::asio::io_context& io) : timer_(io) {}

void deadline_watch::look_at(instant at) {
    next_look_ = at;
    timer_.expires_at(at);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        if (error) return;
        if (const auto self = weak.lock()) self->look();
    });
}

void deadline_watch::look() {
    const instant looked_at = steady_now();
    entry_list due;
    const instant next = take_due(looked_at, due);
    next_look_ = instant::max();
    while (!due.empty()) {
        entry& passed = due.front();
        due.pop_front();
        entries_.push_back(passed);
        passed.disarm();
        passed.deadline_passed();
    }
    if (next < next_look_ && !entries_.empty()) {
        look_at(std::max(next, looked_at + look_interval_min));
    }
}

instant deadline_watch::take_due(instant until, entry_list& due) {
    instant next = instant::max();
    for (auto candidate = entries_.begin(); candidate != entries_.end();) {
        entry& current = *candidate++;
        if (current.at_ > until) {
            next = std::min(next, current.at_);
            continue;
        }
        current.unlink();
        due.push_back(current);
    }
    return next;
}

}  // namespace makegood::http
