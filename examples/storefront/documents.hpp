#pragma once

#include <string>
#include <string_view>

#include "examples/storefront/backend.hpp"

namespace storefront {

// What tells one table of documents from another.
struct document_kind {
    std::string_view noun;       // "order": also in codes and effects
    std::string_view table;      // "orders"
    std::string_view id_column;  // "order_id"
    std::string_view open;       // the status that it begins with
    std::string_view closed;     // the status in which it cannot be cancelled any more
    // Adds a document that was cancelled before it ever was: ?1 its id, ?2 its checkout, ?3 now.
    std::string_view bar;
};

// What orders and shipments have in common: they begin open and end closed or cancelled, and a
// cancelled id stays so. Used by its service, inside its transactions.
class documents {
public:
    documents(foundation base, const document_kind& kind);

    // Refuses when the id was used or cancelled before.
    void require_fresh(const std::string& id);
    // Answers of the calls below `{id}`.
    answer cancel(const call& asked);
    answer close(const call& asked);

    [[nodiscard]] boost::json::object state(std::string_view id, std::string_view status) const;
    [[noreturn]] void refuse_unknown(const std::string& id) const;

private:
    // Empty when there is no such document.
    std::string status_of(std::string_view id);
    void change(const call& asked, std::string_view status);
    void bar(const call& asked);

    database& store_;
    effect_log& effects_;
    const document_kind kind_;
    const std::string select_;
    const std::string update_;
};

}  // namespace storefront
