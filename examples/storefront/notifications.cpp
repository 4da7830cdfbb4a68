#include <fmt/format.h>

#include <boost/json.hpp>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/fields.hpp"

namespace storefront {
namespace {
namespace json = boost::json;

constexpr std::int64_t listed_max = 500;
constexpr auto completed = "checkout_completed";  // as the engine's `notify` has it

struct message {
    std::string recipient;  // "customer" or "staff"
    std::string kind;
};

// Whom an event concerns, and what it is called then. A checkout's good end has the name that the
// engine's own call gives it: it is the same message, whoever asks for it first.
std::optional<message> message_of(const checkout_event& news) {
    if (news.type == "checkout.completed") return message{"customer", completed};
    if (news.type == "checkout.failed" || news.type == "checkout.compensated") {
        return message{"customer", "checkout_not_completed"};
    }
    if (news.word() == "parked") return message{"staff", fmt::format("{}_parked", news.saga())};
    return std::nullopt;
}

// The messages that customers, and the shop's staff, would be sent. They are asked for by calls,
// where one key is one message, or follow from events, where one event is one at most.
class notifications final : public backend {
public:
    explicit notifications(foundation base) : store_(base.store), effects_(base.effects) {
        store_.script(
            "CREATE TABLE IF NOT EXISTS notifications("
            "  sequence INTEGER PRIMARY KEY,"
            "  customer_id TEXT NOT NULL,"
            "  kind TEXT NOT NULL,"
            "  checkout_id TEXT NOT NULL,"
            "  data TEXT NOT NULL,"
            "  at TEXT NOT NULL"
            ");"
            "CREATE INDEX IF NOT EXISTS notifications_of_customer ON notifications(customer_id);"
            "CREATE INDEX IF NOT EXISTS notifications_of_checkout ON notifications(checkout_id);"
        );
        if (store_.number("SELECT COUNT(*) FROM pragma_table_info('notifications')"
                          " WHERE name = 'source'")
            > 0) {
            return;
        }
        store_.script(  // files of before the events
            "ALTER TABLE notifications ADD COLUMN source TEXT NOT NULL DEFAULT 'call';"
            "ALTER TABLE notifications ADD COLUMN recipient TEXT NOT NULL DEFAULT 'customer';"
        );
    }

    void add_routes(route_table& routes) override {
        routes.add("POST /v1/notifications", key_use::required, [this](const call& asked) {
            return send(asked);
        });
        routes.add("GET /v1/notifications", key_use::none, [this](const call& asked) {
            return list(asked);
        });
        routes.add("GET /v1/ledger", key_use::none, [this](const call&) { return ledger(); });
    }

    void told(const checkout_event& news, const call& cause) override {
        const auto due = message_of(news);
        if (!due || sent_by("call", {news.checkout_id, due->kind})) return;
        write(
            {
                .recipient = due->recipient,
                .customer_id = news.customer_id,
                .kind = due->kind,
                .checkout_id = news.checkout_id,
                .data = json::serialize(news.data),
                .source = "event",
            },
            cause
        );
    }

private:
    // One that is to be sent.
    struct draft {
        std::string recipient;
        std::string customer_id;
        std::string kind;
        std::string checkout_id;
        std::string data;
        std::string source;
    };
    struct subject {
        std::string_view checkout_id;
        std::string_view kind;
    };

    answer send(const call& asked) {
        draft wanted{
            .recipient = "customer",
            .customer_id = required_text(asked.body, "customer_id"),
            .kind = required_text(asked.body, "kind"),
            .checkout_id = required_text(asked.body, "checkout_id"),
            .data = kept_as_text(asked.body, "data"),
            .source = "call"};
        if (const auto id = sent_by("event", {wanted.checkout_id, wanted.kind})) {
            return {.status = 200, .body = {{"notification_id", *id}}};
        }
        return {.status = 201, .body = {{"notification_id", write(wanted, asked)}}};
    }

    // The id of the message that the other source has sent already.
    std::optional<std::string> sent_by(std::string_view source, const subject& about) {
        auto found = store_.select(
            "SELECT 'ntf_' || sequence FROM notifications"
            " WHERE checkout_id = ?1 AND kind = ?2 AND source = ?3 LIMIT 1",
            {about.checkout_id, about.kind, source}
        );
        if (!found.next()) return std::nullopt;
        return found.text(0);
    }

    std::string write(const draft& wanted, const call& cause) {
        store_.run(
            "INSERT INTO notifications"
            "(recipient, customer_id, kind, checkout_id, data, source, at)"
            " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            {wanted.recipient, wanted.customer_id, wanted.kind, wanted.checkout_id, wanted.data,
             wanted.source, cause.at}
        );
        auto id = fmt::format("ntf_{}", store_.number("SELECT MAX(sequence) FROM notifications"));
        effects_.record(cause, {"notified_" + wanted.kind, id, wanted.checkout_id});
        return id;
    }

    answer list(const call& asked) {
        auto found = store_.list(
            "SELECT 'ntf_' || sequence AS notification_id, recipient, customer_id, kind,"
            " checkout_id, data, source, at"
            " FROM notifications WHERE (?1 = '' OR customer_id = ?1)"
            " AND (?2 = '' OR checkout_id = ?2) ORDER BY sequence DESC LIMIT ?3",
            {asked.parameter("customer_id"), asked.parameter("checkout_id"), listed_max}
        );
        for (auto& each : found) {
            read_back(each.get_object(), "data");
        }
        return {.status = 200, .body = {{"items", std::move(found)}}};
    }

    answer ledger() {
        json::object by_kind;
        auto found = store_.select("SELECT kind, COUNT(*) FROM notifications GROUP BY kind");
        while (found.next()) {
            by_kind[found.text(0)] = found.integer(1);
        }
        return {
            .status = 200,
            .body = {
                {"notifications", store_.number("SELECT COUNT(*) FROM notifications")},
                {"by_kind", std::move(by_kind)},
                {"duplicates", store_.number("SELECT COUNT(*) FROM (SELECT 1 FROM notifications"
                                             " WHERE recipient = 'customer'"
                                             " GROUP BY checkout_id, kind HAVING COUNT(*) > 1)")},
                {"effects_repeated", effects_.repeated()}}};
    }

    database& store_;
    effect_log& effects_;
};

}  // namespace

std::unique_ptr<backend> make_notifications(foundation base) {
    return std::make_unique<notifications>(base);
}

}  // namespace storefront
