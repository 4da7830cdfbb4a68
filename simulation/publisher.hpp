#pragma once

#include "simulation/disk.hpp"

namespace makegood::simulation {

struct machine;

// The part of a process that tells the world of its events, as one does that has a broker: it reads
// behind a cursor, some at a time, and says durably what was sent some time later. Owned by its
// process, which says when it does what.
class publisher {
public:
    // Goes on behind what the store knows to be sent.
    publisher(machine& host, disk::hold& held);

    // Sends some of what waits. Returns up to where, or 0 where nothing was sent.
    outbox_position send(std::size_t at_most);
    // All up to there has arrived.
    void acknowledged(outbox_position up_to);
    // Says to the store what has arrived, and drops what the store knows of since long.
    void settle(instant committed_before);

private:
    machine& host_;
    disk::hold& held_;
    outbox_position cursor_ = 0;
    outbox_position acknowledged_ = 0;
    outbox_position marked_ = 0;
};

}  // namespace makegood::simulation
