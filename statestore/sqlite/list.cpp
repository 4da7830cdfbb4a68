#include "statestore/sqlite/list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "engine/limits.hpp"
#include "statestore/bytes.hpp"
#include "statestore/sqlite/columns.hpp"

namespace makegood::statestore {
namespace {

constexpr std::array open_statuses{
    saga_status::running, saga_status::awaiting_customer, saga_status::compensating,
    saga_status::parked};
constexpr std::array end_statuses{
    saga_status::completed, saga_status::failed, saga_status::compensated};

// Whether a state of that name can be an open saga's, an ended saga's or both, in any definition.
struct state_ends {
    bool open = false;
    bool ended = false;
};

state_ends ends_of(const definition_registry& registry, std::string_view state) {
    state_ends found;
    for (const auto& meaning : registry.all()) {
        const std::optional<state_name> name = meaning->find_state(state);
        if (!name) continue;
        const bool ends = is_end(meaning->state(*name).kind);
        found.ended |= ends;
        found.open |= !ends;
    }
    return found;
}

std::vector<saga_status> statuses_of(const definition_registry& registry, const saga_query& query) {
    if (query.status) return {*query.status};
    const state_ends wanted =
        query.state.empty() ? state_ends{true, true} : ends_of(registry, query.state);
    std::vector<saga_status> statuses;
    if (wanted.open) statuses.assign(open_statuses.begin(), open_statuses.end());
    if (wanted.ended) statuses.insert(statuses.end(), end_statuses.begin(), end_statuses.end());
    return statuses;
}

// One walk along one index, or along what a customer has. Parameters are the same in every text, so
// that they can be bound alike:
//   ?1 status ?2 customer ?3 reason ?4 state ?5 created after ?6 created before
//   ?7 cursor's time ?8 cursor's id ?9 id prefix ?10 limit
// The state of an open saga that is not parked may be another one by now: the caller folds it.
std::string walk(std::string_view along, const saga_query& query, bool by_status) {
    const bool of_customer = !query.customer.empty();
    const bool asks_saga = by_status || !query.reason.empty() || !query.state.empty();
    // A key is a text, and so greater than any number.
    std::string sql =
        of_customer
            ? fmt::format(
                "SELECT c.item AS created, c.saga AS saga FROM of_customer c {} WHERE c.customer "
                "= ?2 AND c.item > ?5 AND c.item < ?6",
                asks_saga ? "CROSS JOIN sagas s ON s.saga = c.saga" : ""
            )
            : fmt::format(
                "SELECT s.created_at AS created, s.saga AS saga FROM sagas s INDEXED BY {} WHERE "
                "s.created_at > ?5 AND s.created_at < ?6",
                along
            );
    const std::string_view created = of_customer ? "c.item" : "s.created_at";
    const std::string_view saga = of_customer ? "c.saga" : "s.saga";
    if (by_status) sql += " AND s.status = ?1";
    if (!query.reason.empty()) sql += " AND s.reason = ?3";
    if (!query.state.empty()) sql += " AND (s.state = ?4 OR s.status < 3)";
    if (query.after) {
        sql += fmt::format(" AND {0} <= ?7 AND ({0}, {1}) < (?7, ?8)", created, saga);
    }
    if (!query.saga.empty()) sql += fmt::format(" AND substr({}, 17) = ?9", saga);
    return sql + fmt::format(" ORDER BY {} DESC, {} DESC LIMIT ?10", created, saga);
}

class page_search {
public:
    page_search(connection& db, const saga_query& query, std::string_view prefix)
        : db_(db), query_(query), prefix_(prefix) {
        if (query.after) cursor_ = id_bytes(query.after->second);
    }

    std::vector<list_position> along(std::string_view index, std::optional<saga_status> status)
        const {
        std::vector<list_position> found;
        statement walking(db_, walk(index, query_, status.has_value()));
        const instant oldest = query_.created_after.value_or(instant::min());
        const instant newest = query_.created_before.value_or(instant::max());
        const instant cursor_time = query_.after ? query_.after->first : instant{};
        std::optional<std::int64_t> status_number;
        if (status) status_number = number_of(*status);
        rows hits = walking.select(
            status_number, std::string_view(query_.customer), std::string_view(query_.reason),
            std::string_view(query_.state), milliseconds_of(oldest), milliseconds_of(newest),
            milliseconds_of(cursor_time), blob_of(cursor_), blob{prefix_}, limit()
        );
        while (hits.next()) {
            found.push_back({instant_of(hits.integer(0)), read_id(db_, hits, 1)});
        }
        return found;
    }

    [[nodiscard]] std::size_t limit() const {
        return std::min(query_.limit, limits::list_items_max);
    }

private:
    connection& db_;
    const saga_query& query_;
    std::string_view prefix_;
    std::array<char, id_bytes_size> cursor_{};
};

}  // namespace

std::vector<list_position> find_page(
    connection& db, const definition_registry& registry, const saga_query& query
) {
    std::string_view prefix;
    if (!query.saga.empty()) {
        const definition* wanted = registry.newest(query.saga);
        if (wanted == nullptr) return {};
        prefix = wanted->id_prefix();
    }
    const page_search search(db, query, prefix);
    if (!query.customer.empty()) return search.along("", query.status);
    if (!query.reason.empty()) return search.along("by_reason", query.status);
    std::vector<list_position> page;
    for (const saga_status status : statuses_of(registry, query)) {
        const std::vector<list_position> run = search.along("by_status", status);
        page.insert(page.end(), run.begin(), run.end());
    }
    std::sort(page.begin(), page.end(), std::greater<>{});
    page.resize(std::min(page.size(), search.limit()));
    return page;
}

}  // namespace makegood::statestore
