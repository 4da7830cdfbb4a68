#include "simulation/publisher.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulation/process.hpp"

namespace makegood::simulation {

publisher::publisher(machine& host, disk::hold& held) : host_(host), held_(held) {
    const auto kept = held.reader->outbox();
    if (kept) cursor_ = acknowledged_ = marked_ = kept->sent;
}

outbox_position publisher::send(std::size_t at_most) {
    const auto waiting = held_.reader->events(cursor_, at_most);
    if (!waiting) host_.judge.events().unreadable(waiting.error());
    if (!waiting || waiting->empty()) return 0;
    for (const positioned_event& each : *waiting)
        host_.judge.events().sent(each);
    cursor_ = waiting->back().position;
    host_.log.note(
        host_.time.now(), {},
        {"events are sent", fmt::format("{}, up to {}", waiting->size(), cursor_)}
    );
    return cursor_;
}

void publisher::acknowledged(outbox_position up_to) {
    acknowledged_ = std::max(acknowledged_, up_to);
}

// What fails is tried again the next time.
void publisher::settle(instant committed_before) {
    const bool newest = host_.store.is_newest(held_);
    if (acknowledged_ > marked_ && held_.writer->events_were_sent(acknowledged_)) {
        marked_ = acknowledged_;
        host_.judge.events().marked(marked_, newest);
    }
    const auto dropped = held_.writer->drop_events(committed_before, droppable_events::sent);
    if (dropped && *dropped > 0) host_.judge.events().dropped(newest);
}

}  // namespace makegood::simulation
