#include "statestore/sqlite/outbox_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "statestore/events_codec.hpp"

namespace makegood::statestore {
namespace {

constexpr int rows_at_once = 100;

class outbox_check {
public:
    outbox_check(connection& db, const difference_found& found) : db_(db), found_(found) {}

    void run() {
        while (check_some()) {
        }
    }

private:
    bool check_some() {
        transaction snapshot(db_, transaction::kind::read);
        read_sent();
        // What was dropped since the last look was the front of what is there.
        std::int64_t expected = std::max(checked_, dropped_);
        int count = 0;
        for (rows row = walk_.select(checked_, rows_at_once); row.next(); ++count) {
            check_row(row, expected);
            expected = checked_ = row.integer(0);
        }
        if (count == rows_at_once) return true;
        if (dropped_ <= sent_ && sent_ <= expected) return false;
        add("events-gap",
            fmt::format(
                "events up to {} are said to be sent, and those up to {} dropped, but the newest "
                "one is {}",
                sent_, dropped_, expected
            ));
        return false;
    }

    void read_sent() {
        rows row = read_sent_.select();
        if (row.next()) {
            sent_ = row.integer(0);
            dropped_ = row.integer(1);
        } else if (!std::exchange(sent_is_missing_, true)) {
            add("events-gap", "nothing says which events were sent");
        }
    }

    void check_row(const rows& row, std::int64_t expected) {
        const std::int64_t last = row.integer(0);
        const auto events = decode_events(row.bytes(1));
        if (!events) {
            return add(
                "events-unreadable",
                fmt::format("those up to position {}: {}", last, events.error().detail)
            );
        }
        const std::int64_t before = last - std::ssize(*events);
        if (before == expected) return;
        add("events-gap", fmt::format(
                              "the events {} to {} do not follow the one before them, which is {}",
                              before + 1, last, expected
                          ));
    }

    void add(std::string_view what, std::string detail) {
        difference differs;
        differs.what = what;
        differs.detail = std::move(detail);
        found_(std::move(differs));
    }

    connection& db_;
    const difference_found& found_;
    statement read_sent_{db_, "SELECT position, dropped FROM sent"};
    statement walk_{db_, "SELECT last, events FROM outbox WHERE last > ?1 ORDER BY last LIMIT ?2"};
    std::int64_t sent_ = 0;
    std::int64_t dropped_ = 0;
    std::int64_t checked_ = 0;  // the last event of the last row that was looked at
    bool sent_is_missing_ = false;
};

}  // namespace

void check_outbox(connection& db, const difference_found& found) {
    outbox_check(db, found).run();
}

}  // namespace makegood::statestore
