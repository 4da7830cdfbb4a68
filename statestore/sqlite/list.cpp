#include "statestore/sqlite/list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "statestore/bytes.hpp"
#include "statestore/sqlite/columns.hpp"

namespace makegood::statestore {
namespace {

constexpr std::array all_statuses{saga_status::running,      saga_status::awaiting_customer,
                                  saga_status::compensating, saga_status::parked,
                                  saga_status::completed,    saga_status::failed,
                                  saga_status::compensated};

// Those that a saga in a state of that name has, in any definition.
std::set<saga_status> statuses_in(const definition_registry& registry, std::string_view state) {
    std::set<saga_status> statuses;
    for (const auto& meaning : registry.all()) {
        const std::optional<state_name> name = meaning->find_state(state);
        if (!name) continue;
        const state_kind kind = meaning->state(*name).kind;
        statuses.insert(status_of(kind));
        if (!is_end(kind)) statuses.insert(saga_status::parked);
    }
    return statuses;
}

std::set<saga_status> statuses_of(const definition_registry& registry, const saga_query& query) {
    if (query.status) return {*query.status};
    if (!query.state.empty()) return statuses_in(registry, query.state);
    return {all_statuses.begin(), all_statuses.end()};
}

// One walk along one index, or along what a customer has. Parameters are the same in every text, so
// that they can be bound alike:
//   ?1 status ?2 customer ?3 reason ?4 state ?5 created after ?6 created before
//   ?7 cursor's time ?8 cursor's id ?9 id prefix ?10 limit
// The state decides about no row: of a saga that runs (status < 3) it may be another one by now.
std::string walk(std::string_view along, const saga_query& query, bool by_status) {
    const bool of_customer = !query.customer.empty();
    const bool asks_saga = by_status || !query.reason.empty() || !query.state.empty();
    const std::string_view may_match = query.state.empty() ? "1" : "s.state = ?4 OR s.status < 3";
    // A key is a text, and so greater than any number.
    std::string sql =
        of_customer
            ? fmt::format(
                "SELECT c.item, c.saga, {} FROM of_customer c {} WHERE c.customer = ?2 AND c.item "
                "> ?5 AND c.item < ?6",
                may_match, asks_saga ? "CROSS JOIN sagas s ON s.saga = c.saga" : ""
            )
            : fmt::format(
                "SELECT s.created_at, s.saga, {} FROM sagas s INDEXED BY {} WHERE s.created_at > "
                "?5 AND s.created_at < ?6",
                may_match, along
            );
    const std::string_view created = of_customer ? "c.item" : "s.created_at";
    const std::string_view saga = of_customer ? "c.saga" : "s.saga";
    if (by_status) sql += " AND s.status = ?1";
    if (!query.reason.empty()) sql += " AND s.reason = ?3";
    if (query.after) {
        sql += fmt::format(" AND {0} <= ?7 AND ({0}, {1}) < (?7, ?8)", created, saga);
    }
    if (!query.saga.empty()) sql += fmt::format(" AND substr({}, 17) = ?9", saga);
    return sql + fmt::format(" ORDER BY {} DESC, {} DESC LIMIT ?10", created, saga);
}

class candidate_search {
public:
    candidate_search(connection& db, const saga_query& query, std::string_view prefix)
        : db_(db), query_(query), prefix_(prefix) {
        if (query.after) cursor_ = id_bytes(query.after->saga);
    }

    std::vector<list_candidate> along(std::string_view index, std::optional<saga_status> status)
        const {
        std::vector<list_candidate> found;
        statement walking(db_, walk(index, query_, status.has_value()));
        const instant oldest = query_.created_after.value_or(instant::min());
        const instant newest = query_.created_before.value_or(instant::max());
        const instant cursor_time = query_.after ? query_.after->created_at : instant{};
        std::optional<std::int64_t> status_number;
        if (status) status_number = number_of(*status);
        rows hits = walking.select(
            status_number, std::string_view(query_.customer), std::string_view(query_.reason),
            std::string_view(query_.state), milliseconds_of(oldest), milliseconds_of(newest),
            milliseconds_of(cursor_time), blob_of(cursor_), blob{prefix_}, query_.limit
        );
        while (hits.next()) {
            found.push_back(
                {{instant_of(hits.integer(0)), read_id(db_, hits, 1)}, hits.integer(2) != 0}
            );
        }
        return found;
    }

private:
    connection& db_;
    const saga_query& query_;
    std::string_view prefix_;
    std::array<char, id_bytes_size> cursor_{};
};

}  // namespace

std::vector<list_candidate> find_candidates(
    connection& db, const definition_registry& registry, const saga_query& query
) {
    std::string_view prefix;
    if (!query.saga.empty()) {
        const definition* wanted = registry.newest(query.saga);
        if (wanted == nullptr) return {};
        prefix = wanted->id_prefix();
    }
    const candidate_search search(db, query, prefix);
    if (!query.customer.empty()) return search.along("", query.status);
    if (!query.reason.empty()) return search.along("by_reason", query.status);
    std::vector<list_candidate> merged;
    for (const saga_status status : statuses_of(registry, query)) {
        const std::vector<list_candidate> run = search.along("by_status", status);
        merged.insert(merged.end(), run.begin(), run.end());
    }
    std::ranges::sort(merged, std::greater<>{}, &list_candidate::at);
    merged.resize(std::min(merged.size(), query.limit));
    return merged;
}

}  // namespace makegood::statestore
