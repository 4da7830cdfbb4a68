#include "adapters/api/event_routes.hpp"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <utility>
#include <vector>

#include "adapters/api/event_page.hpp"
#include "adapters/api/event_query.hpp"
#include "adapters/api/event_scan.hpp"
#include "adapters/api/event_stream.hpp"
#include "adapters/api/problem_codes.hpp"
#include "adapters/lane/from_lanes.hpp"

namespace makegood {

namespace {

constexpr std::string_view last_event_id = "Last-Event-ID";

event_history history_of(const api_context& in) {
    return event_history_of(in.folder_id, in.lanes.all().size());
}

// Whoever names no type that we have is given the stream.
bool wants_page(const http::field_list& fields) {
    const std::string accepted = boost::to_lower_copy(std::string(fields.find("Accept")));
    const auto names = [&accepted](const char* type) {
        return accepted.find(type) != std::string::npos;
    };
    return names("application/json") && !names("text/event-stream");
}

// One part from each lane, or why there is none.
template <class Part>
or_problem<std::vector<Part>> all_of(std::vector<std::optional<store_result<Part>>> told) {
    std::vector<Part> parts;
    for (std::optional<store_result<Part>>& each : told) {
        if (!each) return too_many_reads();
        if (!*each) return problem_of(each->error());
        parts.push_back(std::move(**each));
    }
    return parts;
}

// -- a page

using scans = std::vector<std::optional<store_result<event_scan>>>;

awaited_response run_page(std::vector<lane*> lanes, event_query query) {
    scans told;
    for (std::size_t index = 0; index < lanes.size(); ++index) {
        auto read = [query, after = begin_of(query, index)](journal_reader& reader) {
            return scan_events(reader, query.filter, after, page_limits(query));
        };
        auto reading = from_lanes<store_result<event_scan>>({lanes[index]}, std::move(read));
        scans one = co_await std::move(reading);
        told.push_back(std::move(one.front()));
    }
    auto parts = all_of(std::move(told));
    if (!parts) co_return problem_response(parts.error());
    or_problem<std::string> body = event_page_json(query, std::move(*parts));
    if (!body) co_return problem_response(body.error());
    co_return json_response(200, std::move(*body));
}

// -- a stream

// Where it begins in each lane; nothing when `after` is beyond what one has.
std::optional<event_positions> begin_in(
    const event_query& query, const std::vector<outbox_state>& kept
) {
    event_positions begin;
    for (std::size_t index = 0; index < kept.size(); ++index) {
        switch (query.begin) {
            case events_begin::start: begin.push_back(kept[index].dropped); break;
            case events_begin::unsaid:
            case events_begin::now: begin.push_back(kept[index].newest); break;
            case events_begin::after:
                if (query.after[index] > kept[index].newest) return std::nullopt;
                begin.push_back(query.after[index]);
                break;
        }
    }
    return begin;
}

awaited_response run_stream(
    std::vector<lane*> lanes,
    event_query query,
    std::shared_ptr<event_listener> listener,
    std::string_view position_from
) {
    auto read = [](journal_reader& reader) { return reader.outbox(); };
    auto reading = from_lanes<store_result<outbox_state>>(lanes, read);
    auto told = co_await std::move(reading);
    auto kept = all_of(std::move(told));
    if (!kept) co_return problem_response(kept.error());
    auto begin = begin_in(query, *kept);
    if (!begin) {
        co_return problem_response(invalid_field(
            "/" + std::string(position_from), "is beyond the newest event of this server"
        ));
    }
    http::response answer;
    answer.content_type = "text/event-stream";
    answer.fields.add("Cache-Control", "no-store");
    answer.stream = event_stream_of(
        {std::move(lanes), std::move(query.filter), std::move(query.mark), std::move(*begin),
         std::move(listener)}
    );
    co_return answer;
}

awaited_response open_stream(
    const api_context& in, event_bell& bell, event_query query, const http::field_list& fields
) {
    if (query.limit) {
        return answered(
            invalid_field("/limit", "is of a page, which is asked for by Accept: application/json")
        );
    }
    std::string_view position_from = "after";
    // A reader that comes back repeats its query, and what it has seen since says more.
    if (fields.contains(last_event_id)) {
        auto after = read_last_event_id(fields.find(last_event_id), history_of(in));
        if (!after) return answered(after.error());
        query.begin = events_begin::after;
        query.after = std::move(*after);
        position_from = last_event_id;
    }
    auto listener = bell.listen();
    if (!listener) {
        return answered(problem_of(refusal::overloaded, "as many streams are open as there may be")
        );
    }
    return run_stream(in.lanes.all(), std::move(query), std::move(listener), position_from);
}

}  // namespace

awaited_response show_events(const api_context& in, event_bell& bell, const routed_request& asked) {
    if (!in.keeps_events) {
        return answered(problem{
            404, problem_codes::events_not_kept,
            "this server keeps no events; [events] keep = true has it do so"});
    }
    auto query = read_event_query(asked.message.query(), history_of(in));
    if (!query) return answered(query.error());
    if (!wants_page(asked.message.fields)) {
        return open_stream(in, bell, std::move(*query), asked.message.fields);
    }
    return run_page(in.lanes.all(), std::move(*query));
}

}  // namespace makegood
