#pragma once

#include <string>
#include <vector>

#include "adapters/api/event_query.hpp"
#include "adapters/api/event_scan.hpp"
#include "adapters/api/problem.hpp"

namespace makegood {

// GET /v1/events as one page. Whoever answers reads a scan from each lane's store, from begin_of()
// and with page_limits(), and gives them here in the lanes' order.
[[nodiscard]] outbox_position begin_of(const event_query& query, std::size_t lane);
[[nodiscard]] scan_limits page_limits(const event_query& query);

// {"items": [CloudEvent…], "next": position, "more": whether there is something behind it now}.
// Each lane's events are in order, and all of them nearly by time. Refused when the query's
// position is none of this server's, or what follows it is not kept any more.
[[nodiscard]] or_problem<std::string> event_page_json(
    const event_query& query, std::vector<event_scan> scans
);

}  // namespace makegood
