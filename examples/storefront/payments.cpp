#include <fmt/format.h>

#include <boost/json.hpp>

#include "examples/storefront/authorizations.hpp"
#include "examples/storefront/backend.hpp"
#include "examples/storefront/broken_rules.hpp"
#include "examples/storefront/fields.hpp"
#include "examples/storefront/payment_tokens.hpp"

namespace storefront {
namespace {
namespace json = boost::json;

constexpr std::chrono::minutes customer_time_max{10};

std::string token_in(const json::object& body) {
    const auto* payment = body.if_contains("payment");
    const auto* members = payment != nullptr ? payment->if_object() : nullptr;
    const auto* token = members != nullptr ? members->if_contains("token") : nullptr;
    return token != nullptr && token->is_string() ? std::string{token->get_string()}
                                                  : std::string{};
}

// Holds money, takes it, gives it back. The token decides what happens, see payment_tokens.hpp.
class payments final : public backend {
public:
    payments(foundation base, const payment_delays& delays)
        : store_(base.store), effects_(base.effects), delays_(delays), authorizations_(base.store) {
        store_.script(
            "CREATE TABLE IF NOT EXISTS tries("
            "  key TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID"
        );
    }

    void add_routes(route_table& routes) override {
        const auto add = [&](std::string_view name, key_use keys, auto member) {
            routes.add(name, keys, [this, member](const call& asked) {
                return (this->*member)(asked);
            });
        };
        add("POST /v1/authorizations", key_use::required, &payments::authorize);
        add("POST /v1/authorizations/{id}/void", key_use::required, &payments::void_it);
        add("POST /v1/authorizations/{id}/capture", key_use::required, &payments::capture);
        add("POST /v1/authorizations/{id}/refund", key_use::required, &payments::refund);
        add("POST /v1/authorizations/{id}/customer_action", key_use::optional,
            &payments::customer_action);
        add("GET /v1/authorizations/{id}", key_use::none, &payments::read);
        add("GET /v1/ledger", key_use::none, &payments::ledger);
    }

    // The tries are counted durably, so that a restart does not lose an answer once more.
    std::optional<treatment> asked_for(const call& arrived) override {
        if (arrived.path != "/v1/authorizations") return std::nullopt;
        const auto token = token_in(arrived.body);
        std::int64_t attempt = 1;
        if (counts_tries(token)) {
            store_.run(
                "INSERT INTO tries(key, count) VALUES(?1, 1)"
                " ON CONFLICT(key) DO UPDATE SET count = count + 1",
                {arrived.key}
            );
            attempt = store_.number("SELECT count FROM tries WHERE key = ?1", {arrived.key});
        }
        return treatment_by(token, attempt, delays_);
    }

private:
    answer authorize(const call& asked) {
        authorization fresh;
        fresh.id = required_text(asked.body, "authorization_id");
        fresh.checkout_id = required_text(asked.body, "checkout_id");
        fresh.customer_id = required_text(asked.body, "customer_id");
        fresh.amount = required_integer(asked.body, "amount", {0, amount_max});
        fresh.currency = required_text(asked.body, "currency");
        const auto& payment = required_object(asked.body, "payment");
        fresh.method = optional_text(payment, "method", "card");
        fresh.token = required_text(payment, "token");
        if (const auto earlier = authorizations_.find(fresh.id)) refuse_taken(*earlier);

        const auto meaning = meaning_of(fresh.token);
        switch (meaning.kind) {
            case token_kind::approving: return approve(asked, fresh);
            case token_kind::declining: return decline(asked, fresh, meaning.decline_code);
            case token_kind::asking_customer: return ask_customer(asked, fresh);
            case token_kind::gift_card: {
                const auto spent = authorizations_.spent(fresh.customer_id, fresh.token);
                const bool covered = fresh.amount <= meaning.balance - spent;
                return covered ? approve(asked, fresh)
                               : decline(asked, fresh, "insufficient_funds");
            }
        }
        throw database_error("a token of no kind");
    }

