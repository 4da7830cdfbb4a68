#include "adapters/api/checkout_reads.hpp"

#include <string>
#include <utility>
#include <vector>

#include "adapters/api/cursor.hpp"
#include "adapters/api/journal_json.hpp"
#include "adapters/api/list_query.hpp"
#include "adapters/api/problem_codes.hpp"
#include "adapters/api/saga_response.hpp"
#include "adapters/api/statistics_json.hpp"
#include "adapters/lane/from_lanes.hpp"
#include "adapters/lane/until_told.hpp"

namespace makegood {

namespace {

struct listed_saga {
    list_position position;
    std::string body;
};
list_position position_of(const listed_saga& item) {
    return item.position;
}
using page = list_page<listed_saga>;

store_result<page> read_page(journal_reader& reader, const saga_query& query) {
    const store_result<saga_page> found = reader.list(query);
    if (!found) return found.error();
    page shown{{}, found->next};
    shown.items.reserve(found->items.size());
    for (const saga_record& saga : found->items) {
        shown.items.push_back({position_of(saga), saga.definition->render(saga, {})});
    }
    return shown;
}

std::string page_json(const page& shown) {
    std::string body = "{\"items\":[";
    for (const listed_saga& item : shown.items) {
        if (body.back() != '[') body += ',';
        body += item.body;
    }
    body += ']';
    if (shown.next) {
        // The cursor's letters need no escaping.
        body.append(",\"next_cursor\":\"").append(cursor_text(*shown.next)).append("\"");
    }
    return body += '}';
}

awaited_response run_list(std::vector<lane*> lanes, saga_query query) {
    const std::size_t limit = query.limit;
    auto read = [query = std::move(query)](journal_reader& reader) {
        return read_page(reader, query);
    };
    auto reading = from_lanes<store_result<page>>(std::move(lanes), std::move(read));
    std::vector<std::optional<store_result<page>>> told = co_await std::move(reading);

    std::vector<page> parts;
    for (std::optional<store_result<page>>& each : told) {
        if (!each) co_return problem_response(too_many_reads());
        if (!*each) co_return problem_response(problem_of(each->error()));
        parts.push_back(std::move(**each));
    }
    co_return json_response(200, page_json(merge_pages(std::move(parts), limit)));
}

awaited_response run_show(lane& owner, saga_id id, preferences wished) {
    const duration wait = wished.wait.value_or(duration{0});
    auto ask = [&owner, id, wait](continuation<saga_answer> done) {
        owner.read(id, wait, std::move(done));
    };
    auto asking = until_told<saga_answer>(std::move(ask));
    saga_answer answer = co_await std::move(asking);
    const bool ended = answer.ended;
    http::response response = saga_response(std::move(answer), 200);
    if (response.status == 200 && wished.wait) {
        wished.respond_async = false;
        add_preference_applied(response, wished, !ended);
    }
    co_return response;
}

// The folded journal as JSON, or why there is none.
using told_journal = or_problem<std::string>;

told_journal read_journal(
    journal_reader& reader, const definition_registry& registry, const saga_id& id
) {
    const auto entries = reader.journal(id);
    if (!entries) return problem_of(entries.error());
    auto body = journal_json(registry, id, *entries);
    if (body) return std::move(*body);
    return problem{
        500, problem_codes::store_corrupt,
        "the journal cannot be folded at entry " + std::to_string(body.error().at) + ": "
            + body.error().detail};
}

awaited_response run_journal(
    std::vector<lane*> owner, const definition_registry* registry, saga_id id
) {
    auto read = [registry, id](journal_reader& reader) {
        return read_journal(reader, *registry, id);
    };
    auto reading = from_lanes<told_journal>(std::move(owner), read);
    std::vector<std::optional<told_journal>> told = co_await std::move(reading);
    if (!told.front()) co_return problem_response(too_many_reads());
    if (!*told.front()) co_return problem_response(told.front()->error());
    co_return json_response(200, std::move(**told.front()));
}

awaited_response run_statistics(std::vector<lane*> lanes, bool publishes_events) {
    using statistics = store_result<store_statistics>;
    auto read = [](journal_reader& reader) { return reader.statistics(); };
    auto reading = from_lanes<statistics>(std::move(lanes), read);
    const std::vector<std::optional<statistics>> parts = co_await std::move(reading);
    store_statistics sum;
    for (const std::optional<statistics>& each : parts) {
        if (!each) co_return problem_response(too_many_reads());
        if (!*each) co_return problem_response(problem_of(each->error()));
        add_statistics(sum, **each);
    }
    // Those that are merely kept for readers wait for nobody.
    if (!publishes_events) sum.events_waiting = 0;
    co_return json_response(200, statistics_json(sum));
}

}  // namespace

awaited_response show_checkout(const api_context& in, routed_request asked) {
    const std::optional<saga_id> id = saga_id::parse(asked.segments[0]);
    if (!id) return answered(problem_of(refusal::not_found, {}));
    return run_show(in.lanes.of(*id), *id, read_preferences(asked.message.fields));
}

awaited_response list_checkouts(const api_context& in, routed_request asked) {
    or_problem<saga_query> query = read_list_query(asked.message.query(), in.registry);
    if (!query) return answered(query.error());
    return run_list(in.lanes.all(), std::move(*query));
}

awaited_response show_journal(const api_context& in, routed_request asked) {
    const std::optional<saga_id> id = saga_id::parse(asked.segments[0]);
    if (!id) return answered(problem_of(refusal::not_found, {}));
    return run_journal({&in.lanes.of(*id)}, &in.registry, *id);
}

awaited_response show_statistics(const api_context& in, routed_request) {
    return run_statistics(in.lanes.all(), in.publishes_events);
}

}  // namespace makegood
