#include "adapters/api/event_scan.hpp"

#include <algorithm>
#include <utility>

#include "adapters/events/cloud_event.hpp"

namespace makegood {

namespace {

constexpr std::size_t read_at_once = 500;

// What is kept as raw line ends in JSON is space between its parts.
std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char each) { return each == '\n' || each == '\r'; }, ' '
    );
    return text;
}

class scanning {
public:
    scanning(const event_filter& wanted, outbox_position after, const scan_limits& limits)
        : wanted_(wanted), limits_(limits), scan_{after, after, after, false, false, {}} {}

    [[nodiscard]] bool is_full() const {
        return scan_.found.size() >= limits_.found || looked_at_ >= limits_.looked_at
               || bytes_ >= limits_.bytes;
    }
    [[nodiscard]] outbox_position last() const { return scan_.last; }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] bool has_begun() const { return looked_at_ > 0; }
    // To be read next: what a filter takes of it is not known before. Otherwise one more than is
    // wanted shows whether there is one.
    [[nodiscard]] std::size_t wants() const {
        if (!wanted_.takes_all()) return read_at_once;
        return std::min(read_at_once, limits_.found - scan_.found.size() + 1);
    }

    void take(const std::vector<positioned_event>& some) {
        skip_to(some.front().position - 1);
        for (const positioned_event& each : some) {
            if (ended_ || is_full()) return;
            look_at(each);
        }
    }
    // Less came than was asked for: all that there is, or what stands before damage.
    void ran_short(const outbox_state& kept) {
        scan_.is_ahead = scan_.last > kept.newest;
        scan_.at_end = scan_.last >= kept.newest;
        ended_ = ended_ || scan_.at_end;
        skip_to(kept.dropped);
    }
    [[nodiscard]] event_scan result() { return std::move(scan_); }

private:
    // What was dropped is told of at the beginning of a scan; in the midst of one it ends there.
    void skip_to(outbox_position last) {
        if (last <= scan_.last) return;
        if (looked_at_ > 0) {
            ended_ = true;
            return;
        }
        scan_.missing = scan_.last = last;
    }
    void look_at(const positioned_event& each) {
        ++looked_at_;
        scan_.last = each.position;
        if (!wanted_.takes(each.event)) return;
        std::string text = one_line(structured_text(cloud_event_of(each.event, event_source)));
        bytes_ += text.size();
        scan_.found.push_back({each.position, each.event.at, each.event.type, std::move(text)});
    }

    const event_filter& wanted_;
    const scan_limits& limits_;
    event_scan scan_;
    std::size_t looked_at_ = 0;
    std::size_t bytes_ = 0;
    bool ended_ = false;
};

}  // namespace

store_result<event_scan> scan_events(
    journal_reader& reader,
    const event_filter& wanted,
    outbox_position after,
    const scan_limits& limits
) {
    if (after == from_now) {
        const auto kept = reader.outbox();
        if (!kept) return kept.error();
        after = kept->newest;
    }
    scanning scan(wanted, after, limits);
    while (!scan.ended() && !scan.is_full()) {
        const std::size_t asked = scan.wants();
        const auto some = reader.events(scan.last(), asked);
        if (!some && scan.has_begun()) break;  // whoever reads on is told
        if (!some) return some.error();
        if (!some->empty()) scan.take(*some);
        if (some->size() == asked) continue;
        const auto kept = reader.outbox();
        if (!kept) return kept.error();
        scan.ran_short(*kept);
    }
    return scan.result();
}

}  // namespace makegood