    answer approve(const call& asked, authorization& fresh) {
        fresh.status = "authorized";
        authorizations_.add(asked, fresh);
        authorizations_.move_money(asked, fresh, "authorize");
        effects_.record(asked, {"authorized", fresh.id, fresh.checkout_id});
        return {.status = 201, .body = state(fresh, "authorized")};
    }

    answer decline(const call& asked, authorization& fresh, std::string_view code) {
        fresh.status = "declined";
        authorizations_.add(asked, fresh);
        effects_.record(asked, {"declined", fresh.id, fresh.checkout_id});
        if (is_broken(rule::declined)) return {.status = 402, .body = {}};
        // Answered, not thrown: the declined authorization is to be kept.
        return refusal(
                   402, std::string{code}, fmt::format("{} was declined: {}", fresh.token, code),
                   {{"authorization_id", fresh.id}}
        ).as_answer();
    }

    answer ask_customer(const call& asked, authorization& fresh) {
        fresh.status = "pending_action";
        fresh.action_url = fmt::format("https://bank.example/3ds/{}", fresh.id);
        fresh.action_expires_at = rfc3339(asked.now + customer_time_max);
        authorizations_.add(asked, fresh);
        effects_.record(asked, {"customer_asked", fresh.id, fresh.checkout_id});
        auto body = state(fresh, "requires_action");
        if (is_broken(rule::requires_action)) return {.status = 202, .body = std::move(body)};
        body["next_action"] = json::object{
            {"type", "redirect"},
            {"url", fresh.action_url},
            {"expires_at", fresh.action_expires_at}};
        if (is_broken(rule::next_action)) {
            body["next_action"].as_object()["page"] = std::string(size_t{9} * 1024, 'x');
        }
        return {.status = 202, .body = std::move(body)};
    }

    // What the customer did at the bank; the caller tells the engine by itself.
    answer customer_action(const call& asked) {
        const auto result = required_text(asked.body, "result");
        if (result != "authorized" && result != "refused") {
            refuse_field("result", "authorized or refused");
        }
        const auto found = required(asked);
        const std::string wanted = result == "authorized" ? "authorized" : "declined";
        if (found.action_url.empty()) {
            throw refusal(409, "no_action_expected", found.id + " does not wait for its customer");
        }
        if (found.status == wanted) return {.status = 200, .body = state(found, wanted)};
        if (found.status != "pending_action") refuse_state(found, "the customer cannot act on it");
        if (found.action_expires_at <= asked.at) {
            throw refusal(409, "action_expired", "the customer's time was over");
        }
        authorizations_.set_status(asked, found, wanted);
        if (wanted == "authorized") authorizations_.move_money(asked, found, "authorize");
        effects_.record(asked, {wanted, found.id, found.checkout_id});
        return {.status = 200, .body = state(found, wanted)};
    }

    answer void_it(const call& asked) {
        const auto found = authorizations_.find(asked.subject);
        if (!found) return bar(asked);
        const bool captured = found->status == "captured" || found->status == "refunded";
        if (captured && !is_broken(rule::void_after_capture)) {
            throw refusal(409, "already_captured", "the money was taken: refund it instead");
        }
        const bool open = found->status == "authorized" || found->status == "pending_action";
        if (found->status == "voided" && is_broken(rule::twice)) {
            throw refusal(409, "already_voided", "the money is held no longer");
        }
        if (open && !is_broken(rule::takes_effect)) {
            authorizations_.set_status(asked, *found, "voided");
            if (found->status == "authorized") authorizations_.move_money(asked, *found, "void");
            effects_.record(asked, {"voided", found->id, found->checkout_id});
        }
        return {.status = 200, .body = state(*found, "voided")};
    }

