#include "adapters/api/event_page.hpp"

#include <algorithm>
#include <utility>

#include "adapters/api/problem_codes.hpp"
#include "engine/assert.hpp"

namespace makegood {

namespace {

constexpr std::size_t items_usual = 50;

// One lane's events while they are merged.
struct merged_lane {
    event_scan scan;
    std::size_t taken = 0;

    [[nodiscard]] bool has_more() const { return taken < scan.found.size(); }
    [[nodiscard]] const found_event& next() const { return scan.found[taken]; }
    // What lies before the next one is not wanted.
    [[nodiscard]] outbox_position stands() const {
        return has_more() ? next().position - 1 : scan.last;
    }
};

// The lane whose next event is the oldest; nullptr when none has one.
merged_lane* oldest(std::vector<merged_lane>& lanes) {
    merged_lane* found = nullptr;
    for (merged_lane& each : lanes) {
        if (!each.has_more()) continue;
        if (found == nullptr || each.next().at < found->next().at) found = &each;
    }
    return found;
}

std::optional<problem> refusal_of(const event_query& query, const std::vector<event_scan>& scans) {
    if (query.begin != events_begin::after) return std::nullopt;
    std::uint64_t missing = 0;
    for (const event_scan& each : scans) {
        if (each.is_ahead) {
            return invalid_field("/after", "is beyond the newest event of this server");
        }
        missing += each.missing - each.after;
    }
    if (missing == 0) return std::nullopt;
    return problem{
        410, problem_codes::events_gone,
        std::to_string(missing)
            + " events behind that position are kept no more; after=start goes on with the oldest "
              "that is kept"};
}

}  // namespace

outbox_position begin_of(const event_query& query, std::size_t lane) {
    if (query.begin == events_begin::now) return from_now;
    return query.begin == events_begin::after ? query.after.at(lane) : 0;
}

scan_limits page_limits(const event_query& query) {
    return {.found = query.limit.value_or(items_usual)};
}

or_problem<std::string> event_page_json(const event_query& query, std::vector<event_scan> scans) {
    if (auto refused = refusal_of(query, scans)) return std::move(*refused);
    std::vector<merged_lane> lanes;
    for (event_scan& each : scans)
        lanes.push_back({std::move(each)});
    std::string body = "{\"items\":[";
    for (std::size_t left = page_limits(query).found; left > 0; --left) {
        merged_lane* const from = oldest(lanes);
        if (from == nullptr) break;
        if (body.back() != '[') body += ',';
        body += from->next().text;
        ++from->taken;
    }
    event_positions stand;
    bool more = false;
    for (const merged_lane& each : lanes) {
        stand.push_back(each.stands());
        more = more || each.has_more() || !each.scan.at_end;
    }
    body.append("],\"next\":\"").append(position_text(query.mark, stand)).append("\",\"more\":");
    return body.append(more ? "true}" : "false}");
}

}  // namespace makegood
