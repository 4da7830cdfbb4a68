#include "simulation/backends/payments.hpp"

#include <fmt/format.h>

#include "engine/assert.hpp"

namespace makegood::simulation {

using status = authorization_status;

backend_answer payments::perform(
    const arrival&, const parts& path, const boost::json::object& body
) {
    if (path.subject.empty()) return authorize(body);
    if (path.verb == "void") return undo(path.subject);
    if (path.verb == "capture") return capture(path.subject);
    ASSERT(path.verb == "refund");
    return refund(path.subject);
}

backend_answer payments::authorize(const boost::json::object& body) {
    const std::string id(text_of(body, "authorization_id"));
    const auto [at, fresh] = authorizations_.try_emplace(id);
    if (!fresh) return refuse_with(409, at->second.undone ? "undone" : "authorization_exists");
    authorization& each = at->second;
    each.amount = body.at("amount").as_int64();
    const std::string_view token = text_of(body.at("payment").as_object(), "token");
    if (token == "tok_declined" || humour().refuses()) {
        each.status = status::declined;
        return refuse_with(402, "card_declined");
    }
    if (token == "tok_3ds") {
        each.status = status::requires_action;
        return answer_with(
            202, fmt::format(
                     R"({{"authorization_id":"{}","status":"requires_action",)"
                     R"("next_action":{{"type":"redirect","url":"https://bank.example/{}"}}}})",
                     id, id
                 )
        );
    }
    each.status = humour().captures_early() ? status::captured : status::authorized;
    return answer_with(
        201, fmt::format(R"({{"authorization_id":"{}","status":"authorized"}})", id)
    );
}

backend_answer payments::undo(std::string_view id) {
    authorization& each = authorizations_[std::string(id)];
    each.undone = true;
    if (each.status == status::captured) return refuse_with(409, "already_captured");
    if (each.status != status::refunded) each.status = status::voided;
    return answer_with(200, R"({"status":"voided"})");
}

backend_answer payments::capture(std::string_view id) {
    const auto found = authorizations_.find(id);
    const bool known = found != authorizations_.end();
    const bool taken = known && found->second.status == status::captured;
    if (!taken && (!known || found->second.status != status::authorized)) {
        return refuse_with(409, "not_authorized");
    }
    found->second.status = status::captured;
    return answer_with(200, R"({"status":"captured"})");
}

backend_answer payments::refund(std::string_view id) {
    authorization& each = authorizations_[std::string(id)];
    if (each.status != status::captured && each.status != status::refunded) {
        return refuse_with(409, "not_captured");
    }
    each.undone = true;
    each.status = status::refunded;
    return answer_with(200, R"({"status":"refunded"})");
}

void payments::customer_acted(std::string_view id, bool agreed) {
    const auto found = authorizations_.find(id);
    if (found == authorizations_.end() || found->second.status != status::requires_action) return;
    found->second.status = agreed ? status::authorized : status::declined;
}

const payments::authorization* payments::find(std::string_view id) const {
    const auto found = authorizations_.find(id);
    return found == authorizations_.end() ? nullptr : &found->second;
}

}  // namespace makegood::simulation