    // Remembers an undo that came before its do, which from now on is refused.
    answer bar(const call& asked) {
        if (is_broken(rule::undo_never_seen)) refuse_unknown(asked.subject);
        authorization never_seen;
        never_seen.id = asked.subject;
        never_seen.checkout_id = asked.checkout_id;
        never_seen.status = "voided";
        never_seen.barred = true;
        if (!is_broken(rule::late)) {
            authorizations_.add(asked, never_seen);
            effects_.record(asked, {"barred", never_seen.id, never_seen.checkout_id});
        }
        json::object body{{"authorization_id", never_seen.id}};
        if (!is_broken(rule::void_status)) body["status"] = "voided";
        return {.status = 200, .body = std::move(body)};
    }

    answer capture(const call& asked) {
        if (is_wrongly_taken(asked)) return {.status = 200, .body = {{"status", "captured"}}};
        const auto found = required(asked);
        if (found.status == "captured") return {.status = 200, .body = state(found, "captured")};
        if (found.status != "authorized") refuse_state(found, "it cannot be captured");
        authorizations_.set_status(asked, found, "captured");
        authorizations_.move_money(asked, found, "capture");
        effects_.record(asked, {"captured", found.id, found.checkout_id});
        return {.status = 200, .body = state(found, "captured")};
    }

    answer refund(const call& asked) {
        const auto found = required(asked);
        if (found.status == "refunded") return {.status = 200, .body = state(found, "refunded")};
        if (found.status != "captured" && !is_broken(rule::refund_before_capture)) {
            refuse_state(found, "it cannot be refunded");
        }
        authorizations_.set_status(asked, found, "refunded");
        authorizations_.move_money(asked, found, "refund");
        effects_.record(asked, {"refunded", found.id, found.checkout_id});
        return {.status = 200, .body = state(found, "refunded")};
    }

    answer read(const call& asked) {
        auto found = authorizations_.as_json(asked.subject);
        if (!found) refuse_unknown(asked.subject);
        return {.status = 200, .body = *std::move(found)};
    }

    answer ledger(const call&) {
        auto body = authorizations_.ledger();
        body["effects_repeated"] = effects_.repeated();
        return {.status = 200, .body = std::move(body)};
    }

    // What capture takes for captured although it must not, by the rules that are broken.
    bool is_wrongly_taken(const call& asked) {
        const auto found = authorizations_.find(asked.subject);
        if (!found) return is_broken(rule::capture_never_seen);
        return is_broken(rule::capture_after_void) && found->status == "voided" && !found->barred;
    }

    authorization required(const call& asked) {
        auto found = authorizations_.find(asked.subject);
        if (!found || found->barred) refuse_unknown(asked.subject);
        return *std::move(found);
    }

    static json::object state(const authorization& whose, std::string_view status) {
        return {
            {"authorization_id", whose.id},
            {"status", status},
            {"amount", whose.amount},
            {"currency", whose.currency}};
    }

    [[noreturn]] static void refuse_unknown(const std::string& id) {
        throw refusal(404, "unknown_authorization", "nothing was authorized as " + id);
    }

    [[noreturn]] static void refuse_state(
        const authorization& whose, std::string_view consequence
    ) {
        const auto detail = fmt::format("{} is {}: {}", whose.id, whose.status, consequence);
        throw refusal(409, "authorization_" + whose.status, detail, {{"status", whose.status}});
    }

    [[noreturn]] static void refuse_taken(const authorization& earlier) {
        if (earlier.status == "voided") {
            throw refusal(409, "undone", earlier.id + " was voided before and stays so");
        }
        throw refusal(409, "authorization_exists", earlier.id + " is in use under another key");
    }

    database& store_;
    effect_log& effects_;
    const payment_delays delays_;
    authorizations authorizations_;
};

}  // namespace

std::unique_ptr<backend> make_payments(foundation base, const payment_delays& delays) {
    return std::make_unique<payments>(base, delays);
}

}  // namespace storefront
