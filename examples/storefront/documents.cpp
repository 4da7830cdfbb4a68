#include "examples/storefront/documents.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "examples/storefront/broken_rules.hpp"

namespace storefront {

documents::documents(foundation base, const document_kind& kind)
    : store_(base.store),
      effects_(base.effects),
      kind_(kind),
      select_(fmt::format(
          "SELECT status, checkout_id FROM {} WHERE {} = ?1", kind.table, kind.id_column
      )),
      update_(fmt::format(
          "UPDATE {} SET status = ?2, updated_at = ?3 WHERE {} = ?1", kind.table, kind.id_column
      )) {}

void documents::require_fresh(const std::string& id) {
    const auto status = status_of(id);
    if (status.empty()) return;
    if (status == "cancelled") {
        throw refusal(409, "undone", id + " was cancelled before and stays so");
    }
    throw refusal(409, fmt::format("{}_exists", kind_.noun), id + " is in use under another key");
}

answer documents::cancel(const call& asked) {
    const auto status = status_of(asked.subject);
    if (status == kind_.closed) {
        throw refusal(409, "already_shipped", asked.subject + " has left the warehouse");
    }
    if (status == "cancelled" && is_broken(rule::twice)) {
        throw refusal(409, "already_cancelled", asked.subject + " was cancelled");
    }
    if (status.empty()) bar(asked);
    if (status == kind_.open && !is_broken(rule::takes_effect)) change(asked, "cancelled");
    return {.status = 200, .body = state(asked.subject, "cancelled")};
}

answer documents::close(const call& asked) {
    const auto status = status_of(asked.subject);
    if (status.empty()) refuse_unknown(asked.subject);
    if (status == "cancelled") {
        throw refusal(409, "already_cancelled", asked.subject + " was cancelled");
    }
    if (status == kind_.open) change(asked, kind_.closed);
    return {.status = 200, .body = state(asked.subject, kind_.closed)};
}

boost::json::object documents::state(std::string_view id, std::string_view status) const {
    return {{kind_.id_column, id}, {"status", status}};
}

void documents::refuse_unknown(const std::string& id) const {
    throw refusal(
        404, fmt::format("unknown_{}", kind_.noun), fmt::format("there is no {} {}", kind_.noun, id)
    );
}

std::string documents::status_of(std::string_view id) {
    auto found = store_.select(select_, {id});
    return found.next() ? found.text(0) : std::string{};
}

void documents::change(const call& asked, std::string_view status) {
    store_.run(update_, {asked.subject, status, asked.at});
    std::string checkout_id;
    {
        auto whose = store_.select(select_, {asked.subject});
        if (whose.next()) checkout_id = whose.text(1);
    }
    effects_.record(asked, {fmt::format("{}_{}", kind_.noun, status), asked.subject, checkout_id});
}

// Remembers an undo that came before its do, which from now on is refused.
void documents::bar(const call& asked) {
    if (is_broken(rule::undo_never_seen)) refuse_unknown(asked.subject);
    if (is_broken(rule::late)) return;
    store_.run(kind_.bar, {asked.subject, asked.checkout_id, asked.at});
    effects_.record(asked, {"barred", asked.subject, asked.checkout_id});
}

}  // namespace storefront
